// One connection: handshake, then request after request. All of it runs on the connection's own strand.
#include "net/connection_impl.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <optional>

#include "net/header_impl.hpp"
#include "net/tls_impl.hpp"

namespace li::net {
namespace {

constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kLingerOctets = 1024 * 1024;
constexpr std::size_t kPiece = 8 * 1024;

HttpRequest to_request(http::request<Body>&& message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  request.body = std::move(message.body());
  return request;
}

template <typename Stream>
class Session final : public Connection, public std::enable_shared_from_this<Session<Stream>> {
 public:
  template <typename... Session_>
  Session(ListenerState& listener, Tcp::socket&& socket, std::uint64_t id, std::shared_ptr<const TlsContext::Loaded> loaded,
          Session_... session)
      : listener_(listener), id_(id), standing_(std::move(loaded)), stream_(std::move(socket), session...) {
    Failure ignored;
    lowest().socket().set_option(Tcp::no_delay(true), ignored);
    peer_.address = lowest().socket().remote_endpoint(ignored).address().to_string();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() override { listener_.leave(id_); }

  void run() override { on_strand(&Session::handshake); }
  void stop() override { on_strand(&Session::stop_if_idle); }
  void cut() override { on_strand(&Session::close); }

 private:
  using Step = void (Session::*)();
  void on_strand(Step step) {
    asio::dispatch(stream_.get_executor(), [self = this->shared_from_this(), step] { ((*self).*step)(); });
  }
  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }
  [[nodiscard]] const ListenerSettings& settings() const { return listener_.settings; }

  void close() {
    Failure ignored;
    lowest().socket().close(ignored);
  }

  void stop_if_idle() {
    if (idle_) lowest().cancel();
  }

  void handshake() {
    if constexpr (kIsTls<Stream>) {
      idle_ = true;
      lowest().expires_after(settings().handshake_timeout);
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](Failure failure) {
        self->idle_ = false;
        if (failure) self->refuse(failure);
        else self->meet();
      });
    } else {
      meet();
    }
  }

  void refuse(Failure failure) {
    if constexpr (kIsTls<Stream>) {
      if (failure == asio::error::operation_aborted) return;
      auto refusal = Refusal::closed;
      if (failure == beast::error::timeout) refusal = Refusal::timeout;
      if (failure.category() == asio::error::get_ssl_category())
        refusal = refusal_of(stream_.native_handle(), static_cast<unsigned long>(failure.value()));
      listener_.refused(refusal, peer_.address);
      linger();
    }
  }

  void meet() {
    if constexpr (kIsTls<Stream>) {
      auto address = std::move(peer_.address);
      peer_ = identity_of(stream_.native_handle());
      peer_.address = std::move(address);
      standing_.begin(stream_.native_handle());
      const auto entry = listener_.establish(id_);
      if (entry == ListenerState::Entry::full) listener_.refused(Refusal::too_many_connections, peer_.address);
      if (entry != ListenerState::Entry::entered) return close();
    }
    shared_peer_ = std::make_shared<const PeerIdentity>(peer_);
    wait_for_request();
  }

  // Each step ends by starting an operation that calls the next one later, from the thread's loop.
  // NOLINTBEGIN(misc-no-recursion)
  void wait_for_request() {
    if (buffer_.size() > 0) return read_request();
    buffer_.shrink_to_fit();  // what was a request is overwritten
    if (listener_.stopping()) return finish();
    idle_ = true;
    lowest().expires_after(settings().idle_timeout);
    stream_.async_read_some(buffer_.prepare(kPiece), [self = this->shared_from_this()](Failure failure, std::size_t octets) {
      self->idle_ = false;
      self->buffer_.commit(octets);
      if (!failure) self->read_request();
      else self->finish();
    });
  }

