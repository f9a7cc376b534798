#include "net/look_up_impl.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <future>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>

namespace li::net {
namespace {

namespace asio = boost::asio;

Addresses ask_system(const std::string& host) {
  asio::io_context context;
  boost::system::error_code ignored;
  Addresses found;
  for (const auto& entry : asio::ip::tcp::resolver(context).resolve(host, "", ignored))
    found.push_back(entry.endpoint().address().to_string());
  return found;
}

}  // namespace

struct LookUps::State {
  const Resolver resolver;
  std::mutex mutex;
  std::map<std::string, std::shared_future<Addresses>> running{};

  void end(const std::string& host) {
    const std::lock_guard lock(mutex);
    running.erase(host);
  }

  // Under the lock.
  std::shared_future<Addresses> begin(const std::string& host, const std::shared_ptr<State>& self) {
    std::packaged_task<Addresses()> task([self, host] {
      try {
        auto found = self->resolver(host);
        self->end(host);
        return found;
      } catch (const std::exception&) {
        self->end(host);
        return Addresses();
      }
    });
    auto found = task.get_future().share();
    running.emplace(host, found);
    try {
      std::thread(std::move(task)).detach();
    } catch (const std::system_error&) {  // no thread is to be had: as if the name were unknown
      running.erase(host);
      return {};
    }
    return found;
  }
};

LookUps::LookUps(Resolver resolver) : state_(new State{std::move(resolver), {}}) {}

std::optional<Addresses> LookUps::find(const std::string& host, std::chrono::steady_clock::time_point deadline) {
  boost::system::error_code no_digits;
  static_cast<void>(asio::ip::make_address(host, no_digits));
  if (!no_digits) return Addresses{host};
  std::shared_future<Addresses> found;
  {
    const std::lock_guard lock(state_->mutex);
    const auto running = state_->running.find(host);
    found = running != state_->running.end() ? running->second : state_->begin(host, state_);
  }
  if (!found.valid()) return Addresses();
  if (found.wait_until(deadline) != std::future_status::ready) return std::nullopt;
  return found.get();
}

LookUps& system_look_ups() {
  static LookUps all(ask_system);
  return all;
}

}  // namespace li::net
