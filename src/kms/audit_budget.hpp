// kms/audit_budget.hpp: how many refusals of each origin are written one by one, so that nobody fills the disk or hides others.
//
// Source:  docs/kms.md, Refusals.
// Units:   entries and seconds.
// Errors:  none.
// Owns:    its counts; may be used from several threads.
#pragma once

#include <map>
#include <optional>

#include "kms/journal.hpp"
#include "xk/rate_limit.hpp"

namespace li::kms {

class AuditBudget {
 public:
  AuditBudget(double per_second, xk::SteadyClock clock) : limit_(per_second, per_second * 10, std::move(clock)) {}

  /// Whether one more of that origin may be written; if so, how many before it were not. If not, it is counted.
  [[nodiscard]] std::optional<std::uint64_t> take(const Origin& from);
  /// All that were counted, by origin: "xk df2.example". Whoever takes them writes them.
  [[nodiscard]] std::map<std::string, std::uint64_t> take_counts();
  /// They could not be written.
  void give_back(const std::string& origin, std::uint64_t count);

 private:
  xk::RateLimit limit_;
  std::mutex lock_;
  std::map<std::string, std::uint64_t> counts_;
};

[[nodiscard]] std::string to_string(const Origin& from);

}  // namespace li::kms
