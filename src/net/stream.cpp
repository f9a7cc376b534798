#include "net/stream.hpp"

#include <boost/asio/ssl/error.hpp>

#include "net/stream_impl.hpp"

namespace li::net {
namespace {

using Impl = TlsStream::Impl;
using Clock = std::chrono::steady_clock;

tl::unexpected<Error> no_connection(const TlsStream::Target& target, ErrorKind kind, const std::string& why) {
  return failure(kind, target.host + " port " + std::to_string(target.port) + ": " + why);
}

}  // namespace

TlsStream::TlsStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsStream::~TlsStream() = default;

Result<std::unique_ptr<TlsStream>> TlsStream::connect(const Target& target, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const auto timed_out = [&](const char* at) { return no_connection(target, ErrorKind::limit, std::string(at) + " took too long"); };
  auto loaded = target.tls ? target.tls->loaded() : nullptr;
  if (!loaded || loaded->peers != TlsPeers::mutual || target.server_name.empty())
    return failure(ErrorKind::missing, "a stream needs mutual TLS and the name that the other end must have");

  const auto endpoints = endpoints_of(target.host, target.port, deadline);
  if (!endpoints) return timed_out("the look-up of the name");
  if (endpoints->empty()) return no_connection(target, ErrorKind::missing, "no address of that name is known");
  auto* const session = new_client_session(*loaded, target.server_name);
  auto impl = std::make_unique<Impl>(target.tls, std::move(loaded), session);
  if (const auto failed = impl->connect(*endpoints, deadline)) {
    if (failed == boost::asio::error::timed_out) return timed_out("connecting");
    return no_connection(target, ErrorKind::missing, failed.message());
  }
  if (const auto failed = impl->handshake(boost::asio::ssl::stream_base::client, deadline)) {
    if (failed == boost::asio::error::timed_out) return timed_out("the handshake");
    if (failed.category() != boost::asio::error::get_ssl_category()) return no_connection(target, ErrorKind::missing, failed.message());
    return no_connection(target, ErrorKind::unexpected, "TLS refused: " + why_refused(impl->session(), failed));
  }
  return std::make_unique<TlsStream>(std::move(impl));
}

Result<Received> TlsStream::receive(std::span<std::uint8_t> room, std::chrono::milliseconds most) {
  return impl_->receive(room, Clock::now() + most);
}

Result<void> TlsStream::send(ByteView octets, std::chrono::milliseconds most) { return impl_->send(octets, Clock::now() + most); }
void TlsStream::wake() { impl_->wake(); }
void TlsStream::close() { impl_->close(); }
bool TlsStream::stopping() const { return impl_->stopping(); }
const PeerIdentity& TlsStream::peer() const { return impl_->peer(); }

}  // namespace li::net