  void read_request() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(settings().header_limit));
    parser_->body_limit(settings().body_limit);
    lowest().expires_after(settings().io_timeout);
    http::async_read_header(stream_, buffer_, *parser_, [self = this->shared_from_this()](Failure failure, std::size_t) {
      if (!failure) self->judge_header();
      else self->bad_request(failure);
    });
  }

  void judge_header() {
    const auto& header = parser_->get();
    if (const auto status = fault_of(header); status != 0) {
      keep_alive_ = false;
      unread_ = true;
      return answer_bad(status);
    }
    if (parser_->is_done() || buffer_.size() > 0 || !wants_continue(header)) return read_body();
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kContinue), [self = this->shared_from_this()](Failure failure, std::size_t) {
      if (!failure) self->read_body();
      else self->close();
    });
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_, [self = this->shared_from_this()](Failure failure, std::size_t) {
      if (!failure) self->serve();
      else self->bad_request(failure);
    });
  }

  void bad_request(Failure failure) {
    keep_alive_ = false;
    unread_ = true;
    if (failure == http::error::body_limit) return answer_bad(413);
    if (failure == http::error::header_limit || failure == http::error::buffer_overflow) return answer_bad(431);
    const bool ended = failure == http::error::end_of_stream || failure == http::error::partial_message;
    if (failure.category() == Failure(http::error::bad_method).category() && !ended) return answer_bad(400);
    finish();
  }

  void answer_bad(unsigned status) {
    if (listener_.events.on_bad_request) listener_.events.on_bad_request(status, *shared_peer_);
    answer({status, {}, {}, {}});
  }

  void serve() {
    if (!is_still_welcome()) return linger();
    keep_alive_ = parser_->get().keep_alive();
    auto request = to_request(parser_->release());
    parser_.reset();
    request.peer = shared_peer_;
    request.connection_id = id_;
    answer(handle(request), request.method != "HEAD");
  }

  HttpResponse handle(const HttpRequest& request) {
    try {
      return settings().handler(request);
    } catch (const std::exception& exception) {
      listener_.failed(exception.what());
      return {500, {}, {}, {}};
    }
  }

  // The certificate may have ended, or the files that judge it may have been read again.
  bool is_still_welcome() {
    if constexpr (kIsTls<Stream>) {
      if (const auto refusal = standing_.judge(*settings().tls, stream_.native_handle())) {
        listener_.refused(*refusal, peer_.address);
        return false;
      }
    }
    return true;
  }

  void answer(HttpResponse response, bool wants_body = true) {
    keep_alive_ = keep_alive_ && !listener_.stopping();
    http::response<Body> message(static_cast<http::status>(response.status), 11);
    if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
    for (const auto& header : response.headers) message.set(header.name, header.value);
    message.keep_alive(keep_alive_);
    message.body() = std::move(response.body);
    message.prepare_payload();
    if (!wants_body) message.body().clear();
    out_ = flatten(message);
    lowest().expires_after(settings().io_timeout);
    asio::async_write(stream_, asio::buffer(out_), [self = this->shared_from_this()](Failure failure, std::size_t) {
      self->out_ = RecordBytes();
      if (failure) self->close();
      else if (self->keep_alive_) self->wait_for_request();
      else if (self->unread_) self->linger();
      else self->finish();
    });
  }

  // Says goodbye without waiting for an answer to that.
  void finish() {
    if constexpr (kIsTls<Stream>) {
      if (!lowest().socket().is_open()) return;
      SSL_set_shutdown(stream_.native_handle(), SSL_get_shutdown(stream_.native_handle()) | SSL_RECEIVED_SHUTDOWN);
      lowest().expires_after(kLingerTime);
      stream_.async_shutdown([self = this->shared_from_this()](Failure) { self->close(); });
    } else {
      close();
    }
  }

  // Reads on for a while: closed with octets unread, the socket would send a reset, which may overtake what we said last.
  void linger() {
    Failure ignored;
    lowest().socket().shutdown(Tcp::socket::shutdown_send, ignored);
    lowest().expires_after(kLingerTime);
    idle_ = true;
    drain(kLingerOctets);
  }

  void drain(std::size_t most) {
    buffer_.clear();
    lowest().async_read_some(buffer_.prepare(kPiece), [self = this->shared_from_this(), most](Failure failure, std::size_t octets) {
      if (!failure && octets < most && !self->listener_.stopping()) self->drain(most - octets);
      else self->close();
    });
  }
  // NOLINTEND(misc-no-recursion)

  ListenerState& listener_;
  const std::uint64_t id_;
  Standing standing_;
  Stream stream_;
  PeerIdentity peer_;
  std::shared_ptr<const PeerIdentity> shared_peer_;
  Buffer buffer_;
  std::optional<http::request_parser<Body>> parser_;
  RecordBytes out_;
  bool idle_ = false;  // waits for something that a stop need not wait for
  bool keep_alive_ = true;
  bool unread_ = false;
};

}  // namespace

std::shared_ptr<Connection> make_connection(ListenerState& listener, Tcp::socket socket, std::uint64_t id) {
  if (!listener.settings.tls) return std::make_shared<Session<PlainStream>>(listener, std::move(socket), id, nullptr);
  auto loaded = listener.settings.tls->loaded();
  auto* const session = new_server_session(*loaded);
  return std::make_shared<Session<SecureStream>>(listener, std::move(socket), id, std::move(loaded), session);
}

}  // namespace li::net
