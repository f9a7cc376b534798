#include "kms/settings.hpp"

#include <algorithm>

#include "crypto/vault.hpp"
#include "kms/identity.hpp"
#include "mikey/ticket.hpp"
#include "ops/daemon_sections.hpp"

namespace li::kms {

namespace {

using ops::ConfigSection;
using std::chrono::duration_cast;

std::chrono::seconds whole(std::chrono::milliseconds duration) { return duration_cast<std::chrono::seconds>(duration); }

void read_identities(const ConfigSection& kms, Settings& settings) {
  settings.tickets.kms_identities = kms.texts("identities", "how tickets name this KMS (IDRkms); the first stands in new tickets");
  auto& identities = settings.tickets.kms_identities;
  if (identities.empty()) kms.problem("identities", "at least one is needed");
  for (auto& identity : identities) {
    if (auto checked = check_identity(identity); !checked) kms.problem("identities", identity + ": " + checked.error().message());
    identity = canonical_identity(identity);
  }
}

mikey::Flags read_flags(const ConfigSection& section, std::string_view key, std::string_view fallback, std::string_view doc) {
  const auto letters = section.text(key, fallback, doc);
  if (letters.find_first_not_of("DEFGHIJKLMNO") != std::string::npos) section.problem(key, "has letters other than D to O");
  return mikey::Flags::from_letters(letters);
}

template <typename T>
std::vector<T> read_words(const ConfigSection& section, std::string_view key, const std::vector<std::pair<std::string_view, T>>& known,
                          const std::vector<T>& fallback, std::string_view doc) {
  std::vector<T> found;
  for (const auto& word : section.texts(key, doc)) {
    const auto at = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.first == word; });
    if (at == known.end()) section.problem(key, "'" + word + "' is not known");
    if (at != known.end()) found.push_back(at->second);
  }
  return found.empty() ? fallback : found;
}

void read_algorithms(const ConfigSection& section, TicketRules& rules) {
  using enum mikey::KeyType;
  rules.algorithms =
      read_words<mikey::Prf>(section, "algorithms", {{"128", mikey::Prf::mikey_1}, {"256", mikey::Prf::hmac_sha_256}},
                             {mikey::Prf::mikey_1, mikey::Prf::hmac_sha_256},
                             "which sets are accepted: 128 (AES-CM-128, HMAC-SHA-1) and 256 (AES-CM-256, HMAC-SHA-256); both if none");
  rules.key_types = read_words<mikey::KeyType>(
      section, "key_types",
      {{"tgk", tgk}, {"tgk+salt", tgk_salt}, {"tek", tek}, {"tek+salt", tek_salt}, {"gtgk", gtgk}, {"gtgk+salt", gtgk_salt}},
      {tgk, tgk_salt}, "which keys may be asked for: tgk, tgk+salt, tek, tek+salt, gtgk, gtgk+salt; the first is given unasked");
}

// The profile of TS 33.328 is not confirmed: every line of it is a key here.
void read_tickets(const ConfigSection& section, Settings& settings) {
  auto& rules = settings.tickets;
  rules.ticket_types =
      read_words<std::uint16_t>(section, "types", {{"mikey", 1}, {"3gpp", 2}}, {1, 2},
                                "ticket types that are accepted: mikey (1, RFC 6043), 3gpp (2, the same layout); both if none");
  rules.subtype = static_cast<std::uint8_t>(section.integer("subtype", 1, {0, 255}, "of tickets"));
  rules.version = static_cast<std::uint8_t>(section.integer("version", 1, {0, 255}, "of tickets"));
  rules.required = read_flags(section, "required_flags", "DEFGHI", "flags of the ticket policy that are granted whether asked for or not");
  rules.forbidden = with(read_flags(section, "forbidden_flags", "", "flags that are never granted"), mikey::Flags::from_letters("K"));
  if (const auto broken = mikey::broken_flag_rule(without(rules.required, rules.forbidden)); !broken.empty())
    section.problem("required_flags", broken);
  if (!rules.required.d || !rules.required.e)
    section.problem("required_flags", "must hold D and E: the KMS makes and resolves its tickets");
  rules.lifetime = whole(section.duration("lifetime", "24h", {"1m", "366d"}, "how long a ticket may be valid"));
  rules.clock_skew = whole(
      section.duration("clock_skew", "5m", {"1s", "1h"}, "how far the clock of a sender may be off; so long messages are remembered"));
  read_algorithms(section, rules);
  rules.max_keys = static_cast<std::size_t>(section.integer("max_keys", 8, {1, 64}, "keys in one ticket"));
  rules.max_responders =
      static_cast<std::size_t>(section.integer("max_responders", 32, {1, 255}, "responders and groups that one ticket may name"));
  rules.allow_unprotected =
      section.flag("allow_unprotected", false, "whether tickets without encryption or authentication are resolved; they prove no origin");
}

