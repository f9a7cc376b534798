// net/rate_limit.hpp: how often each client may ask.
//
// Source:  none; a token bucket for each client.
// Units:   requests and seconds, on a steady clock that the owner gives.
// Errors:  none.
// Owns:    its buckets; may be used from several threads.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

namespace li::net {

using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

class RateLimit {
 public:
  /// `burst` requests at once, and `per_second` on average.
  RateLimit(double per_second, double burst, SteadyClock now) : per_second_(per_second), burst_(burst), now_(std::move(now)) {}

  /// Whether the client may ask now; if so, this was one of its requests.
  [[nodiscard]] bool take(const std::string& client);
  /// Clients that are remembered: those that have asked lately.
  [[nodiscard]] std::size_t clients() const;

 private:
  struct Bucket {
    double tokens;
    std::chrono::steady_clock::time_point filled;
  };
  void forget_full(std::chrono::steady_clock::time_point now);
  [[nodiscard]] double tokens_of(const Bucket& bucket, std::chrono::steady_clock::time_point now) const;

  const double per_second_;
  const double burst_;
  const SteadyClock now_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::size_t look_again_at_ = 256;
};

}  // namespace li::net
