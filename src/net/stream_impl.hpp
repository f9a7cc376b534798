// net/stream_impl.hpp: a TLS stream with the words of Asio: each step starts an operation and runs it to its end in the caller's thread.
//
// Source:  RFC 8446; net/stream.hpp is its contract.
// Units:   octets; deadlines of a steady clock.
// Errors:  Asio's until they leave receive() and send().
// Owns:    the socket, the session and octets on their way, which are wiped.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <optional>

#include "net/dial_impl.hpp"
#include "net/stream.hpp"

namespace li::net {

class TlsStream::Impl {
 public:
  using Failure = boost::system::error_code;
  using Tcp = boost::asio::ip::tcp;
  using Deadline = std::chrono::steady_clock::time_point;
  using Side = boost::asio::ssl::stream_base::handshake_type;

  /// `session` belongs to it from now on.
  Impl(std::shared_ptr<const TlsContext> tls, std::shared_ptr<const TlsContext::Loaded> loaded, SSL* session);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Each gives asio::error::timed_out when the time was over, and operation_aborted when it was cut; the socket is closed then.
  [[nodiscard]] Failure connect(const Endpoints& endpoints, Deadline deadline);
  void adopt(const Tcp& protocol, int descriptor);
  [[nodiscard]] Failure handshake(Side side, Deadline deadline);

  [[nodiscard]] Result<Received> receive(std::span<std::uint8_t> room, Deadline deadline);
  [[nodiscard]] Result<void> send(ByteView octets, Deadline deadline);
  void close();
  /// Ends it without a word of TLS, but so that an alert sent before arrives.
  void linger();

  // From any thread.
  void wake();
  void cut();
  void stop();
  [[nodiscard]] bool stopping() const { return stopping_; }

  [[nodiscard]] SSL* session() { return stream_.native_handle(); }
  [[nodiscard]] const PeerIdentity& peer() const { return peer_; }
  /// Why the other end had to go, after its handshake was good.
  [[nodiscard]] std::optional<Refusal> ousted() const { return ousted_; }

 private:
  [[nodiscard]] Tcp::socket& socket() { return stream_.next_layer(); }
  void close_socket();
  template <typename Done>
  [[nodiscard]] bool wait(Deadline deadline, Done done);
  template <typename Start>
  [[nodiscard]] Failure run(Deadline deadline, Start start);
  void keep_reading();
  void stop_reading();
  [[nodiscard]] std::size_t take(std::span<std::uint8_t> room);
  [[nodiscard]] Error error_of(const Failure& failure) const;
  void drain(Deadline deadline);
  void judge();

  std::shared_ptr<const TlsContext> tls_;
  Standing standing_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{context_.get_executor()};
  boost::asio::ssl::stream<Tcp::socket> stream_;
  PeerIdentity peer_;
  std::optional<Refusal> ousted_;
  RecordBytes piece_;  // where a read puts its octets
  bool reading_ = false;
  bool sending_ = false;  // reads go on then, so that two ends that send do not wait for each other
  RecordBytes kept_;      // what came, and how much of it was taken
  std::size_t taken_ = 0;
  std::optional<Failure> read_end_;  // reading is over, and why
  std::optional<Error> over_;        // a send failed
  std::atomic<bool> woken_ = false;
  std::atomic<bool> cut_ = false;
  std::atomic<bool> stopping_ = false;
};

}  // namespace li::net
