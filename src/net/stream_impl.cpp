#include "net/stream_impl.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

namespace li::net {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPiece = 16 * 1024;  // the most that a record of TLS holds
constexpr std::size_t kMostKept = 16 * 1024 * 1024;
constexpr std::size_t kMostDrained = 1024 * 1024;
constexpr auto kLingerTime = std::chrono::seconds(1);
constexpr auto kLastWords = std::chrono::milliseconds(200);

bool is_tls(const boost::system::error_code& failure) { return failure && failure.category() == asio::error::get_ssl_category(); }

}  // namespace

TlsStream::Impl::Impl(std::shared_ptr<const TlsContext> tls, std::shared_ptr<const TlsContext::Loaded> loaded, SSL* session)
    : tls_(std::move(tls)), standing_(std::move(loaded)), stream_(context_, session), piece_(kPiece) {}

TlsStream::Impl::~Impl() { close_socket(); }

void TlsStream::Impl::close_socket() {
  Failure ignored;
  socket().close(ignored);
}

// Works until `done` says so; false when the time is over, or it was cut.
template <typename Done>
bool TlsStream::Impl::wait(Deadline deadline, Done done) {
  while (!cut_) {
    if (done()) return true;
    if (context_.poll_one() == 0 && context_.run_one_until(deadline) == 0) return done();
  }
  return false;
}

template <typename Start>
TlsStream::Impl::Failure TlsStream::Impl::run(Deadline deadline, Start start) {
  std::optional<Failure> result;
  start([&](const Failure& failure, auto&&...) { result = failure; });
  if (wait(deadline, [&] { return result.has_value(); })) return *result;
  close_socket();
  while (!result) context_.run_one();  // it refers to what is here
  return cut_ ? asio::error::operation_aborted : asio::error::timed_out;
}

TlsStream::Impl::Failure TlsStream::Impl::connect(const Endpoints& endpoints, Deadline deadline) {
  const auto failure = run(deadline, [&](auto done) { asio::async_connect(socket(), endpoints, std::move(done)); });
  Failure ignored;
  if (!failure) socket().set_option(Tcp::no_delay(true), ignored);
  return failure;
}

void TlsStream::Impl::adopt(const Tcp& protocol, int descriptor) {
  socket().assign(protocol, descriptor);
  Failure ignored;
  socket().set_option(Tcp::no_delay(true), ignored);
}

TlsStream::Impl::Failure TlsStream::Impl::handshake(Side side, Deadline deadline) {
  const auto failure = run(deadline, [&](auto done) { stream_.async_handshake(side, std::move(done)); });
  if (failure) return failure;
  standing_.begin(session());
  peer_ = identity_of(session());
  Failure ignored;
  peer_.address = socket().remote_endpoint(ignored).address().to_string();
  return failure;
}

// A read is always on its way, except when there is much that nobody takes. It outlives the call that began it.
void TlsStream::Impl::keep_reading() {
  if (reading_ || read_end_ || kept_.size() - taken_ >= kMostKept) return;
  reading_ = true;
  stream_.async_read_some(asio::buffer(piece_), [this](const Failure& failure, std::size_t octets) {
    reading_ = false;
    append(kept_, ByteView(piece_).first(octets));
    if (failure) read_end_ = failure;
    if (sending_) keep_reading();
  });
}

void TlsStream::Impl::stop_reading() {
  Failure ignored;
  socket().cancel(ignored);
  while (reading_) context_.run_one();
}

std::size_t TlsStream::Impl::take(std::span<std::uint8_t> room) {
  const auto count = std::min(room.size(), kept_.size() - taken_);
  if (count > 0) std::memcpy(room.data(), kept_.data() + taken_, count);
  taken_ += count;
  if (taken_ < kept_.size()) return count;
  taken_ = 0;
  if (kept_.capacity() > 4 * kPiece) kept_ = RecordBytes();
  else kept_.clear();
  return count;
}

