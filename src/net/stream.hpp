// net/stream.hpp: octets over mutual TLS, both ways: what X2 and HI2 run on.
//
// A stream is used by one thread at a time; a server gives each of its connections a thread, and calls the handler there. There are few of
// them, network functions and agencies, so threads are cheaper than cleverness. A thread that waits for octets can be woken, to send some.
//
// Source:  ETSI TS 103 221-2 clause 6, TS 102 232-1 clause 6.3 (TLS over TCP, Nagle's algorithm off); TLS as net/tls.hpp has it.
// Units:   octets; times are what a steady clock says.
// Errors:  connect() and start() say what is wrong. receive() and send() fail when the connection has failed; then it is over, but what had
//          come before is still given. ErrorKind says how: unexpected, TLS was refused or broken by one of the two; limit, the time was
//          over; missing, nobody there or the connection was lost. A certificate may be good no longer because the files of the TlsContext
//          were read again, or because it has ended: receive() looks, and gives up the connection.
// Owns:    a TlsStream owns its socket. Buffers that octets pass through are overwritten when freed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "net/tls.hpp"

namespace li::net {

struct Received {
  enum class What {
    octets,   ///< `count` of them, at least one
    silence,  ///< the time is over
    woken,    ///< wake() was called
    end,      ///< the other end has closed the connection as TLS wants it
  };
  What what = What::silence;
  std::size_t count = 0;
};

class TlsStream {
 public:
  struct Target {
    std::string host;  ///< name or address
    std::uint16_t port = 0;
    std::shared_ptr<TlsContext> tls;
    std::string server_name;  ///< URI or DNS name that the server's certificate must have, letter by letter
  };
  /// In TLS 1.3 a client's handshake ends before the server has judged its certificate: a refusal shows at the first receive().
  [[nodiscard]] static Result<std::unique_ptr<TlsStream>> connect(const Target& target, std::chrono::milliseconds timeout);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  /// Waits for at least one octet.
  [[nodiscard]] Result<Received> receive(std::span<std::uint8_t> room, std::chrono::milliseconds most);
  /// Sends all, or fails. Octets that come in meanwhile are kept for receive(), 16 MiB of them.
  [[nodiscard]] Result<void> send(ByteView octets, std::chrono::milliseconds most);
  /// Makes receive() return, now or the next time. From any thread.
  void wake();
  /// Ends the connection; what has been sent still arrives: waits for the other end, a second at most.
  void close();
  /// The server of this connection is to stop.
  [[nodiscard]] bool stopping() const;

  [[nodiscard]] const PeerIdentity& peer() const;

  class Impl;
  explicit TlsStream(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

struct StreamListener {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6, no name
  std::uint16_t port = 0;             ///< 0: any that is free
  std::shared_ptr<TlsContext> tls;
  /// Called in the connection's own thread after the handshake; the connection ends when it returns. The stream is woken when the server
  /// is to stop, and its stopping() says so. What it throws ends the connection and is told to on_failure.
  std::function<void(TlsStream&)> handler;
  std::size_t max_connections = 64;
  std::size_t max_handshakes = 32;  ///< at a time; the oldest gives way to one more
  std::size_t max_per_address = 0;  ///< both kinds together; of IPv6, a /64 counts as one address. 0: any number
  std::chrono::milliseconds handshake_timeout{10'000};
};

/// Called by several threads at once; empty ones are left out.
struct StreamEvents {
  /// A connection that did not come to the handler, or had to go for its certificate: a security event.
  std::function<void(Refusal, const std::string& address)> on_refused;
  /// A handler or an event threw, or memory or OpenSSL failed for a connection.
  std::function<void(const std::string& what)> on_failure;
};

class StreamServer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<StreamServer>> start(StreamListener listener, StreamEvents events = {});
  ~StreamServer();  ///< stop()
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t open_connections() const;
  [[nodiscard]] bool stopping() const;
  /// Accepts no more and wakes all streams, without waiting. May be called again.
  void begin_stop();
  /// begin_stop(), waits for the handlers, and cuts off connections whose handler takes longer than `grace`. A handler that runs is
  /// always waited for. May be called again.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

  struct Impl;
  explicit StreamServer(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace li::net
