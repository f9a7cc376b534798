// net/server.hpp: an HTTP/1.1 server with several listeners, over TLS or plain.
//
// Each listener has its own threads, which read, call the handler and write. A connection is served by one of them at a time, and
// costs none while it is silent, so a slow client holds nobody up. A handler may block: it blocks one thread of its own listener and no
// other listener, so two KMSs that ask each other can't stop each other, and the metrics page answers when all else waits.
//
// Source:  RFC 9110, RFC 9112; TLS as net/tls.hpp has it. In TLS 1.3 a client ends its handshake before the server has judged its
//          certificate: it sees the refusal at its first read.
// Units:   octets; times are what a steady clock says.
// Errors:  start() says which listener can't be had. Bad requests are answered here: 400, 413 (before the body is read), 417, 431
//          and 501 (a Transfer-Encoding other than chunked); one that takes too long is cut off.
// Owns:    the server owns threads and sockets; stop() or the destructor ends them. Handlers must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/http.hpp"

namespace li::net {

/// Called by several threads at once. What it throws becomes a 500 without a word, and is told to ServerEvents::on_failure.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct ListenerSettings {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6, no name
  std::uint16_t port = 0;             ///< 0: any that is free
  std::shared_ptr<TlsContext> tls;    ///< none: plain HTTP
  HttpHandler handler;
  unsigned threads = 2;
  std::size_t max_connections = 256;  ///< more are closed at once; those whose handshake is not done have places of their own
  std::size_t max_handshakes = 96;    ///< at a time; the oldest gives way to one more
  std::size_t max_per_address = 64;   ///< both kinds together; of IPv6, a /64 counts as one address. 0: any number
  std::size_t body_limit = 64 * 1024;
  std::size_t header_limit = 16 * 1024;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds idle_timeout{60'000};  ///< silence between two requests
  std::chrono::milliseconds io_timeout{10'000};    ///< from the first octet of a request to its last; and for an answer
};

/// All may be called by any thread of the server, at the same time; empty ones are left out. What one of them throws ends the connection
/// that it is about, and is told to on_failure.
struct ServerEvents {
  /// A connection that did not come to a request. For TLS listeners this is a security event.
  std::function<void(Refusal, const std::string& address)> on_refused;
  /// A handler or an event threw, or memory or OpenSSL failed for a connection.
  std::function<void(const std::string& what)> on_failure;
  /// A request that was answered without the handler: 400, 413, 417, 431 or 501.
  std::function<void(unsigned status, const PeerIdentity& peer)> on_bad_request;
};

class HttpServer {
 public:
  /// Binds all listeners and starts their threads, or does nothing at all.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(std::vector<ListenerSettings> listeners, ServerEvents events = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port of the listener at that place in the list given to start().
  [[nodiscard]] std::uint16_t port(std::size_t listener = 0) const;

  [[nodiscard]] std::size_t open_connections() const;

  /// Accepts no more, closes silent connections and lets requests that have begun finish, without waiting for them: so several servers
  /// can stop at the same time. May be called again.
  void begin_stop();

  /// begin_stop(), then waits, and cuts off requests that take longer than `grace`. A handler that runs is always waited for. May be
  /// called again.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace li::net
