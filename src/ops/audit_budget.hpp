// ops/audit_budget.hpp: how many refusals of each origin or reason are written one by one, so that nobody fills the disk or hides others.
//
// Source:  docs/kms.md, Refusals; docs/operations.md, Alarms.
// Units:   entries and seconds.
// Errors:  none.
// Owns:    its counts; may be used from several threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "net/rate_limit.hpp"

namespace li::ops {

class AuditBudget {
 public:
  /// Ten times that many at once.
  AuditBudget(double per_second, net::SteadyClock clock) : limit_(per_second, per_second * 10, std::move(clock)) {}

  /// Whether one more of that name may be written; if so, how many before it were not. If not, it is counted.
  [[nodiscard]] std::optional<std::uint64_t> take(const std::string& name);
  /// All that were counted, by name. Whoever takes them writes them.
  [[nodiscard]] std::map<std::string, std::uint64_t> take_counts();
  /// They could not be written.
  void give_back(const std::string& name, std::uint64_t count);

 private:
  net::RateLimit limit_;
  std::mutex lock_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace li::ops
