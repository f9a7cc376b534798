// Who is connected to a listener, who may come in, and who must go.
#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "net/connection_impl.hpp"

namespace li::net {
namespace {

// Who has an IPv6 address has a /64 of them.
std::string site_of(const std::string& address) {
  boost::system::error_code failure;
  const auto parsed = boost::asio::ip::make_address(address, failure);
  if (failure || !parsed.is_v6() || parsed.to_v6().is_v4_mapped()) return address;
  const auto octets = parsed.to_v6().to_bytes();
  return {octets.begin(), octets.begin() + 8};
}

}  // namespace

void ListenerState::failed(const char* what) const noexcept {
  try {
    if (events.on_failure) events.on_failure(what);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

Result<void> ListenerState::bind(boost::asio::ip::tcp::acceptor& acceptor) {
  using Acceptor = boost::asio::ip::tcp::acceptor;
  boost::system::error_code failure;
  const boost::asio::ip::tcp::endpoint endpoint(boost::asio::ip::make_address(settings.address, failure), settings.port);
  if (!failure) acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(Acceptor::reuse_address(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(boost::asio::socket_base::max_listen_connections, failure);
  if (failure) {
    const auto place = settings.address + " port " + std::to_string(settings.port);
    return li::failure(ErrorKind::unexpected, "can't listen on " + place + ": " + failure.message());
  }
  port_ = acceptor.local_endpoint().port();
  return {};
}

ListenerState::Entry ListenerState::enter(std::uint64_t id, const std::string& address, const std::shared_ptr<Connection>& connection) {
  const auto phase = settings.tls ? Phase::handshake : Phase::established;
  const auto site = site_of(address);
  Place gone;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Entry::stopping;
    if (is_full_for(site)) return Entry::full;
    if (phase == Phase::handshake && count(Phase::handshake) >= settings.max_handshakes) gone = give_way();
    open_.emplace(id, Place{connection, address, site, phase});
  }
  if (const auto oldest = gone.connection.lock()) {
    oldest->cut();
    refused(Refusal::too_many_connections, gone.address);
  }
  return Entry::entered;
}

ListenerState::Entry ListenerState::establish(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto place = open_.find(id);
  if (place == open_.end() || place->second.phase == Phase::leaving) return Entry::stopping;
  if (count(Phase::established) >= settings.max_connections) return Entry::full;
  place->second.phase = Phase::established;
  return Entry::entered;
}

void ListenerState::leave(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  open_.erase(id);
  if (open_.empty()) empty_.notify_all();
}

std::size_t ListenerState::size() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

std::size_t ListenerState::count(Phase phase) const {
  return static_cast<std::size_t>(std::count_if(open_.begin(), open_.end(), [&](const auto& one) { return one.second.phase == phase; }));
}

bool ListenerState::is_full_for(const std::string& site) const {
  if (count(Phase::established) >= settings.max_connections) return true;
  if (settings.max_per_address == 0) return false;
  const auto same = std::count_if(open_.begin(), open_.end(),
                                  [&](const auto& one) { return one.second.site == site && one.second.phase != Phase::leaving; });
  return static_cast<std::size_t>(same) >= settings.max_per_address;
}

ListenerState::Place ListenerState::give_way() {
  const auto oldest = std::find_if(open_.begin(), open_.end(), [](const auto& one) { return one.second.phase == Phase::handshake; });
  if (oldest == open_.end()) return {};
  oldest->second.phase = Phase::leaving;
  return oldest->second;
}

std::vector<std::shared_ptr<Connection>> ListenerState::all() const {
  std::vector<std::shared_ptr<Connection>> found;
  for (const auto& [id, place] : open_) {
    if (auto connection = place.connection.lock()) found.push_back(std::move(connection));
  }
  return found;
}

void ListenerState::stop_all() {
  std::vector<std::shared_ptr<Connection>> connections;  // let go without the lock: the last to do so calls leave()
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    connections = all();
  }
  for (const auto& connection : connections) connection->stop();
}

void ListenerState::wait_for_all(std::chrono::milliseconds grace) {
  std::vector<std::shared_ptr<Connection>> connections;
  {
    std::unique_lock lock(mutex_);
    if (empty_.wait_for(lock, grace, [this] { return open_.empty(); })) return;
    connections = all();
  }
  for (const auto& connection : connections) connection->cut();
}

}  // namespace li::net
