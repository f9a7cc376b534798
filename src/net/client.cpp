// The pool of connections, and when a request is sent again.
#include "net/client.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>

#include "net/tls_impl.hpp"
#include "net/wire_impl.hpp"

namespace li::net {

std::string_view to_string(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::connect: return "can't connect";
    case HttpFailure::tls: return "TLS refused";
    case HttpFailure::timeout: return "timeout";
    case HttpFailure::lost_unsent: return "connection lost before the request was sent";
    case HttpFailure::lost_sent: return "connection lost";
    case HttpFailure::bad_response: return "bad response";
  }
  return "connection lost";
}

class HttpClient::Impl {
 public:
  explicit Impl(ClientSettings settings) : settings_(std::move(settings)) {
    if (settings_.host.empty()) throw std::invalid_argument("an HTTP client needs a host");
    if (settings_.tls && (settings_.server_name.empty() || !settings_.tls->loaded()->has_ca))
      throw std::invalid_argument("a TLS client needs a CA and the server's name");
  }

  HttpResult send(ByteView request, Deadline deadline, Idempotent idempotent) {
    auto exchange = attempt(request, deadline, true);
    if (!may_repeat(exchange, idempotent)) return std::move(exchange.result);
    return std::move(attempt(request, deadline, false).result);
  }

  [[nodiscard]] const ClientSettings& settings() const { return settings_; }

  [[nodiscard]] std::uint64_t made() const {
    const std::lock_guard lock(mutex_);
    return made_;
  }

 private:
  static bool may_repeat(const Exchange& exchange, Idempotent idempotent) {
    if (exchange.result || exchange.answered) return false;
    const auto failure = exchange.result.error().failure;
    return failure == HttpFailure::lost_unsent || (failure == HttpFailure::lost_sent && idempotent == Idempotent::yes);
  }

  Exchange attempt(ByteView request, Deadline deadline, bool pooled) {
    const Place place(*this, deadline);
    if (!place.taken()) return {tl::unexpected(HttpError{HttpFailure::timeout, "no connection was free in time"})};
    auto wire = pooled ? take_idle() : nullptr;
    if (!wire) {
      wire = make_wire(settings_);
      if (const auto error = wire->open(deadline)) return {tl::unexpected(*error)};
      const std::lock_guard lock(mutex_);
      ++made_;
    }
    auto exchange = wire->exchange(request, deadline);
    if (exchange.reusable) keep(std::move(wire));
    return exchange;
  }

  // One of the connections that there may be at a time.
  class Place {
   public:
    Place(Impl& client, Deadline deadline) : client_(client) {
      std::unique_lock lock(client_.mutex_);
      taken_ = client_.free_.wait_until(lock, deadline, [&] { return client_.in_use_ < client_.settings_.max_connections; });
      if (taken_) ++client_.in_use_;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      if (!taken_) return;
      const std::lock_guard lock(client_.mutex_);
      --client_.in_use_;
      client_.free_.notify_one();
    }
    [[nodiscard]] bool taken() const { return taken_; }

   private:
    Impl& client_;
    bool taken_ = false;
  };

  // The one used last: those that are not needed grow old and go.
  std::unique_ptr<Wire> take_idle() {
    std::deque<std::unique_ptr<Wire>> old;  // closed without the lock
    const std::lock_guard lock(mutex_);
    const auto oldest = std::chrono::steady_clock::now() - settings_.max_idle_time;
    while (!idle_.empty() && idle_.front()->last_used < oldest) {
      old.push_back(std::move(idle_.front()));
      idle_.pop_front();
    }
    while (!idle_.empty()) {
      auto wire = std::move(idle_.back());
      idle_.pop_back();
      if (!wire->is_stale()) return wire;
      old.push_back(std::move(wire));
    }
    return nullptr;
  }

  void keep(std::unique_ptr<Wire> wire) {
    wire->last_used = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (idle_.size() < settings_.max_idle) idle_.push_back(std::move(wire));
  }

  const ClientSettings settings_;
  mutable std::mutex mutex_;
  std::condition_variable free_;
  std::size_t in_use_ = 0;
  std::uint64_t made_ = 0;
  std::deque<std::unique_ptr<Wire>> idle_;  // by last_used
};

HttpClient::HttpClient(ClientSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
HttpClient::~HttpClient() = default;

HttpResult HttpClient::post(std::string_view path, std::string_view content_type, ByteView body, std::chrono::milliseconds timeout,
                            Idempotent idempotent) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  return impl_->send(request_octets(impl_->settings(), true, path, content_type, body), deadline, idempotent);
}

HttpResult HttpClient::get(std::string_view path, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  return impl_->send(request_octets(impl_->settings(), false, path, {}, {}), deadline, Idempotent::yes);
}

std::uint64_t HttpClient::connections_made() const { return impl_->made(); }

}  // namespace li::net
