#include "df2/settings.hpp"

#include <algorithm>
#include <set>

#include "crypto/vault.hpp"
#include "df2/warrant_words_impl.hpp"
#include "ops/daemon_sections.hpp"
#include "ops/fields.hpp"
#include "xk/endpoint.hpp"

namespace li::df2 {

namespace {

using ops::ConfigSection;
using std::chrono::duration_cast;

std::size_t count(const ConfigSection& section, std::string_view key, std::int64_t fallback, ConfigSection::Integers bounds,
                  std::string_view doc) {
  return static_cast<std::size_t>(section.integer(key, fallback, bounds, doc));
}

void read_x2(const ConfigSection& section, Settings::X2& x2) {
  static_cast<ops::Listener&>(x2) = ops::read_listener(section, {"0.0.0.0:8447", 64, 10'000, 32, 0, true}, net::TlsPeers::mutual);
  x2.tls.peer_names = section.texts("clients", "URI or DNS names of the certificates of network functions that may send");
  if (x2.tls.peer_names.empty()) section.problem("clients", "at least one is needed");
  x2.silence = section.duration("silence", "180s", {"1s", "1h"}, "a connection without an octet for so long is closed (TIME_P2)");
  x2.max_payload = section.size("max_payload", "1MiB", {"1KiB", "8MiB"}, "of a PDU; a larger one is left out, with an alarm");
  x2.queue = section.size("queue", "64MiB", {"64KiB", "4GiB"}, "of events that wait for the disk; then senders are held back");
}

void read_spool(const ConfigSection& section, Settings::Store& spool) {
  spool.path = section.path("path", "spool.sqlite", "the SQLite file").string();
  if (auto key = section.secret_key("master_key", crypto::kMasterKeySize, "wraps the keys in the spool: file:PATH or env:NAME, 32 octets"))
    spool.master_key = std::move(*key);
  spool.max_octets = section.size("max_size", "0", {"0", "4096GiB"}, "of the file; then X2 is not read any more; 0: as the disk has");
  spool.sightings =
      section.duration("remember", "2d", {"1m", "366d"}, "how long PDUs of X2 are remembered, to know those that are sent again");
}

void read_pipeline(const ConfigSection& section, PipelineRules& rules) {
  rules.key_timer = section.duration("key_timer", "5s", {"100ms", "10m"}, "from a question to the failure record");
  rules.late_answer = section.duration("late_answer", "10m", {"1s", "1d"}, "how long an answer is still waited for behind that");
  rules.ask_again = section.duration("ask_again", "1s", {"100ms", "10m"}, "after no answer; each time it is twice as long");
  rules.session_lifetime = duration_cast<std::chrono::hours>(
      section.duration("session_lifetime", "24h", {"1h", "366d"}, "of a session without a message, in whole hours"));
  rules.ended_lifetime = duration_cast<std::chrono::minutes>(
      section.duration("ended_lifetime", "10m", {"1m", "1d"}, "of a session that has ended, in whole minutes"));
  rules.max_sessions = count(section, "max_sessions", 200'000, {100, 100'000'000}, "that are remembered; then the oldest go");
  rules.flood_tickets = count(section, "flood_tickets", 20, {1, 1'000'000}, "so many unresolvable tickets of a target ...");
  rules.flood_window =
      duration_cast<std::chrono::seconds>(section.duration("flood_window", "60s", {"1s", "1d"}, "... in this time are an alarm"));
  rules.allow_unprotected =
      section.flag("allow_unprotected", false, "whether keys of tickets without encryption are delivered; they prove no origin");
  rules.utc_time_stamps = section.flag("utc_time_stamps", false, "in records; else local time of the zone");
  rules.zone = section.text("zone", "UTC", "place of interception, e.g. Europe/Amsterdam");
  rules.gateways = section.texts("gateways", "hosts of media gateways and MRFs that end media security; none: any party may be one");
}

KmsEntry read_kms(const ConfigSection& section) {
  KmsEntry kms;
  kms.name = section.text("name", {}, "a word for logs and metrics");
  if (!kms.name.empty() && !ops::is_word(kms.name)) section.problem("name", "must be small letters, digits and underscores");
  kms.address = section.address("address", {}, "where its Xk is");
  kms.server_name = section.text("server_name", {}, "of its certificate: a URI or DNS name");
  kms.tls = ops::read_tls(section, net::TlsPeers::mutual, true);
  kms.path = section.text("path", xk::kPath, "of get_keys");
  kms.domains =
      section.texts("domains", "of targets whose keys it has: \"home1.example\", \"*.home1.example\"; none: all others, and tel: URIs");
  kms.threads = static_cast<unsigned>(section.integer("threads", 4, {1, 64}, "questions at a time"));
  kms.timeout = section.duration("timeout", "3s", {"100ms", "60s"}, "of one try");
  kms.retries.first = section.duration("retry", "250ms", {"10ms", "1m"}, "behind a try that failed; each time it is twice as long");
  kms.retries.last = section.duration("retry_most", "10s", {"10ms", "10m"}, "but never longer");
  kms.most_questions = count(section, "max_questions", 50'000, {1, 10'000'000}, "that may wait; more have no answer");
  return kms;
}

void read_kmss(const ConfigSection& root, std::vector<KmsEntry>& kmss) {
  std::set<std::string> names;
  bool has_default = false;
  for (const auto& section : root.tables("kms", "whom we ask for keys over Xk; without one there are no keys of MIKEY-TICKET")) {
    auto kms = read_kms(section);
    if (!names.insert(kms.name).second) section.problem("name", "stands above already");
    if (kms.domains.empty() && std::exchange(has_default, true))
      section.problem("domains", "only one KMS may have the domains of all others");
    kmss.push_back(std::move(kms));
  }
}

PsDelivery read_ps(const ConfigSection& section) {
  PsDelivery ps;
  ps.tls = ops::read_tls(section, net::TlsPeers::mutual, true);
  ps.operator_identifier = section.text("operator", {}, "operator identifier of keep-alives: 1 to 5 characters");
  if (const auto wrong = wrong_operator(ps.operator_identifier); !wrong.empty() && !ps.operator_identifier.empty())
    section.problem("operator", wrong);
  ps.network_element = section.text("network_element", "", "network element identifier of keep-alives; empty: left out");
  ps.negotiate = section.flag("negotiate", true, "whether pDUAcknowledgement is asked for; else keep-alives alone confirm what was sent");
  ps.window.entries = count(section, "max_unconfirmed", 1'000, {1, 1'000'000}, "PDUs on their way without being confirmed ...");
  ps.window.octets = section.size("max_unconfirmed_size", "1MiB", {"1KiB", "1GiB"}, "... and their octets");
  ps.connecting = section.duration("connect_timeout", "5s", {"100ms", "60s"}, "for look-up of the name, connection and handshake together");
  ps.retry = section.duration("retry", "1s", {"10ms", "60s"}, "at most so long between two attempts to connect");
  ps.times.keep_alive = section.duration("keep_alive", "4s", {"100ms", "10m"}, "TIME1: silence until a keep-alive is sent");
  ps.times.answer = section.duration("answer", "5s", {"100ms", "10m"}, "TIME3, TIME5: silence behind it until the LEMF is taken for dead");
  ps.times.acknowledge =
      section.duration("acknowledge", "200ms", {"10ms", "1m"}, "TIME6: at most so long behind a PDU its acknowledgement is asked for");
  ps.times.negotiation = section.duration("negotiation", "5s", {"100ms", "1m"}, "of options, for the whole of it");
  return ps;
}

// One line feed at its end is the editor's.
SecretBytes read_password(const ConfigSection& section) {
  auto password = section.secret("password", "of the FTPS server");
  if (!password) return {};
  auto octets = password->reveal();
  if (!octets.empty() && octets.back() == '\n') octets = octets.first(octets.size() - 1);
  return SecretBytes(octets);
}

FileDelivery read_files(const ConfigSection& section) {
  FileDelivery files;
  files.tls = ops::read_tls(section, net::TlsPeers::mutual, true);
  files.user = section.text("user", {}, "of the FTPS server");
  files.password = read_password(section);
  files.folder = section.text("folder", "", "there, where files are put; empty: where the login leads to");
  const auto method = section.one_of("method", "b", {"a", "b"}, "of file names (TS 101 671 C.2): a, a file for each LIID; b, one for all");
  files.naming.method = method == "a" ? delivery::FileMethod::a : delivery::FileMethod::b;
  files.naming.operator_id = section.text("operator_code", "XX", "of file names of method b: 2 letters, agreed with the regulator");
  files.naming.node_id = section.text("node_code", "XX", "of file names of method b: 2 letters of this node");
  if (auto fine = delivery::check(files.naming); !fine) section.problem("method", fine.error().text);
  files.connecting =
      section.duration("connect_timeout", "5s", {"100ms", "60s"}, "for look-up of the name, connection and handshake together");
  files.answer = section.duration("answer", "5s", {"100ms", "10m"}, "a server that is silent for so long is dead");
  files.close_after = section.duration("close_after", "5s", {"10ms", "1h"}, "a file is sent when its first record has waited so long");
  files.close_at = section.size("close_at", "1MB", {"1KiB", "1GiB"}, "or when it is so large");
  files.retry = section.duration("retry", "5s", {"10ms", "1h"}, "at most so long between two attempts");
  return files;
}

void read_deliveries(const ConfigSection& root, std::vector<DeliveryEntry>& deliveries) {
  std::set<std::string> names;
  for (const auto& section : root.tables("delivery", "a LEMF; warrants name it")) {
    DeliveryEntry one;
    one.name = section.text("name", {}, "a word; it may not change while records wait");
    if (!one.name.empty() && !ops::is_word(one.name)) section.problem("name", "must be small letters, digits and underscores");
    if (!names.insert(one.name).second) section.problem("name", "stands above already");
    const auto kind = section.one_of("kind", "ps", {"ps", "files"}, "ps: PS-PDUs over TLS (TS 102 232-1); files: BER files over FTPS");
    one.address = section.address("address", {}, "where it is");
    one.server_name = section.text("server_name", {}, "of its certificate: a URI or DNS name");
    if (kind == "ps") one.way = read_ps(section);
    else one.way = read_files(section);
    deliveries.push_back(std::move(one));
  }
}

void read_audit(const ConfigSection& section, Settings& settings) {
  ops::read_audit_trails(section, "df2", "every question for keys and its outcome, every alarm", "every command of administration",
                         settings);
  settings.alarms_per_second = static_cast<double>(
      section.integer("alarms_per_second", 20, {1, 100'000}, "of one reason that are audited one by one; more are counted"));
}

}  // namespace

std::vector<std::string> Settings::destinations() const {
  std::vector<std::string> names;
  for (const auto& one : deliveries) names.push_back(one.name);
  return names;
}

Settings read_settings(const ops::Config& config) {
  const auto root = config.root();
  Settings settings;
  read_x2(root.table("x2", "network functions come here: mutual TLS 1.3"), settings.x2);
  const auto warrants = root.table("warrants", "what may be intercepted");
  settings.warrants = warrants.path("path", "warrants.toml", "only LI administration writes it");
  settings.rules.late_events = duration_cast<std::chrono::minutes>(
      warrants.duration("late_events", "60m", {"0s", "7d"}, "behind its end a warrant still takes events of its time, in whole minutes"));
  read_spool(root.table("spool", "what is kept until a LEMF has it"), settings.spool);
  read_pipeline(root.table("pipeline", "from an event to its records"), settings.rules);
  read_kmss(root, settings.kmss);
  read_deliveries(root, settings.deliveries);
  for (const auto& one : settings.deliveries)
    settings.rules.destinations.emplace(one.name, std::holds_alternative<PsDelivery>(one.way) ? Form::ps : Form::file);
  settings.metrics = root.table("metrics", "Prometheus and health, plain HTTP").address("listen", "127.0.0.1:9465", "address and port");
  read_audit(root.table("audit", "the audit trails"), settings);
  settings.log_level = ops::read_log_level(root);
  if (settings.deliveries.empty()) root.problem("delivery", "there is no [[delivery]]: nobody would have the records");
  return settings;
}

tl::expected<Settings, std::vector<std::string>> load_settings(const std::string& path) {
  return ops::load_settings_with(path, "hi2-df2", read_settings);
}

std::string describe_settings() {
  const auto config = ops::Config::parse("[[kms]]\n[[delivery]]\nkind = \"ps\"\n[[delivery]]\nkind = \"files\"\n", "hi2-df2.toml");
  static_cast<void>(read_settings(*config));
  return config->description();
}

}  // namespace li::df2
