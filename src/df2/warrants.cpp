#include "df2/warrants.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "df2/warrant_words_impl.hpp"
#include "ops/config.hpp"

namespace li::df2 {

namespace {

using ops::ConfigSection;
using Problems = std::vector<std::string>;

std::string shown(std::string_view text) { return "'" + printable(text) + "'"; }

void check(const ConfigSection& section, std::string_view key, const std::string& wrong) {
  if (!wrong.empty()) section.problem(key, wrong);
}

// A text that must be there and have a form; one that is missing is a problem already.
template <typename Wrong>
std::string read_word(const ConfigSection& section, std::string_view key, std::optional<std::string_view> fallback, Wrong wrong,
                      std::string_view doc) {
  auto text = section.text(key, fallback, doc);
  if (!text.empty()) check(section, key, wrong(text));
  return text;
}

std::vector<x2::Xid> read_xids(const ConfigSection& section) {
  std::vector<x2::Xid> xids;
  const auto words = section.texts("xids", "UUIDs under which network functions report this target on X2 (TS 103 221-1)");
  if (words.empty()) section.problem("xids", "at least one is needed");
  for (const auto& word : words) {
    const auto xid = x2::to_xid(word);
    if (!xid) section.problem("xids", shown(word) + " is no UUID");
    else if (*xid == x2::Xid{}) section.problem("xids", "the UUID of zeros stands for no XID in keep-alives");
    else if (std::find(xids.begin(), xids.end(), *xid) != xids.end()) section.problem("xids", word + " stands twice");
    else xids.push_back(*xid);
  }
  return xids;
}

std::vector<std::string> read_targets(const ConfigSection& section) {
  auto targets = section.texts("targets", "identities of the target: sip:, sips: and tel: URIs, urn:gsma:imei:");
  if (targets.empty()) section.problem("targets", "at least one is needed");
  std::set<std::string_view> seen;
  for (const auto& target : targets) {
    check(section, "targets", wrong_target(target));
    if (!seen.insert(target).second) section.problem("targets", shown(target) + " stands twice");
  }
  return targets;
}

std::string read_kms_identity(const ConfigSection& section, const Warrant& warrant) {
  auto identity = read_word(section, "kms_identity", "", wrong_kms_identity,
                            "how the KMS knows the target; empty: the first of its sip:, sips: and tel: URIs");
  if (!identity.empty()) return identity;
  for (const auto& target : warrant.targets) {
    if (wrong_kms_identity(target).empty()) return target;
  }
  if (warrant.scope == Scope::iri_and_content && warrant.keys_available && !warrant.targets.empty())
    section.problem("kms_identity", "is needed where no target is a sip:, sips: or tel: URI");
  return {};
}

TimePoint read_time(const ConfigSection& section, std::string_view key, std::string_view doc) {
  const auto text = section.text(key, {}, doc);
  const auto time = parse_internet_time(text);
  if (!time && !text.empty()) section.problem(key, "a time is written \"2026-11-20T12:00:00Z\"");
  return time.value_or(std::chrono::sys_seconds{});
}

void read_validity(const ConfigSection& section, Warrant& warrant) {
  warrant.from = read_time(section, "valid_from", "UTC; nothing before it is intercepted");
  warrant.until = read_time(section, "valid_until", "UTC; nothing from then on is intercepted");
  if (warrant.from != TimePoint{} && warrant.until != TimePoint{} && warrant.until <= warrant.from)
    section.problem("valid_until", "the warrant ends before it begins");
}

void read_scope(const ConfigSection& section, Warrant& warrant) {
  const auto scope = section.one_of("scope", "iri+cc", {"iri", "iri+cc"}, "iri: contents of messages and all keys are left out");
  warrant.scope = scope == "iri" ? Scope::iri_only : Scope::iri_and_content;
  warrant.network_decrypts = section.flag("network_decrypts", false,
                                          "the network hands media over decrypted: keys of media do not go to the LEMF (TS 33.107 7A.1.A)");
  warrant.keys_available =
      section.flag("keys_available", true, "false: no agreement with the KMS (visited network): the LEMF is told that there are no keys");
  warrant.gateway_plain = section.flag(
      "gateway_plain", true, "a call through a media gateway whose far end has no media security gives neither keys nor a failure");
  warrant.keep_retransmissions = section.flag("keep_retransmissions", false, "report a SIP message again each time that it is sent again");
  if (warrant.network_decrypts && warrant.scope == Scope::iri_only)
    section.problem("network_decrypts", "makes no sense with scope = \"iri\": there is no content");
  if (warrant.network_decrypts && !warrant.keys_available)
    section.problem("network_decrypts", "makes no sense with keys_available = false: nobody could decrypt");
}

std::vector<std::string> read_destinations(const ConfigSection& section, const std::vector<std::string>& known) {
  auto names = section.texts("deliver_to", "names of [[delivery]] in the configuration of hi2-df2");
  if (names.empty()) section.problem("deliver_to", "at least one is needed");
  std::set<std::string_view> seen;
  for (const auto& name : names) {
    if (!seen.insert(name).second) section.problem("deliver_to", shown(name) + " stands twice");
    if (!known.empty() && std::find(known.begin(), known.end(), name) == known.end())
      section.problem("deliver_to", "there is no [[delivery]] with the name " + shown(name));
  }
  return names;
}

Warrant read_warrant(const ConfigSection& section, const std::vector<std::string>& destinations) {
  Warrant warrant;
  warrant.liid = section.text("liid", {}, "lawful interception identifier, as the agency gave it: 1 to 25 characters");
  check(section, "liid", wrong_liid(warrant.liid));
  warrant.xids = read_xids(section);
  warrant.targets = read_targets(section);
  warrant.module = *hi2::module_by_name(section.one_of("module", "eps", {"umts", "eps"}, "of TS 33.108 that its records are written in"));
  read_validity(section, warrant);
  read_scope(section, warrant);
  warrant.kms_identity = read_kms_identity(section, warrant);
  warrant.destinations = read_destinations(section, destinations);
  warrant.operator_identifier =
      read_word(section, "operator", {}, wrong_operator, "operator identifier of the network identifier: 1 to 5 characters");
  warrant.network_element = read_word(section, "network_element", "", wrong_network_element,
                                      "DNS name of the element that intercepts, 25 characters at most; empty: left out");
  warrant.country = read_word(section, "country", {}, wrong_country, "of the authority and of delivery (ISO 3166-1)");
  return warrant;
}

std::vector<Warrant> read_warrants(const ops::Config& config, const std::vector<std::string>& destinations) {
  std::vector<Warrant> warrants;
  std::set<std::string> liids;
  for (const auto& section : config.root().tables("warrant", "what may be intercepted, for whom, and where it goes")) {
    warrants.push_back(read_warrant(section, destinations));
    const auto& liid = warrants.back().liid;
    if (!liid.empty() && !liids.insert(liid).second) section.problem("liid", shown(liid) + " stands above already");
  }
  return warrants;
}

}  // namespace

tl::expected<Warrants, Problems> Warrants::parse(std::string_view text, const std::string& path,
                                                 const std::vector<std::string>& destinations) {
  const auto config = ops::Config::parse(text, path);
  if (!config) return tl::unexpected(Problems{config.error().text});
  auto read = read_warrants(*config, destinations);
  if (auto problems = config->problems(); !problems.empty()) return tl::unexpected(std::move(problems));
  Warrants made;
  for (auto& one : read) {
    const auto warrant = std::make_shared<const Warrant>(std::move(one));
    made.all_.push_back(warrant);
    made.by_liid_.emplace(warrant->liid, warrant);
    for (const auto& xid : warrant->xids) made.by_xid_[xid].push_back(warrant);
  }
  return made;
}

std::vector<std::shared_ptr<const Warrant>> Warrants::with(const x2::Xid& xid) const {
  const auto found = by_xid_.find(xid);
  return found == by_xid_.end() ? std::vector<std::shared_ptr<const Warrant>>() : found->second;
}

std::shared_ptr<const Warrant> Warrants::with(std::string_view liid) const {
  const auto found = by_liid_.find(liid);
  return found == by_liid_.end() ? nullptr : found->second;
}

std::size_t Warrants::valid(TimePoint time) const {
  return static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), [time](const auto& one) { return one->valid_at(time); }));
}

tl::expected<WarrantFile, Problems> load_warrants(const std::string& path, const std::vector<std::string>& destinations) {
  const auto text = ops::read_private(path, ops::kNobodyElse, kMaxWarrantFile);
  if (!text) return tl::unexpected(Problems{text.error().message()});
  auto warrants = Warrants::parse(as_text(text->reveal()), path, destinations);
  if (!warrants) return tl::unexpected(std::move(warrants.error()));
  return WarrantFile{std::move(*warrants), to_hex(crypto::digest(crypto::Hash::sha256, text->reveal()))};
}

std::string describe_warrants() {
  const auto config = ops::Config::parse("[[warrant]]\n", "warrants.toml");
  static_cast<void>(read_warrants(*config, {}));
  return config->description();
}

}  // namespace li::df2
