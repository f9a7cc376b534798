#include "kms/daemon.hpp"

#include <algorithm>

#include "kms/daemon_impl.hpp"

namespace li::kms {

namespace {

constexpr std::array kRoles{"ue", "xk", "peers", "bsf", "metrics"};
constexpr auto kWarnBefore = std::chrono::days(14);

std::string_view name(Daemon::Role role) { return kRoles.at(static_cast<std::size_t>(role)); }

tl::unexpected<Problems> problem(const Error& error) { return tl::unexpected(Problems{error.message()}); }

const std::vector<double>& latencies() {
  static const std::vector<double> bounds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5};
  return bounds;
}

}  // namespace

Daemon::Daemon(std::string config_path, Settings settings, const Surroundings& around, std::unique_ptr<Store> store,
               std::unique_ptr<ops::AuditLog> audit)
    : config_path_(std::move(config_path)),
      settings_(std::move(settings)),
      clock_(around.clock),
      log_(around.log),
      store_(std::move(store)),
      audit_(std::move(audit)),
      events_(log_, metrics_, *audit_),
      audited_(settings_.audited_refusals_per_second, settings_.audited_refusals_per_second * 10, std::chrono::steady_clock::now),
      tickets_(*store_, journal(true), clock_, crypto::random),
      keys_(*store_, journal(false), clock_) {}

Daemon::~Daemon() { stop(); }

tl::expected<std::unique_ptr<Daemon>, Problems> Daemon::start(const std::string& config_path, const Surroundings& around) {
  auto settings = load_settings(config_path);
  if (!settings) return tl::unexpected(settings.error());
  auto rules_settings = load_settings(config_path);
  if (!rules_settings) return tl::unexpected(rules_settings.error());
  const auto now = std::chrono::floor<seconds>(around.clock());
  auto store = Store::open(settings->store, settings->master_key, now);
  if (!store) return problem(store.error());
  settings->audit.clock = around.clock;
  auto audit = ops::AuditLog::open(settings->audit);
  if (!audit) return problem(audit.error());
  auto daemon = std::unique_ptr<Daemon>(new Daemon(config_path, std::move(*settings), around, std::move(*store), std::move(*audit)));
  auto rules = daemon->read_rules(std::move(*rules_settings));
  if (!rules) return tl::unexpected(rules.error());
  daemon->apply(std::move(*rules));
  daemon->rotate(now);
  if (auto entry = daemon->audit_->append({"started", {{"config", config_path}}}); !entry) return problem(entry.error());
  if (auto serving = daemon->serve(); !serving) return tl::unexpected(serving.error());
  daemon->look_at_certificates(now);
  return daemon;
}

tl::expected<void, Problems> Daemon::serve() {
  if (settings_.ue.on) {
    if (auto done = listen(Role::ue, settings_.ue, ue_handler(tickets_, settings_.ue), settings_.ue.body_limit); !done) return done;
  }
  if (settings_.xk.on) {
    xk::EndpointSettings endpoint;
    endpoint.requests_per_second = settings_.xk.requests_per_second;
    endpoint.burst = settings_.xk.burst;
    endpoint.handler = [this](const xk::GetKeys& request, const net::PeerIdentity& peer) { return answer_xk(keys_, request, peer); };
    endpoint.on_refused = [this](xk::Reason reason, const net::PeerIdentity& peer, const std::string& what) {
      alarm(xk::to_string(reason),
            {{"request", "get_keys"}, {"client", xk::client_name(peer)}, {"address", peer.address}, {"detail", what}},
            reason == xk::Reason::rate_limited);
    };
    xk_ = std::make_unique<xk::Endpoint>(std::move(endpoint));
    if (auto done = listen(
            Role::xk, settings_.xk, [this](const net::HttpRequest& request) { return (*xk_)(request); }, xk::kMaxDocument);
        !done)
      return done;
  }
  if (settings_.peers.on) {
    if (auto done = listen(Role::peers, settings_.peers, peer_handler(tickets_, settings_.peers.path), 64 * 1024); !done) return done;
  }
  if (settings_.bsf.on) {
    if (auto done = listen(Role::bsf, settings_.bsf, bsf_handler(*store_, journal(false), clock_, settings_.bsf), 4096); !done) return done;
  }
  return listen(Role::metrics, settings_.metrics, metrics_handler([this] { return metrics_.render(); }, [this] { return health(); }), 4096);
}

