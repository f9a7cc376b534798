#include <algorithm>
#include <fstream>
#include <iterator>

#include "crypto/hash.hpp"
#include "kms/daemon_impl.hpp"
#include "kms/peer_gate.hpp"
#include "net/client.hpp"
#include "ops/daemon_sections.hpp"
#include "ops/private_file.hpp"

namespace li::kms {

namespace {

void add(Problems& problems, const Error& error) { problems.push_back(error.message()); }

std::optional<PublicKeyRules> read_public_key(const Settings& settings, Problems& problems) {
  if (settings.public_key.key_file.empty()) return std::nullopt;
  const auto pem = ops::read_private(settings.public_key.key_file);
  if (!pem) return add(problems, pem.error()), std::nullopt;
  auto key = crypto::PrivateKey::from_pem(pem->reveal());
  if (!key) return add(problems, key.error()), std::nullopt;
  if (!key->is_rsa()) problems.push_back(settings.public_key.key_file + ": not an RSA key");
  std::ifstream file(settings.public_key.roots_file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto roots = crypto::Certificate::from_pem(text);
  if (!roots) return problems.push_back(settings.public_key.roots_file + ": " + roots.error().message()), std::nullopt;
  return PublicKeyRules{std::move(*key), std::move(*roots)};
}

LiList read_li_list(const Settings& settings, std::string& sha256, Problems& problems) {
  if (!settings.xk.on) return {};
  const auto text = ops::read_private(settings.xk.li_list, kLiListForbidden, kMaxLiList);
  if (!text) return add(problems, text.error()), LiList();
  sha256 = to_hex(crypto::digest(crypto::Hash::sha256, text->reveal()));
  auto list = LiList::parse(as_text(text->reveal()));
  if (list) return std::move(*list);
  for (const auto& error : list.error()) problems.push_back(settings.xk.li_list + ": " + error.message());
  return {};
}

// The way to another KMS; the client lives as long as the function.
std::function<Result<Bytes>(ByteView)> way_to(const PeerSettings& peer, const std::shared_ptr<net::TlsContext>& tls) {
  net::ClientSettings settings;
  settings.host = peer.address.host;
  settings.port = peer.address.port;
  settings.tls = tls;
  settings.server_name = peer.server_name;
  settings.response_limit = 64 * 1024;
  auto client = std::make_shared<net::HttpClient>(std::move(settings));
  return [client, path = peer.path, timeout = peer.timeout](ByteView message) -> Result<Bytes> {
    // Not sent twice: the other KMS would take the second one for a replay.
    const auto answer = client->post(path, kMikeyType, message, timeout, net::Idempotent::no);
    if (!answer) return failure(ErrorKind::missing, answer.error().message());
    if (answer->status != 200) return failure(ErrorKind::unexpected, "status " + std::to_string(answer->status));
    return to_bytes(ByteView(answer->body));
  };
}

}  // namespace

ops::Fields Daemon::Rules::told() const {
  return {{"config_sha256", config_sha256},
          {"li_list_sha256", li_list_sha256},
          {"li_entries", li_list.size()},
          {"clients", keys.clients.size()},
          {"peers", tickets.peers.size()}};
}

Problems Daemon::Rules::unknown_clients() const {
  Problems unknown;
  for (const auto& client : li_list.clients()) {
    if (std::find(keys.clients.begin(), keys.clients.end(), client) == keys.clients.end())
      unknown.push_back("the LI list names the client " + client + ", which is not one of xk.clients: it can't ask");
  }
  return unknown;
}

tl::expected<Daemon::Rules, Problems> Daemon::read_rules(Settings settings, const ops::Clock& clock) {
  Problems problems;
  Rules rules;
  rules.log_level = settings.log_level;
  rules.config_sha256 = settings.sha256;
  rules.li_list = read_li_list(settings, rules.li_list_sha256, problems);
  rules.keys = {settings.xk.clients, settings.tickets.kms_identities, settings.xk.allow_missing_resp, settings.tickets.allow_unprotected};
  rules.tickets.public_key = read_public_key(settings, problems);
  rules.tickets.cache_lifetime = settings.peers.cache_lifetime;
  if (!settings.peers.kmss.empty()) {
    auto tls_settings = settings.peers.tls;
    tls_settings.peer_names.clear();  // the name of each one is its client's to look at
    const auto tls = net::TlsContext::load(std::move(tls_settings));
    if (!tls) add(problems, tls.error());
    const auto gate = PeerGate::make(settings.ue.threads, clock);
    for (auto& peer : settings.peers.kmss) {
      if (tls) peer.kms.ask = gate->guard(way_to(peer, *tls));
      rules.tickets.peers.push_back(std::move(peer.kms));
    }
  }
  rules.tickets.rules = std::move(settings.tickets);
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return rules;
}

Problems Daemon::check(const std::string& config_path) {
  auto settings = load_settings(config_path);
  if (!settings) return settings.error();
  Problems problems;
  if (auto store = Store::open(settings->store, settings->master_key); !store) add(problems, store.error());
  const auto trails = ops::check_audit(*settings);
  problems.insert(problems.end(), trails.begin(), trails.end());
  for (const auto& [role, listener] : std::initializer_list<std::pair<const char*, const Listener*>>{
           {"ue", &settings->ue}, {"xk", &settings->xk}, {"peers", &settings->peers}, {"bsf", &settings->bsf}}) {
    if (listener->on) ops::try_tls(listener->tls, std::string("[") + role + "]: ", problems);
  }
  const auto rules = read_rules(std::move(*settings), ops::system_now);
  const auto more = rules ? rules->unknown_clients() : rules.error();
  problems.insert(problems.end(), more.begin(), more.end());
  return problems;
}

void Daemon::apply(Rules rules) {
  frame_->log.set_level(rules.log_level);
  for (const auto& line : rules.unknown_clients()) frame_->log.warning("LI list", {{"problem", line}});
  frame_->metrics.gauge("hi2_kms_li_entries", "Entries of the LI list").set(static_cast<double>(rules.li_list.size()));
  tickets_.set(std::move(rules.tickets));
  keys_.set(std::move(rules.keys), std::move(rules.li_list));
}

}  // namespace li::kms
