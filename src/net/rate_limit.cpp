#include "net/rate_limit.hpp"

#include <algorithm>

namespace li::net {

double RateLimit::tokens_of(const Bucket& bucket, std::chrono::steady_clock::time_point now) const {
  const std::chrono::duration<double> passed = std::max(now - bucket.filled, std::chrono::steady_clock::duration(0));
  return std::min(burst_, bucket.tokens + passed.count() * per_second_);
}

bool RateLimit::take(const std::string& client) {
  const auto now = now_();
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= look_again_at_) forget_full(now);
  auto& bucket = buckets_.try_emplace(client, Bucket{burst_, now}).first->second;
  bucket = {tokens_of(bucket, now), std::max(now, bucket.filled)};
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

// A full bucket is as good as none.
void RateLimit::forget_full(std::chrono::steady_clock::time_point now) {
  std::erase_if(buckets_, [&](const auto& entry) { return tokens_of(entry.second, now) >= burst_; });
  look_again_at_ = std::max<std::size_t>(256, 2 * buckets_.size());
}

std::size_t RateLimit::clients() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace li::net
