#include "hi2-callsim/xk_stub.hpp"

#include <stdexcept>

namespace li::callsim {

namespace {

constexpr unsigned kThreads = 64;  // each may wait
constexpr double kNoLimit = 1e6;

using Mode = Misbehaviour::Mode;

Result<std::unique_ptr<xk::Client>> client_of(const XkStubSettings& settings) {
  auto tls = net::TlsContext::load(settings.client);
  if (!tls) return failure(tls.error());
  net::ClientSettings client;
  client.host = settings.kms.host;
  client.port = settings.kms.port;
  client.tls = std::move(*tls);
  client.server_name = settings.server_name;
  return std::make_unique<xk::Client>(std::move(client));
}

}  // namespace

std::optional<Mode> parse_mode(std::string_view word) {
  if (word == "pass") return Mode::pass;
  if (word == "silent") return Mode::silent;
  if (word == "slow") return Mode::slow;
  if (word == "refuse") return Mode::refuse;
  if (word == "partial") return Mode::partial;
  return std::nullopt;
}

void cut_to_first(xk::GetKeysResponse& response) {
  auto* sessions = std::get_if<std::vector<xk::CryptoSession>>(&response.answer);
  if (sessions == nullptr) return;
  for (std::size_t i = 1; i < sessions->size(); ++i) (*sessions)[i].answer = xk::Reason::no_key;
}

Result<std::unique_ptr<XkStub>> XkStub::start(const XkStubSettings& settings, Misbehaviour how) {
  std::unique_ptr<XkStub> stub(new XkStub(std::move(how), settings.timeout));
  auto kms = client_of(settings);
  if (!kms) return failure(kms.error());
  stub->kms_ = std::move(*kms);
  xk::EndpointSettings endpoint;
  endpoint.requests_per_second = endpoint.burst = kNoLimit;
  endpoint.handler = [self = stub.get()](const xk::GetKeys& request, const net::PeerIdentity&) { return self->answer(request); };
  stub->endpoint_ = std::make_unique<xk::Endpoint>(std::move(endpoint));
  auto tls = net::TlsContext::load(settings.server);
  if (!tls) return failure(tls.error());
  net::ListenerSettings listener;
  listener.address = settings.listen.host;
  listener.port = settings.listen.port;
  listener.tls = std::move(*tls);
  listener.threads = kThreads;
  listener.body_limit = xk::kMaxDocument;
  listener.handler = [self = stub.get()](const net::HttpRequest& request) { return (*self->endpoint_)(request); };
  std::vector<net::ListenerSettings> listeners;
  listeners.push_back(std::move(listener));
  auto server = net::HttpServer::start(std::move(listeners));
  if (!server) return failure(server.error());
  stub->server_ = std::move(*server);
  return stub;
}

void XkStub::stop() {
  {
    const std::scoped_lock hold(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
  if (server_) server_->stop();
}

void XkStub::wait() {
  std::unique_lock hold(mutex_);
  stopping_.wait_for(hold, how_.delay, [this] { return stopped_; });
}

RecordBytes XkStub::answer(const xk::GetKeys& request) {
  const bool concerned = how_.target.empty() || how_.target == request.target;
  const auto mode = concerned ? how_.mode : Mode::pass;
  if (mode == Mode::silent || mode == Mode::slow) wait();
  if (mode == Mode::silent) throw std::runtime_error("silent");  // ends as a 500, long after anybody listens
  auto response = mode == Mode::refuse ? xk::GetKeysResponse{request.request_id, how_.reason} : forward(request);
  if (mode == Mode::partial) cut_to_first(response);
  auto encoded = xk::encode_response(response);
  if (!encoded) throw std::runtime_error(encoded.error().message());
  return std::move(*encoded);
}

xk::GetKeysResponse XkStub::forward(const xk::GetKeys& request) {
  auto response = kms_->get_keys(request, timeout_);
  if (!response) return {request.request_id, xk::Reason::unavailable};
  return std::move(*response);
}

}  // namespace li::callsim