void read_store(const ConfigSection& store, Settings& settings) {
  settings.store.path = store.path("path", "kms.sqlite", "the SQLite file").string();
  if (auto key = store.secret_key("master_key", crypto::kMasterKeySize, "wraps the keys in the store: file:PATH or env:NAME, 32 octets"))
    settings.master_key = std::move(*key);
  settings.store.max_replays = static_cast<std::size_t>(store.integer(
      "max_seen_messages", 1'000'000, {1000, 100'000'000}, "messages remembered against replay; new ones are refused when all are in use"));
  settings.store.random = crypto::random;
}

void read_tpk(const ConfigSection& tpk, Settings& settings) {
  settings.rotate_after = whole(tpk.duration("rotate_after", "7d", {"1h", "366d"}, "age at which the daemon replaces the active TPK"));
  const auto retention =
      tpk.duration("li_retention", "180d", {"0s", "3660d"}, "how long after its ticket's end a call can still be answered on Xk");
  settings.store.keep_retired = settings.tickets.lifetime + whole(retention);
}

void read_listener(const ConfigSection& section, Listener& listener, std::string_view address, std::optional<net::TlsPeers> peers,
                   unsigned threads = 2) {
  static_cast<ops::Listener&>(listener) = ops::read_listener(section, {address, 256, 100'000, 96, 64}, peers);
  listener.threads = static_cast<unsigned>(section.integer("threads", threads, {1, 256}, "that serve this listener"));
}

void read_ue(const ConfigSection& section, Settings::Ue& ue) {
  // Up to half of them may wait for another KMS.
  read_listener(section, ue, "0.0.0.0:8443", net::TlsPeers::server_only, 8);
  ue.path = section.text("path", "/keymanagement", "where UEs post their messages");
  ue.parameter = section.text("request_parameter", "requesttype",
                              "of the URI, names the kind of request; a request without it is told by its message");
  ue.ticket_request = section.text("ticket_request", "ticketrequest", "its value for REQUEST_INIT");
  ue.ticket_resolve = section.text("ticket_resolve", "ticketresolve", "its value for RESOLVE_INIT");
  ue.body_limit = section.size("body_limit", "64KiB", {"1KiB", "1MiB"}, "of a request");
}

void read_xk(const ConfigSection& section, Settings::Xk& xk) {
  read_listener(section, xk, "127.0.0.1:8444", net::TlsPeers::mutual);
  xk.clients = section.texts("clients", "URI or DNS names of the certificates that may ask; a new one needs a restart");
  xk.li_list = section.path("li_list", "li.list", "whose keys may be asked for; only LI administration writes it").string();
  xk.requests_per_second = static_cast<double>(section.integer("requests_per_second", 50, {1, 1'000'000}, "of one client"));
  xk.burst = static_cast<double>(section.integer("burst", 100, {1, 1'000'000}, "requests at once"));
  xk.allow_missing_resp =
      section.flag("allow_missing_resp", false, "whether keys are given without the TRANSFER_RESP that flag F promises");
  xk.tls.peer_names = xk.clients;
  if (xk.on && xk.clients.empty()) section.problem("clients", "at least one is needed");
}

PeerSettings read_peer(const ConfigSection& section) {
  PeerSettings peer;
  peer.kms.identity = canonical_identity(section.text("identity", {}, "how its tickets name it (IDRkms)"));
  for (const auto& domain : section.texts("domains", "of the users that it may resolve tickets for"))
    peer.kms.domains.push_back(canonical_identity("@" + domain).substr(1));
  if (peer.kms.domains.empty()) section.problem("domains", "at least one is needed");
  peer.kms.names = section.texts("names", "of its certificate when it comes to us");
  peer.kms.key_id = to_bytes(section.text("key_id", {}, "names the key of the two KMSs (IDRpsk)"));
  if (auto key = section.secret_key("key", 32, "the key of the two KMSs: file:PATH or env:NAME, 32 octets")) peer.kms.key = std::move(*key);
  peer.address = section.address("address", {}, "where we ask it");
  peer.server_name = section.text("server_name", {}, "of its certificate when we go there");
  peer.path = section.text("path", "/keymanagement", "where we post");
  peer.timeout = section.duration("timeout", "3s", {"100ms", "60s"}, "for its answer");
  return peer;
}

void read_peers(const ConfigSection& root, Settings::Peers& peers) {
  const auto section = root.table("peers", "other KMSs come here, over mutual TLS; what is given to one is for tickets of ours");
  read_listener(section, peers, "0.0.0.0:8445", net::TlsPeers::mutual);
  peers.path = section.text("path", "/keymanagement", "where they post");
  peers.cache_lifetime =
      whole(section.duration("cache_lifetime", "180d", {"1m", "3660d"}, "how long keys that another KMS gave are kept for Xk"));
  for (const auto& one : root.tables("peer", "a KMS whose tickets we resolve there, and who resolves ours here"))
    peers.kmss.push_back(read_peer(one));
  for (const auto& one : peers.kmss) peers.tls.peer_names.insert(peers.tls.peer_names.end(), one.kms.names.begin(), one.kms.names.end());
  if (!peers.kmss.empty() && !peers.on)
    section.problem("listen", "is needed where there is a [[peer]]: its certificate is ours on the way there");
}

void read_bsf(const ConfigSection& section, Settings::Bsf& bsf) {
  read_listener(section, bsf, "127.0.0.1:8446", net::TlsPeers::mutual);
  bsf.clients = section.texts("clients", "names of the certificates that may give keys");
  bsf.path = section.text("path", "/keys", "where keys are put: PATH?subscriber=NAME&key_id=B-TID&expires=SECONDS");
  bsf.longest = whole(section.duration("longest", "7d", {"1m", "366d"}, "validity of a key"));
  bsf.tls.peer_names = bsf.clients;
  if (bsf.on && bsf.clients.empty()) section.problem("clients", "at least one is needed");
}

void read_audit(const ConfigSection& section, Settings& settings) {
  ops::read_audit_trails(section, "kms", "every key request and every refusal", "every command of administration", settings);
  settings.audited_refusals_per_second = static_cast<double>(section.integer(
      "refusals_per_second", 20, {1, 100'000}, "of UEs that are audited one by one; more are counted, so that nobody fills the disk"));
}

}  // namespace

Settings read_settings(const ops::Config& config) {
  const auto root = config.root();
  Settings settings;
  read_identities(root.table("kms", "who we are"), settings);
  read_tickets(root.table("tickets", "what is granted"), settings);
  read_store(root.table("store", "what is kept"), settings);
  read_tpk(root.table("tpk", "Ticket Protection Keys"), settings);
  const auto pk = root.table("public_key", "REQUEST_INIT_PK and RESOLVE_INIT_PK");
  if (pk.given()) {
    settings.public_key.key_file = pk.path("key", {}, "PEM: our RSA key, private to us").string();
    settings.public_key.roots_file = pk.path("roots", {}, "PEM: CAs of the subscribers' certificates").string();
  }
  read_ue(root.table("ue", "UEs come here: HTTPS, and MIKEY proves who they are"), settings.ue);
  read_xk(root.table("xk", "DF2/MF come here: mutual TLS 1.3"), settings.xk);
  read_peers(root, settings.peers);
  read_bsf(root.table("bsf", "a BSF gives Ks_NAF here, over mutual TLS"), settings.bsf);
  read_listener(root.table("metrics", "Prometheus and health, plain HTTP"), settings.metrics, "127.0.0.1:9464", {});
  read_audit(root.table("audit", "the audit trails"), settings);
  settings.log_level = ops::read_log_level(root);
  if (!settings.ue.on && !settings.xk.on && !settings.peers.on)
    root.problem("ue", "there is neither [ue] nor [xk] nor [peers]: nothing to serve");
  return settings;
}

tl::expected<Settings, std::vector<std::string>> load_settings(const std::string& path) {
  return ops::load_settings_with(path, "hi2-kms", read_settings);
}

std::string describe_settings() {
  const auto config = ops::Config::parse("", "hi2-kms.toml");
  static_cast<void>(read_settings(*config));
  return config->description();
}

}  // namespace li::kms
