// Listeners: they accept, count and stop connections.
#include "net/server.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <thread>

#include "net/connection_impl.hpp"
#include "net/tls_impl.hpp"

namespace li::net {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Failure = boost::system::error_code;

class Listener {
 public:
  Listener(ListenerSettings settings, const ServerEvents& events, std::atomic<std::uint64_t>& next_id)
      : state_(std::move(settings), events), next_id_(next_id), strand_(asio::make_strand(context_)), acceptor_(strand_), retry_(strand_) {}

  Result<void> bind() { return state_.bind(acceptor_); }

  void start() {
    asio::dispatch(strand_, [this] { accept(); });
    for (unsigned i = 0; i < std::max(1U, state_.settings.threads); ++i) threads_.emplace_back([this] { run(); });
  }

  void begin_stop() {
    asio::dispatch(strand_, [this] {
      acceptor_.close();
      retry_.cancel();
    });
    state_.stop_all();
  }

  void end_stop(std::chrono::milliseconds grace) {
    state_.wait_for_all(grace);
    guard_.reset();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  [[nodiscard]] std::uint16_t port() const { return state_.port(); }
  [[nodiscard]] std::size_t size() const { return state_.size(); }

 private:
  // What a step throws ends its connection, not the daemon.
  void run() {
    for (;;) {
      try {
        context_.run();
        return;
      } catch (const std::exception& exception) {
        state_.failed(exception.what());
      }
    }
  }

  void accept() {
    acceptor_.async_accept(asio::make_strand(context_), asio::bind_executor(strand_, [this](Failure failure, Tcp::socket socket) {
                             if (state_.stopping()) return;
                             if (failure) return wait_and_accept();
                             try {
                               admit(std::move(socket));
                             } catch (const std::exception& exception) {
                               state_.failed(exception.what());
                             }
                             accept();
                           }));
  }

  // Most likely there are no descriptors left: others must end first.
  void wait_and_accept() {
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([this](Failure failure) {
      if (!failure && !state_.stopping()) accept();
    });
  }

  void admit(Tcp::socket socket) {
    Failure failure;
    const auto address = socket.remote_endpoint(failure).address().to_string();
    if (failure) return;  // it has gone already
    const auto id = ++next_id_;
    const auto connection = make_connection(state_, std::move(socket), id);
    const auto entry = state_.enter(id, address, connection);
    if (entry == ListenerState::Entry::entered) connection->run();
    if (entry == ListenerState::Entry::full) state_.refused(Refusal::too_many_connections, address);
  }

  ListenerState state_;
  std::atomic<std::uint64_t>& next_id_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
  asio::strand<asio::io_context::executor_type> strand_;  // of the acceptor
  Tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  std::vector<std::thread> threads_;
};

Result<void> check(const ListenerSettings& settings) {
  if (!settings.handler) return failure(ErrorKind::missing, "a listener without a handler");
  if (settings.tls && !settings.tls->loaded()->has_certificate) return failure(ErrorKind::missing, "a TLS server needs a certificate");
  return {};
}

}  // namespace

struct HttpServer::Impl {
  explicit Impl(ServerEvents server_events) : events(std::move(server_events)) {}
  ServerEvents events;
  std::atomic<std::uint64_t> next_id = 0;
  std::vector<std::unique_ptr<Listener>> listeners;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { stop(); }  // NOLINT(bugprone-exception-escape): a thread that can't be joined is a bug

Result<std::unique_ptr<HttpServer>> HttpServer::start(std::vector<ListenerSettings> listeners, ServerEvents events) {
  auto impl = std::make_unique<Impl>(std::move(events));
  for (auto& settings : listeners) {
    if (const auto checked = check(settings); !checked) return failure(checked.error());
    auto listener = std::make_unique<Listener>(std::move(settings), impl->events, impl->next_id);
    if (const auto bound = listener->bind(); !bound) return failure(bound.error());
    impl->listeners.push_back(std::move(listener));
  }
  for (const auto& listener : impl->listeners) listener->start();
  return std::make_unique<HttpServer>(std::move(impl));
}

std::uint16_t HttpServer::port(std::size_t listener) const { return impl_->listeners.at(listener)->port(); }

std::size_t HttpServer::open_connections() const {
  std::size_t sum = 0;
  for (const auto& listener : impl_->listeners) sum += listener->size();
  return sum;
}

void HttpServer::begin_stop() {
  for (const auto& listener : impl_->listeners) listener->begin_stop();
}

void HttpServer::stop(std::chrono::milliseconds grace) {
  const auto end = std::chrono::steady_clock::now() + grace;
  begin_stop();
  for (const auto& listener : impl_->listeners) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    listener->end_stop(std::max(left, std::chrono::milliseconds(0)));
  }
}

}  // namespace li::net
