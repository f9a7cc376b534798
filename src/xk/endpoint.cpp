#include "xk/endpoint.hpp"

#include <stdexcept>

namespace li::xk {

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
  return {200, kContentType, settings_.handler(*get_keys, *request.peer), {}};
}

net::HttpResponse Endpoint::refuse(unsigned status, Reason reason, const net::PeerIdentity& peer, const std::string& what) const {
  if (settings_.on_refused) settings_.on_refused(reason, peer, what);
  return {status, kContentType, encode_response({{}, reason}).value(), {}};
}

}  // namespace li::xk
