// net/http.hpp: an HTTP request and its response, as handlers and callers see them.
//
// Source:  RFC 9110, RFC 9112 (HTTP/1.1).
// Units:   octets.
// Errors:  none.
// Owns:    bodies may hold keys and are overwritten when freed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "net/tls.hpp"

namespace li::net {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// The value of the first header of that name, whatever its case; empty without one.
[[nodiscard]] std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name);

struct HttpRequest {
  std::string method;  ///< e.g. "POST"
  std::string target;  ///< path and query, as sent
  std::vector<HttpHeader> headers;
  RecordBytes body;
  std::shared_ptr<const PeerIdentity> peer;  ///< never null; without TLS or in server_only it has an address only
  std::uint64_t connection_id = 0;           ///< the same for all requests of one connection

  /// Of Content-Type, without its parameters: "application/xml; charset=utf-8" gives "application/xml".
  [[nodiscard]] std::string_view content_type() const;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type;  ///< empty where there is no body
  RecordBytes body;
  std::vector<HttpHeader> headers;  ///< others, e.g. Retry-After
};

}  // namespace li::net