Result<Received> TlsStream::Impl::receive(std::span<std::uint8_t> room, Deadline deadline) {
  using What = Received::What;
  judge();
  (void)wait(deadline, [&] {
    if (over_ == std::nullopt) keep_reading();
    return woken_ || !kept_.empty() || read_end_ || over_;
  });
  if (cut_) return failure(ErrorKind::missing, "the connection was cut off here");
  if (woken_.exchange(false)) return Received{What::woken, 0};
  if (!kept_.empty()) return Received{What::octets, take(room)};
  if (over_) return failure(*over_);
  if (!read_end_) return Received{What::silence, 0};
  if (*read_end_ == asio::error::eof) return Received{What::end, 0};
  return failure(error_of(*read_end_));
}

// Files may have been read again since, or the other end's certificate may have ended.
void TlsStream::Impl::judge() {
  if (over_) return;
  ousted_ = standing_.judge(*tls_, session());
  if (!ousted_) return;
  over_ = Error{ErrorKind::unexpected, "the other end's certificate is good no longer: " + std::string(to_string(*ousted_)), {}, {}, {}};
  stop_reading();
  close_socket();
}

Result<void> TlsStream::Impl::send(ByteView octets, Deadline deadline) {
  if (over_) return failure(*over_);
  sending_ = true;
  const auto failed = run(deadline, [&](auto done) {
    asio::async_write(stream_, asio::buffer(octets.data(), octets.size()),
                      [done](const Failure& result, std::size_t) mutable { done(result); });
    keep_reading();
  });
  sending_ = false;
  if (!failed) return {};
  // The other end may have said why.
  const bool ours = failed == asio::error::timed_out || failed == asio::error::operation_aborted;
  if (!ours) {
    (void)wait(std::chrono::steady_clock::now() + kLastWords, [this] {
      keep_reading();
      return read_end_.has_value();
    });
  }
  over_ = error_of(read_end_ && is_tls(*read_end_) ? *read_end_ : failed);
  return failure(*over_);
}

Error TlsStream::Impl::error_of(const Failure& failure) const {
  if (failure == asio::error::timed_out) return {ErrorKind::limit, "the other end took nothing in time", std::nullopt, {}, {}};
  if (failure == asio::error::operation_aborted) return {ErrorKind::missing, "the connection was cut off here", std::nullopt, {}, {}};
  if (is_tls(failure)) return {ErrorKind::unexpected, "TLS refused: " + reason_of(failure), std::nullopt, {}, "RFC 8446 6"};
  if (failure == asio::ssl::error::stream_truncated)
    return {ErrorKind::missing, "the other end broke off the connection", std::nullopt, {}, "RFC 8446 6.1"};
  return {ErrorKind::missing, "the connection is lost: " + failure.message(), std::nullopt, {}, {}};
}

void TlsStream::Impl::close() {
  if (!socket().is_open()) return;
  const bool broken = over_ || cut_ || (read_end_ && *read_end_ != asio::error::eof);
  if (!broken) {
    stop_reading();
    // Says goodbye without waiting for an answer to that.
    SSL_set_shutdown(session(), SSL_get_shutdown(session()) | SSL_RECEIVED_SHUTDOWN);
    const auto deadline = std::chrono::steady_clock::now() + kLingerTime;
    (void)run(deadline, [&](auto done) { stream_.async_shutdown(std::move(done)); });
    drain(deadline);
  }
  close_socket();
}

void TlsStream::Impl::linger() {
  drain(std::chrono::steady_clock::now() + kLingerTime);
  close_socket();
}

// Closed with octets unread, the socket would send a reset, which may overtake what was said last.
void TlsStream::Impl::drain(Deadline deadline) {
  Failure failure;
  socket().shutdown(Tcp::socket::shutdown_send, failure);
  for (std::size_t sum = 0; !failure && sum < kMostDrained;) {
    failure = run(deadline, [&](auto done) {
      socket().async_read_some(asio::buffer(piece_), [&sum, done](const Failure& result, std::size_t octets) mutable {
        sum += octets;
        done(result);
      });
    });
  }
}

void TlsStream::Impl::wake() {
  woken_ = true;
  asio::post(context_, [] {});
}

void TlsStream::Impl::cut() {
  cut_ = true;
  asio::post(context_, [] {});
}

void TlsStream::Impl::stop() {
  stopping_ = true;
  wake();
}

}  // namespace li::net
