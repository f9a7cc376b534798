// net/client.hpp: requests to one HTTP/1.1 server, over connections that stay open.
//
// A request runs in the caller's thread, on a connection of its own for that time. What stays open afterwards is kept for the next
// one, unless the server has closed it meanwhile.
//
// Source:  RFC 9110 9.2.2 (what may be sent twice), RFC 9112 9.3 (keep-alive).
// Units:   octets; a timeout is for the whole of a request: waiting for a connection, look-up of the name, handshake, retry, answer.
// Errors:  HttpFailure says how far a request came. An answer with any status is an answer.
// Owns:    the client owns its connections; it must outlive the calls that run. It may be used from several threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace li::net {

enum class HttpFailure {
  connect,       ///< no such name, nobody there
  tls,           ///< we did not like the server, or it did not like us (which shows at the first read)
  timeout,       ///< the time was over; the server may have done it
  lost_unsent,   ///< the connection ended before any of the request had left
  lost_sent,     ///< the connection ended later: the server may have done it
  bad_response,  ///< what came back is no HTTP, or too large
};

[[nodiscard]] std::string_view to_string(HttpFailure failure);

struct HttpError {
  HttpFailure failure = HttpFailure::connect;
  std::string text;

  [[nodiscard]] std::string message() const { return std::string(to_string(failure)) + ": " + text; }
};

using HttpResult = tl::expected<HttpResponse, HttpError>;

struct ClientSettings {
  std::string host;  ///< name or address
  std::uint16_t port = 0;
  std::shared_ptr<TlsContext> tls;   ///< none: plain HTTP
  std::string server_name;           ///< URI or DNS name that the server's certificate must have, letter by letter
  std::size_t max_connections = 16;  ///< at a time; more requests wait for one
  std::size_t max_idle = 4;          ///< kept open
  std::size_t response_limit = 1024 * 1024;
  std::chrono::milliseconds max_idle_time{30'000};  ///< less than a server waits, or requests meet closed connections
};

/// Whether a server may get a request twice without harm. `yes`: it is sent once more, on a new connection, if the first one ended before
/// the first octet of an answer. `no`: only if it never left.
enum class Idempotent { no, yes };

class HttpClient {
 public:
  /// Throws std::invalid_argument without a host, or with TLS but without a server name or a CA.
  explicit HttpClient(ClientSettings settings);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  [[nodiscard]] HttpResult post(std::string_view path, std::string_view content_type, ByteView body, std::chrono::milliseconds timeout,
                                Idempotent idempotent);
  [[nodiscard]] HttpResult get(std::string_view path, std::chrono::milliseconds timeout);

  /// Connections made since the start: shows whether keep-alive works.
  [[nodiscard]] std::uint64_t connections_made() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace li::net
