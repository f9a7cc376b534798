// net/connection_impl.hpp: one connection of a server, and what it shares with its listener.
//
// Units:   connections.
// Errors:  bind() says where it can't listen; later ones are told to the events.
// Owns:    a listener knows its connections, and does not own them; any thread may use it.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "net/server.hpp"

namespace li::net {

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void run() = 0;
  /// Ends when no request has begun, else behind its answer.
  virtual void stop() = 0;
  /// Ends at once.
  virtual void cut() = 0;
};

/// What a listener and its connections share. It outlives them.
class ListenerState {
 public:
  ListenerState(ListenerSettings listener_settings, const ServerEvents& server_events)
      : settings(std::move(listener_settings)), events(server_events) {}

  const ListenerSettings settings;
  const ServerEvents& events;

  void refused(Refusal refusal, const std::string& address) const {
    if (events.on_refused) events.on_refused(refusal, address);
  }
  /// What was thrown where nobody can be told but the owner of the server.
  void failed(const char* what) const noexcept;
  [[nodiscard]] bool stopping() const { return stopping_; }

  /// Listens where the settings say.
  [[nodiscard]] Result<void> bind(boost::asio::ip::tcp::acceptor& acceptor);
  [[nodiscard]] std::uint16_t port() const { return port_; }

  enum class Entry { entered, full, stopping };
  /// Over TLS, a connection waits for its handshake first. When there are too many that wait, the oldest gives way.
  [[nodiscard]] Entry enter(std::uint64_t id, const std::string& address, const std::shared_ptr<Connection>& connection);
  /// The handshake is done.
  [[nodiscard]] Entry establish(std::uint64_t id);
  void leave(std::uint64_t id);
  [[nodiscard]] std::size_t size() const;

  void stop_all();
  /// Waits until all have left; cuts those that are left at the end.
  void wait_for_all(std::chrono::milliseconds grace);

 private:
  enum class Phase { handshake, established, leaving };
  struct Place {
    std::weak_ptr<Connection> connection;
    std::string address;
    std::string site;  // what is counted as one address
    Phase phase = Phase::handshake;
  };

  // All under the lock.
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> all() const;
  [[nodiscard]] std::size_t count(Phase phase) const;
  [[nodiscard]] bool is_full_for(const std::string& site) const;
  [[nodiscard]] Place give_way();

  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::map<std::uint64_t, Place> open_;  // the oldest first
  std::atomic<bool> stopping_ = false;
};

/// `socket` must be bound to a strand of its own.
[[nodiscard]] std::shared_ptr<Connection> make_connection(ListenerState& listener, boost::asio::ip::tcp::socket socket, std::uint64_t id);

}  // namespace li::net
