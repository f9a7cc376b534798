// One connection of a client: each step starts an operation of Beast and runs it to its end in the caller's thread.
#include "net/wire_impl.hpp"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include "net/beast_impl.hpp"
#include "net/dial_impl.hpp"

namespace li::net {
namespace {

HttpError timed_out() { return {HttpFailure::timeout, "no answer in time"}; }

// Of a connection that was good before: `otherwise` is what the end of it means.
HttpError error_of(const Failure& failure, HttpFailure otherwise) {
  if (failure == beast::error::timeout) return timed_out();
  if (failure.category() == asio::error::get_ssl_category()) return {HttpFailure::tls, reason_of(failure)};
  const bool ended =
      failure == http::error::end_of_stream || failure == http::error::partial_message || failure == asio::ssl::error::stream_truncated;
  if (failure.category() == Failure(http::error::bad_method).category() && !ended) return {HttpFailure::bad_response, failure.message()};
  return {otherwise, ended ? "the server closed the connection" : failure.message()};
}

HttpResponse to_response(http::response<Body>&& message) {
  HttpResponse response;
  response.status = message.result_int();
  for (const auto& field : message) {
    if (field.name() == http::field::content_type) response.content_type = std::string(field.value());
    else response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  response.body = std::move(message.body());
  return response;
}

template <typename Stream>
class WireOver final : public Wire {
 public:
  template <typename... Session>
  WireOver(const ClientSettings& settings, std::shared_ptr<const TlsContext::Loaded> loaded, Session... session)
      : settings_(settings), loaded_(std::move(loaded)), stream_(context_, session...) {}

  std::optional<HttpError> open(Deadline deadline) override {
    const auto endpoints = endpoints_of(settings_.host, settings_.port, deadline);
    if (!endpoints) return timed_out();
    if (endpoints->empty()) return HttpError{HttpFailure::connect, "no address of " + settings_.host + " is known"};
    lowest().expires_at(deadline);
    auto failure = run([&](auto done) { lowest().async_connect(*endpoints, std::move(done)); });
    if (failure == beast::error::timeout) return timed_out();
    if (failure) return HttpError{HttpFailure::connect, failure.message()};
    lowest().socket().set_option(Tcp::no_delay(true), failure);
    return handshake();
  }

  Exchange exchange(ByteView request, Deadline deadline) override {
    lowest().expires_at(deadline);
    std::size_t sent = 0;
    const auto unsent =
        run([&](auto done) { asio::async_write(stream_, asio::buffer(request.data(), request.size()), std::move(done)); }, &sent);
    if (unsent == beast::error::timeout) return {tl::unexpected(timed_out())};

    // Even when writing failed, there may be something to read: an early answer, or why TLS was refused.
    http::response_parser<Body> parser;
    parser.body_limit(settings_.response_limit);
    const auto failure = run([&](auto done) { http::async_read(stream_, buffer_, parser, std::move(done)); });
    const bool answered = parser.got_some();
    if (failure) {
      const auto otherwise = sent == 0 ? HttpFailure::lost_unsent : HttpFailure::lost_sent;
      return {tl::unexpected(error_of(failure, otherwise)), answered};
    }
    const bool reusable = !unsent && parser.get().keep_alive() && buffer_.size() == 0;
    buffer_.shrink_to_fit();
    return {to_response(parser.release()), true, reusable};
  }

  bool is_stale() override {
    if (settings_.tls && settings_.tls->loaded() != loaded_) return true;  // the server is to be judged again
    char octet = 0;
    const auto got = ::recv(lowest().socket().native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  template <typename Start>
  Failure run(Start start, std::size_t* octets = nullptr) {
    Failure result = asio::error::operation_aborted;
    start([&](Failure failure, auto detail) {
      result = failure;
      if constexpr (std::is_same_v<decltype(detail), std::size_t>) {
        if (octets != nullptr) *octets = detail;
      }
    });
    context_.restart();
    context_.run();
    return result;
  }

  std::optional<HttpError> handshake() {
    if constexpr (kIsTls<Stream>) {
      const auto failure = run(
          [&](auto done) { stream_.async_handshake(asio::ssl::stream_base::client, [done](Failure result) mutable { done(result, 0); }); });
      if (failure.category() == asio::error::get_ssl_category() && failure)
        return HttpError{HttpFailure::tls, why_refused(stream_.native_handle(), failure)};
      if (failure) return error_of(failure, HttpFailure::lost_unsent);
    }
    return std::nullopt;
  }

  const ClientSettings& settings_;
  std::shared_ptr<const TlsContext::Loaded> loaded_;
  asio::io_context context_{1};
  Stream stream_;
  Buffer buffer_;
};

}  // namespace

std::unique_ptr<Wire> make_wire(const ClientSettings& settings) {
  if (!settings.tls) return std::make_unique<WireOver<PlainStream>>(settings, nullptr);
  auto loaded = settings.tls->loaded();
  auto* const session = new_client_session(*loaded, settings.server_name);
  return std::make_unique<WireOver<SecureStream>>(settings, std::move(loaded), session);
}

RecordBytes request_octets(const ClientSettings& settings, bool post, std::string_view path, std::string_view content_type, ByteView body) {
  http::request<Body> message(post ? http::verb::post : http::verb::get, {path.data(), path.size()}, 11);
  const bool is_ipv6 = settings.host.find(':') != std::string::npos;
  message.set(http::field::host, (is_ipv6 ? "[" + settings.host + "]" : settings.host) + ":" + std::to_string(settings.port));
  if (post) message.set(http::field::content_type, beast::string_view(content_type.data(), content_type.size()));
  message.body() = to_record_bytes(body);
  message.prepare_payload();
  return flatten(message);
}

}  // namespace li::net