tl::expected<void, Problems> Daemon::listen(Role role, const Listener& settings, const net::HttpHandler& handler, std::size_t body_limit) {
  net::ListenerSettings made;
  made.address = settings.address.host;
  made.port = settings.address.port;
  made.threads = settings.threads;
  made.max_connections = settings.max_connections;
  made.body_limit = body_limit;
  if (role != Role::metrics) {
    auto tls = net::TlsContext::load(settings.tls);
    if (!tls) return problem(tls.error());
    made.tls = *tls;
  }
  auto time =
      metrics_.histogram("hi2_kms_request_seconds", "Time that a request took here", latencies(), {{"listener", std::string(name(role))}});
  made.handler = [handler, time](const net::HttpRequest& request) {
    const auto begun = std::chrono::steady_clock::now();
    auto response = handler(request);
    time.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    return response;
  };
  auto tls = made.tls;
  auto server = net::HttpServer::start({std::move(made)}, events_of(role));
  if (!server) return problem(server.error());
  log_.info("listening", {{"listener", name(role)}, {"address", settings.address.host}, {"port", (*server)->port()}});
  listeners_.push_back({role, std::move(tls), std::move(*server)});
  return {};
}

net::ServerEvents Daemon::events_of(Role role) {
  return {[this, role](net::Refusal refusal, const std::string& address) { on_refused(role, refusal, address); },
          [this](const std::string& what) {
            log_.error("a request failed: this is a bug", {{"what", what}});
          },
          [this, role](unsigned status, const net::PeerIdentity& peer) { on_bad_request(role, status, peer); }};
}

tl::expected<void, Problems> Daemon::reload() {
  Problems problems;
  auto settings = load_settings(config_path_);
  if (!settings) problems = settings.error();
  // How long retired TPKs are kept was settled at the start.
  if (settings && settings->tickets.lifetime > settings_.tickets.lifetime)
    problems.emplace_back("tickets.lifetime: a longer one needs a restart");
  auto rules = problems.empty() ? read_rules(std::move(*settings)) : tl::unexpected(problems);
  if (!rules) problems = rules.error();
  for (const auto& listening : listeners_) {
    if (!problems.empty() || !listening.tls) continue;
    if (auto done = listening.tls->reload(); !done) problems.push_back(done.error().message());
  }
  if (problems.empty()) {
    if (auto entry = audit_->append({"reloaded", {{"li_entries", rules->li_list.size()}, {"clients", rules->keys.clients.size()}}}); !entry)
      problems.push_back(entry.error().message());
  }
  if (problems.empty()) {
    apply(std::move(*rules));
    log_.info("reloaded");
    return {};
  }
  for (const auto& line : problems) log_.error("not reloaded", {{"problem", line}});
  static_cast<void>(audit_->append({"reload_failed", {{"problem", problems.front()}}}));
  return tl::unexpected(std::move(problems));
}

void Daemon::stop() {
  if (listeners_.empty()) return;
  for (const auto& listening : listeners_) listening.server->stop();
  listeners_.clear();
  static_cast<void>(audit_->append({"stopped", {}}));
  if (auto closed = audit_->close(); !closed) log_.error("the audit trail did not close", {{"problem", closed.error().message()}});
  log_.info("stopped");
}

std::uint16_t Daemon::port(Role role) const {
  const auto found = std::find_if(listeners_.begin(), listeners_.end(), [role](const auto& one) { return one.role == role; });
  return found == listeners_.end() ? std::uint16_t{0} : found->server->port();
}

void Daemon::tick() {
  const auto now = std::chrono::floor<seconds>(clock_());
  audit_->tick();
  rotate(now);
  purge(now);
  look_at_certificates(now);
}

void Daemon::look_at_certificates(Time now) {
  const auto warn = now - warned_ >= std::chrono::hours(24);
  for (const auto& listening : listeners_) {
    if (!listening.tls) continue;
    const auto left = listening.tls->certificate_expiry() - now;
    metrics_.gauge("hi2_kms_certificate_seconds_left", "Until our certificate ends", {{"listener", std::string(name(listening.role))}})
        .set(static_cast<double>(left.count()));
    if (!warn || left > kWarnBefore) continue;
    warned_ = now;
    log_.warning("a certificate ends soon", {{"listener", name(listening.role)}, {"hours", left.count() / 3600}});
  }
}

// Anybody may come to the UEs' listener and talk nonsense; to the others nobody should.
void Daemon::on_refused(Role role, net::Refusal refusal, const std::string& address) {
  metrics_
      .counter("hi2_kms_connections_refused_total", "Connections that did not come to a request",
               {{"listener", std::string(name(role))}, {"reason", std::string(net::to_string(refusal))}})
      .add();
  if (role == Role::ue || role == Role::metrics) return;
  alarm("tls_" + std::string(net::to_string(refusal)), {{"listener", name(role)}, {"address", address}}, true);
}

void Daemon::on_bad_request(Role role, unsigned status, const net::PeerIdentity& peer) {
  const std::string reason = status == 413 ? "body_too_large" : status == 431 ? "header_too_large" : "bad_http";
  metrics_
      .counter("hi2_kms_bad_requests_total", "Requests that were no HTTP or too large",
               {{"listener", std::string(name(role))}, {"reason", reason}})
      .add();
  if (role == Role::ue || role == Role::metrics) return;
  alarm(reason, {{"listener", name(role)}, {"client", xk::client_name(peer)}, {"address", peer.address}}, true);
}

}  // namespace li::kms
