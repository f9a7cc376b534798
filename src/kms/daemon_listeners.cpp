#include "kms/daemon_impl.hpp"
#include "ops/daemon_sections.hpp"

namespace li::kms {

namespace {

const std::vector<double>& latencies() {
  static const std::vector<double> bounds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5};
  return bounds;
}

std::string reason_of(unsigned status) {
  switch (status) {
    case 404: return "wrong_path";
    case 405: return "wrong_method";
    case 413: return "body_too_large";
    case 415: return "wrong_media_type";
    case 431: return "header_too_large";
    default: return "bad_http";
  }
}

}  // namespace

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
      const auto client = xk::client_name(peer);
      alarm({"xk", client}, xk::to_string(reason),
            {{"request", "get_keys"}, {"client", client}, {"address", peer.address}, {"detail", what}}, reason == xk::Reason::rate_limited);
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
    if (auto done = listen(Role::bsf, settings_.bsf, bsf_handler(*store_, journal(true), frame_->clock, settings_.bsf), 4096); !done)
      return done;
  }
  return listen(Role::metrics, settings_.metrics,
                ops::status_pages([this] { return frame_->metrics.render(); }, [this] { return health(); }), 4096);
}

tl::expected<void, Problems> Daemon::listen(Role role, const Listener& settings, const net::HttpHandler& handler, std::size_t body_limit) {
  auto made = ops::net_listener<net::ListenerSettings>(settings);
  made.threads = settings.threads;
  made.body_limit = body_limit;
  if (role != Role::metrics) {
    auto tls = net::TlsContext::load(settings.tls);
    if (!tls) return ops::problem(tls.error());
    made.tls = *tls;
    contexts_.push_back({std::string(name(role)), *tls});
  }
  made.handler = watched(role, handler);
  auto server = net::HttpServer::start({std::move(made)}, events_of(role));
  if (!server) return ops::problem(server.error());
  frame_->tell_listening(name(role), settings.address, (*server)->port());
  listeners_.push_back({role, std::move(*server)});
  return {};
}

// Takes the time of each request, and notes those that no handler takes: a wrong path, method or type.
net::HttpHandler Daemon::watched(Role role, net::HttpHandler handler) {
  auto time = frame_->metrics.histogram("hi2_kms_request_seconds", "Time that a request took here", latencies(),
                                        {{"listener", std::string(name(role))}});
  return [this, role, time, handler = std::move(handler)](const net::HttpRequest& request) {
    const auto begun = std::chrono::steady_clock::now();
    auto response = handler(request);
    time.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    if (response.status == 404 || response.status == 405 || response.status == 415) on_bad_request(role, response.status, *request.peer);
    return response;
  };
}

net::ServerEvents Daemon::events_of(Role role) {
  return {[this, role](net::Refusal refusal, const std::string& address) { on_refused(role, refusal, address); },
          [this, role](const std::string& what) { on_failure(role, what); },
          [this, role](unsigned status, const net::PeerIdentity& peer) { on_bad_request(role, status, peer); }};
}

// Anybody may come to the UEs' listener and talk nonsense; to the others nobody should.
void Daemon::on_refused(Role role, net::Refusal refusal, const std::string& address) {
  frame_->metrics
      .counter("hi2_kms_connections_refused_total", "Connections that did not come to a request",
               {{"listener", std::string(name(role))}, {"reason", std::string(net::to_string(refusal))}})
      .add();
  if (role == Role::ue || role == Role::metrics) return;
  alarm({std::string(name(role)), {}}, "tls_" + std::string(net::to_string(refusal)), {{"listener", name(role)}, {"address", address}},
        true);
}

void Daemon::on_bad_request(Role role, unsigned status, const net::PeerIdentity& peer) {
  const auto reason = reason_of(status);
  frame_->metrics
      .counter("hi2_kms_bad_requests_total", "Requests that no handler took", {{"listener", std::string(name(role))}, {"reason", reason}})
      .add();
  if (role == Role::ue || role == Role::metrics) return;
  const auto client = xk::client_name(peer);
  alarm({std::string(name(role)), client}, reason, {{"listener", name(role)}, {"client", client}, {"address", peer.address}}, true);
}

// A bug of ours, which somebody may have found before us.
void Daemon::on_failure(Role role, const std::string& what) {
  frame_->log.error("a request failed: this is a bug", {{"listener", name(role)}, {"what", what}});
  frame_->metrics.counter("hi2_kms_failures_total", "Requests that failed by a bug", {{"listener", std::string(name(role))}}).add();
  alarm({std::string(name(role)), {}}, "internal_error", {{"listener", name(role)}, {"detail", what}}, true);
}

}  // namespace li::kms
