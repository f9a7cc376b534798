// xk/endpoint.hpp: the KMS's end of Xk: from an HTTP request to its handler and back.
//
// Source:  TS 33.107 clause 7A.7.2, 7A.7.4.
// Units:   requests and seconds.
// Errors:  404, 405 and 415 without a body. A document that can't be read is a 400 with the reason malformed; too many requests are a
//          429 with rate_limited. Answers of the handler are a 200.
// Owns:    the endpoint must outlive the server that calls it; it is called by several threads.
#pragma once

#include <functional>
#include <string>

#include "net/http.hpp"
#include "net/rate_limit.hpp"
#include "xk/messages.hpp"

namespace li::xk {

constexpr auto kPath = "/xk/1/get_keys";
constexpr auto kContentType = "application/xml";

/// Judges whether the client may ask and the target may be asked about, and gives the answer, encoded: so it can be sure that there is
/// one before it writes down that keys were given. Called by several threads at once.
using GetKeysHandler = std::function<RecordBytes(const GetKeys&, const net::PeerIdentity&)>;

struct EndpointSettings {
  std::string path = kPath;
  double requests_per_second = 50;  ///< of each client
  double burst = 100;
  net::SteadyClock clock = std::chrono::steady_clock::now;
  GetKeysHandler handler;
  /// A request that did not reach the handler: malformed or rate_limited, and what was wrong, for log and audit only.
  std::function<void(Reason, const net::PeerIdentity&, const std::string& what)> on_refused;
};

/// By what a client is known here: the first name in its certificate, else its subject, else its address.
[[nodiscard]] std::string client_name(const net::PeerIdentity& peer);

class Endpoint {
 public:
  explicit Endpoint(EndpointSettings settings);
  /// A net::HttpHandler.
  [[nodiscard]] net::HttpResponse operator()(const net::HttpRequest& request);

 private:
  [[nodiscard]] net::HttpResponse refuse(unsigned status, Reason reason, const net::PeerIdentity& peer, const std::string& what) const;

  const EndpointSettings settings_;
  net::RateLimit limit_;
};

}  // namespace li::xk
