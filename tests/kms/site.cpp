#include "tests/kms/site.hpp"

#include <sstream>

namespace li::kms::test {

li::test::Authority& authority() {
  static li::test::Authority made;
  return made;
}

const net::TlsSettings& df2_tls() {
  static const auto settings = authority().settings(authority().issue(std::string("DNS:") + kDf2));
  return settings;
}

Site::Site(std::string of) : domain(std::move(of)), kms("sip:kms." + domain), server_(authority().issue("DNS:kms." + domain)) {
  write();
  const auto made = initialise(config(), kNow);
  if (!made) throw std::runtime_error(made.error().message());
}

void Site::write() {
  const auto tls = "certificate = \"" + server_.certificate_file + "\"\nkey = \"" + server_.key_file + "\"\n";
  const auto mutual = tls + "ca = \"" + authority().ca_file() + "\"\n" + (crl.empty() ? "" : "crl = \"" + crl + "\"\n");
  std::string text = "[kms]\nidentities = [\"" + kms + "\"]\n";
  text += "[store]\nmaster_key = \"file:master.key\"\n[tpk]\nrotate_after = \"7d\"\nli_retention = \"30d\"\n";
  text += "[tickets]\nkey_types = [\"tgk\", \"tgk+salt\", \"tek+salt\"]\n" + tickets_more;
  const auto ue = "certificate = \"" + certificate + "\"\nkey = \"" + server_.key_file + "\"\n";
  text += "[ue]\nlisten = \"127.0.0.1:0\"\n" + (certificate.empty() ? tls : ue) + ue_more;
  text += "[xk]\nlisten = \"127.0.0.1:0\"\nclients = [\"" + std::string(kDf2) + "\"]\nli_list = \"li.list\"\n" + mutual + xk_more;
  text += "[peers]\nlisten = \"127.0.0.1:0\"\ncache_lifetime = \"2d\"\n" + mutual;
  text += "[bsf]\nlisten = \"127.0.0.1:0\"\nclients = [\"bsf.example\"]\n" + mutual;
  text += "[metrics]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"debug\"\n" + peers;
  scratch.write("hi2-kms.toml", text);
  std::string list;
  for (const auto* user : {"sip:alice@home1.example", "sip:bob@home1.example", "sip:carol@home1.example", "sip:bob@home2.example"})
    list += std::string(user) + " 2026-01-01T00:00:00Z 2028-01-01T00:00:00Z " + kDf2 + "\n";
  scratch.write("li.list", list);
}

Daemon::Surroundings Site::around() {
  Daemon::Surroundings around;
  around.clock = [this] {
    if (clock_fails.exchange(false)) throw std::runtime_error("the clock has stopped");
    return now;
  };
  around.log.out = &log_;
  around.grace = grace;
  return around;
}

void Site::start() {
  auto started = Daemon::start(config(), around());
  if (!started) throw std::runtime_error(started.error().front());
  daemon = std::move(*started);
}

std::string Site::start_fails() {
  const auto started = Daemon::start(config(), around());
  if (started) return "it started";
  std::string all;
  for (const auto& line : started.error()) all += line + "\n";
  return all;
}

void Site::administer(const std::function<Result<void>(Store&, Time)>& act) {
  auto settings = std::move(load_settings(config()).value());
  settings.admin_audit.clock = [this] { return now; };
  const auto done = kms::administer(std::move(settings), "test", {}, act);
  if (!done) throw std::runtime_error(done.error().message());
}

Ue Site::subscriber(const std::string& user) {
  const auto identity = "sip:" + user + "@" + domain;
  auto psk = crypto::random_secret(32);
  administer([&](Store& store, Time at) -> Result<void> {
    if (auto added = store.add_subscriber(user, {identity}, at); !added) return added;
    return store.put_key(user, to_bytes("btid-" + user), psk, at + std::chrono::hours(24 * 365));
  });
  Ue ue(identity, "btid-" + user, std::move(psk), kms);
  ue.now = now;
  return ue;
}

net::HttpResponse Site::post(ByteView message, const std::string& kind) {
  net::TlsSettings tls{{}, {}, authority().ca_file(), {}, {}, net::TlsPeers::server_only};
  net::HttpClient client({"127.0.0.1", daemon->port(Daemon::Role::ue), must(net::TlsContext::load(tls)), "kms." + domain});
  auto answer = client.post("/keymanagement?requesttype=" + kind, kMikeyType, message, std::chrono::seconds(20), net::Idempotent::no);
  if (!answer) throw std::runtime_error(answer.error().message());
  return std::move(*answer);
}

mikey::Granted Site::request(Ue& ue, const Wanted& wanted) {
  const auto init = ue.request_init(wanted);
  return ue.granted(post(init, "ticketrequest").body, init);
}

mikey::Granted Site::resolve(Ue& ue, ByteView transfer_init) {
  const auto init = ue.resolve_init(transfer_init);
  const auto answer = post(init, "ticketresolve");
  return must(mikey::open_answer(answer.body, init, ue.psk()));
}

net::ClientSettings Site::xk_settings(const net::TlsSettings& tls) const {
  return {"127.0.0.1", daemon->port(Daemon::Role::xk), must(net::TlsContext::load(tls)), "kms." + domain};
}

std::string Site::get_keys(const std::string& target, ByteView init, ByteView resp) {
  xk::Client client(xk_settings(df2_tls()));
  const auto answer =
      client.get_keys({"r1", target, {to_record_bytes(init), to_record_bytes(resp)}, std::nullopt}, std::chrono::seconds(20));
  if (!answer) return "failed: " + answer.error().text;
  if (const auto* reason = std::get_if<xk::Reason>(&answer->answer)) return std::string(xk::to_string(*reason));
  std::string keys;
  for (const auto& session : std::get<0>(answer->answer)) keys += to_hex(std::get<xk::SessionKey>(session.answer).key.reveal()) + " ";
  return keys;
}

std::string Site::page(const std::string& path) {
  net::HttpClient client({"127.0.0.1", daemon->port(Daemon::Role::metrics), nullptr, {}});
  const auto answer = client.get(path, std::chrono::seconds(20));
  if (!answer) return answer.error().message();
  return std::to_string(answer->status) + " " + std::string(as_text(answer->body));
}

unsigned Site::ask(Daemon::Role role, const net::TlsSettings& tls, const std::string& path, const std::string& type) {
  net::HttpClient client({"127.0.0.1", daemon->port(role), must(net::TlsContext::load(tls)), "kms." + domain});
  const auto answer = client.post(path, type, as_bytes("hello"), std::chrono::seconds(20), net::Idempotent::no);
  return answer ? answer->status : 0;
}

int Site::entries(const std::vector<std::string>& texts) const {
  std::istringstream lines(trail());
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto all = std::all_of(texts.begin(), texts.end(), [&](const auto& text) { return line.find(text) != std::string::npos; });
    if (all) ++count;
  }
  return count;
}

}  // namespace li::kms::test
