// Accepts streams, and gives each a thread.
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "net/connection_impl.hpp"
#include "net/stream_impl.hpp"

namespace li::net {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Failure = boost::system::error_code;

Refusal refusal_after(SSL* session, const Failure& failure) {
  if (failure == asio::error::timed_out) return Refusal::timeout;
  if (failure.category() != asio::error::get_ssl_category()) return Refusal::closed;
  return refusal_of(session, static_cast<unsigned long>(failure.value()));
}

class StreamConnection final : public Connection {
 public:
  StreamConnection(ListenerState& listener, const StreamListener& settings, std::uint64_t id, std::unique_ptr<TlsStream::Impl> impl)
      : listener_(listener), settings_(settings), id_(id), impl_(impl.get()), stream_(std::move(impl)) {}
  StreamConnection(const StreamConnection&) = delete;
  StreamConnection& operator=(const StreamConnection&) = delete;
  ~StreamConnection() override { listener_.leave(id_); }

  /// In its own thread.
  void run() override {
    try {
      if (meet()) settings_.handler(stream_);
      if (const auto refusal = impl_->ousted()) listener_.refused(*refusal, address);
      stream_.close();
    } catch (const std::exception& exception) {
      listener_.failed(exception.what());
    }
  }

  void stop() override {
    if (met_) impl_->stop();
    else impl_->cut();
  }
  void cut() override { impl_->cut(); }

  std::string address;

 private:
  bool meet() {
    const auto failure = impl_->handshake(asio::ssl::stream_base::server, std::chrono::steady_clock::now() + settings_.handshake_timeout);
    if (failure == asio::error::operation_aborted) return false;
    if (failure) {
      listener_.refused(refusal_after(impl_->session(), failure), address);
      impl_->linger();
      return false;
    }
    met_ = true;
    const auto entry = listener_.establish(id_);
    if (entry == ListenerState::Entry::full) listener_.refused(Refusal::too_many_connections, address);
    return entry == ListenerState::Entry::entered;
  }

  ListenerState& listener_;
  const StreamListener& settings_;
  const std::uint64_t id_;
  TlsStream::Impl* const impl_;
  TlsStream stream_;
  std::atomic<bool> met_ = false;
};

// The limits as listeners of HTTP have them.
ListenerSettings limits_of(const StreamListener& listener) {
  ListenerSettings limits;
  limits.address = listener.address;
  limits.port = listener.port;
  limits.tls = listener.tls;
  limits.max_connections = listener.max_connections;
  limits.max_handshakes = listener.max_handshakes;
  limits.max_per_address = listener.max_per_address;
  return limits;
}

}  // namespace

struct StreamServer::Impl {
  Impl(StreamListener stream_listener, const StreamEvents& stream_events)
      : listener(std::move(stream_listener)),
        events{stream_events.on_refused, stream_events.on_failure, {}},
        state(limits_of(listener), events) {}

  Result<void> bind() { return state.bind(acceptor); }

  void run() {
    accept();
    thread = std::thread([this] { context.run(); });
  }

  // Each step ends by starting an operation that calls the next one later, from the thread's loop.
  // NOLINTBEGIN(misc-no-recursion)
  void accept() {
    acceptor.async_accept([this](const Failure& failure, Tcp::socket socket) {
      if (state.stopping()) return;
      if (failure) return wait_and_accept();
      try {
        admit(std::move(socket));
      } catch (const std::exception& exception) {
        state.failed(exception.what());
      }
      accept();
    });
  }

  // Most likely there are no descriptors left: others must end first.
  void wait_and_accept() {
    retry.expires_after(std::chrono::milliseconds(100));
    retry.async_wait([this](const Failure& failure) {
      if (!failure && !state.stopping()) accept();
    });
  }
  // NOLINTEND(misc-no-recursion)

  void admit(Tcp::socket socket) {
    reap();
    Failure failure;
    const auto remote = socket.remote_endpoint(failure);
    if (failure) return;  // it has gone already
    const auto address = remote.address().to_string();
    auto loaded = listener.tls->loaded();
    auto* const session = new_server_session(*loaded);
    auto impl = std::make_unique<TlsStream::Impl>(listener.tls, std::move(loaded), session);
    impl->adopt(remote.protocol(), socket.release());
    const auto id = ++last_id;
    auto connection = std::make_shared<StreamConnection>(state, listener, id, std::move(impl));
    connection->address = address;
    const auto entry = state.enter(id, address, connection);
    if (entry == ListenerState::Entry::full) state.refused(Refusal::too_many_connections, address);
    if (entry != ListenerState::Entry::entered) return;
    threads.emplace(id, [this, id, connection = std::move(connection)]() mutable {
      connection->run();
      connection.reset();
      const std::lock_guard lock(mutex);
      ended.push_back(id);
    });
  }

  // Threads that have come to their end.
  void reap() {
    std::vector<std::uint64_t> ids;
    {
      const std::lock_guard lock(mutex);
      ids.swap(ended);
    }
    for (const auto id : ids) {
      threads.at(id).join();
      threads.erase(id);
    }
  }

  void begin_stop() {
    asio::post(context, [this] {
      acceptor.close();
      retry.cancel();
      guard.reset();
    });
    state.stop_all();
  }

  void stop(std::chrono::milliseconds grace) {
    begin_stop();
    if (thread.joinable()) thread.join();
    state.wait_for_all(grace);
    for (auto& [id, one] : threads) one.join();
    threads.clear();
  }

  const StreamListener listener;
  const ServerEvents events;
  ListenerState state;
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  Tcp::acceptor acceptor{context};
  asio::steady_timer retry{context};
  std::thread thread;
  std::uint64_t last_id = 0;                     // this and what follows is the acceptor's until its thread has ended
  std::map<std::uint64_t, std::thread> threads;  // of connections
  std::mutex mutex;
  std::vector<std::uint64_t> ended;  // ids; under the lock
};

StreamServer::StreamServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StreamServer::~StreamServer() { stop(); }  // NOLINT(bugprone-exception-escape): a thread that can't be joined is a bug

Result<std::unique_ptr<StreamServer>> StreamServer::start(StreamListener listener, StreamEvents events) {
  if (!listener.handler) return failure(ErrorKind::missing, "a listener without a handler");
  if (!listener.tls || listener.tls->loaded()->peers != TlsPeers::mutual)
    return failure(ErrorKind::missing, "streams need mutual TLS", "TS 103 221-2 6");
  auto impl = std::make_unique<Impl>(std::move(listener), events);
  if (const auto bound = impl->bind(); !bound) return failure(bound.error());
  impl->run();
  return std::make_unique<StreamServer>(std::move(impl));
}

std::uint16_t StreamServer::port() const { return impl_->state.port(); }
std::size_t StreamServer::open_connections() const { return impl_->state.size(); }
bool StreamServer::stopping() const { return impl_->state.stopping(); }
void StreamServer::begin_stop() { impl_->begin_stop(); }
void StreamServer::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace li::net
