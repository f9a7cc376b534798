#include "hi2-callsim/settings.hpp"

#include <algorithm>
#include <map>

#include "ops/daemon_sections.hpp"

namespace li::callsim {

namespace {

using ops::ConfigSection;

constexpr auto kKeyOctets = 32;

// A UE shows no certificate.
net::TlsSettings read_ue_tls(const ConfigSection& section) {
  net::TlsSettings tls;
  tls.peers = net::TlsPeers::server_only;
  tls.ca_file = section.path("ca", "", "PEM: whom we trust here").string();
  if (tls.ca_file.empty()) section.problem("ca", "is missing");
  return tls;
}

KmsSettings read_kms(const ConfigSection& section) {
  KmsSettings kms;
  kms.identity = section.text("identity", {}, "how its tickets name it (IDRkms)");
  kms.address = section.address("address", {}, "where UEs come to");
  kms.server_name = section.text("server_name", {}, "of its certificate");
  kms.path = section.text("path", "/keymanagement", "where UEs post");
  kms.tls = read_ue_tls(section);
  kms.timeout = section.duration("timeout", "10s", {"100ms", "5m"}, "for an answer");
  return kms;
}

Subscriber read_subscriber(const ConfigSection& section) {
  Subscriber one;
  one.name = section.text("name", {}, "by which scenarios know it: alice, bob, carol, dave, erin, gateway or mrf");
  one.identity = section.text("identity", {}, "public identity, also towards the KMS");
  one.kms = section.text("kms", {}, "identity of its KMS");
  one.key_id = section.text("key_id", {}, "names its key at the KMS, e.g. a B-TID");
  if (auto key = section.secret_key("key", kKeyOctets, "its key: file:PATH or env:NAME, 32 octets or their hexadecimal digits"))
    one.key = std::move(*key);
  return one;
}

X2Settings read_x2(const ConfigSection& section) {
  X2Settings x2;
  x2.given = section.given();
  x2.address = section.address("address", "127.0.0.1:8450", "of hi2-df2");
  x2.server_name = section.text("server_name", "df2.li.example", "of its certificate");
  x2.tls = ops::read_tls(section, net::TlsPeers::mutual, x2.given);
  x2.network_element = section.text("network_element", "cscf1.home1.example", "our name, in each PDU (NFID)");
  x2.state = section.path("state", "x2-state", "folder for the next sequence number of each XID; made when missing");
  x2.keepalive = section.duration("keepalive", "1s", {"10ms", "60s"}, "between two Keepalives (TIME_P1)");
  x2.answer_timeout =
      section.duration("answer_timeout", "30s", {"100ms", "180s"}, "for the answer of a Keepalive (TIME_P2), then reconnect");
  x2.retry = section.duration("retry", "200ms", {"10ms", "60s"}, "between two attempts to connect");
  x2.give_up = section.duration("give_up", "60s", {"1s", "1h"}, "without an answered Keepalive, then fail");
  x2.max_unanswered = static_cast<std::size_t>(
      section.integer("max_unanswered", 20'000, {1, 10'000'000}, "PDUs kept to be sent again; sending waits when there are more"));
  return x2;
}

XkStubSettings read_stub(const ConfigSection& root) {
  XkStubSettings stub;
  const auto section = root.table("xk_stub", "hi2-callsim xk-stub: stands between hi2-df2 and the KMS on Xk");
  stub.given = section.given();
  stub.listen = section.address("listen", "127.0.0.1:8454", "where hi2-df2 comes to");
  stub.server = ops::read_tls(section, net::TlsPeers::mutual, stub.given);
  const auto kms = section.table("kms", "the real one, on Xk");
  stub.kms = kms.address("address", "127.0.0.1:8444", "of its Xk");
  stub.server_name = kms.text("server_name", "kms.home1.example", "of its certificate");
  stub.client = ops::read_tls(kms, net::TlsPeers::mutual, kms.given());
  stub.timeout = kms.duration("timeout", "10s", {"100ms", "5m"}, "for its answer");
  return stub;
}

Settings read_settings(const ops::Config& config) {
  Settings settings;
  const auto root = config.root();
  for (const auto& one : root.tables("kms", "a KMS that UEs ask for tickets")) settings.kmss.push_back(read_kms(one));
  for (const auto& one : root.tables("ue", "who takes part in calls")) settings.subscribers.push_back(read_subscriber(one));
  settings.x2 = read_x2(root.table("x2", "the DF2/MF"));
  settings.stub = read_stub(root);
  return settings;
}

void check(const Settings& settings, std::vector<std::string>& problems) {
  for (const auto& one : settings.subscribers) {
    if (settings.kms(one.kms) == nullptr) problems.push_back("ue " + one.name + ": no [[kms]] has the identity " + one.kms);
    if (settings.subscriber(one.name) != &one) problems.push_back("ue " + one.name + " is there twice");
  }
}

}  // namespace

const Subscriber* Settings::subscriber(std::string_view name) const {
  const auto at = std::find_if(subscribers.begin(), subscribers.end(), [&](const auto& one) { return one.name == name; });
  return at == subscribers.end() ? nullptr : &*at;
}

const KmsSettings* Settings::kms(std::string_view identity) const {
  const auto at = std::find_if(kmss.begin(), kmss.end(), [&](const auto& one) { return one.identity == identity; });
  return at == kmss.end() ? nullptr : &*at;
}

SettingsResult load_settings(const std::string& path) {
  const auto config = ops::Config::load(path);
  if (!config) return tl::unexpected(std::vector{config.error().message()});
  auto settings = read_settings(*config);
  auto problems = config->problems();
  if (problems.empty()) check(settings, problems);
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return settings;
}

std::string describe_settings() {
  const auto config = ops::Config::parse("", "callsim.toml");
  static_cast<void>(read_settings(*config));
  return config->description();
}

std::string default_identity(std::string_view name) {
  static const std::map<std::string_view, std::string_view> others{
      {"dave", "sip:dave@home2.example"}, {"gateway", "sip:mgw@mgw.home1.example"}, {"mrf", "sip:conference@mrf.home1.example"}};
  const auto other = others.find(name);
  return other != others.end() ? std::string(other->second) : "sip:" + std::string(name) + "@home1.example";
}

}  // namespace li::callsim
