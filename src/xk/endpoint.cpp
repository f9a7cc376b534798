#include "xk/endpoint.hpp"

#include <stdexcept>

namespace li::xk {
namespace {

net::HttpResponse to_http(unsigned status, const GetKeysResponse& answer) {
  auto document = encode_response(answer);
  if (!document) throw std::logic_error("the answer can't be sent: " + document.error().message());
  return {status, kContentType, std::move(*document), {}};
}

}  // namespace

std::string client_name(const net::PeerIdentity& peer) {
  if (!peer.names.empty()) return peer.names.front();
  return peer.subject.empty() ? peer.address : peer.subject;
}

Endpoint::Endpoint(EndpointSettings settings)
    : settings_(std::move(settings)), limit_(settings_.requests_per_second, settings_.burst, settings_.clock) {
  if (!settings_.handler) throw std::invalid_argument("an endpoint of Xk needs a handler");
}

net::HttpResponse Endpoint::operator()(const net::HttpRequest& request) {
  if (request.target != settings_.path) return {404, {}, {}, {}};
  if (request.method != "POST") return {405, {}, {}, {{"Allow", "POST"}}};
  if (request.content_type() != kContentType) return {415, {}, {}, {}};
  if (!limit_.take(client_name(*request.peer))) return refuse(429, Reason::rate_limited, *request.peer, "too many requests");
  const auto get_keys = decode_request(request.body);
  if (!get_keys) return refuse(400, Reason::malformed, *request.peer, get_keys.error().message());
  auto answer = settings_.handler(*get_keys, *request.peer);
  answer.request_id = get_keys->request_id;
  return to_http(200, answer);
}

net::HttpResponse Endpoint::refuse(unsigned status, Reason reason, const net::PeerIdentity& peer, const std::string& what) const {
  if (settings_.on_refused) settings_.on_refused(reason, peer, what);
  return to_http(status, {{}, reason});
}

}  // namespace li::xk
