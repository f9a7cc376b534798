#include "ops/audit_budget.hpp"

#include <utility>

namespace li::ops {

std::optional<std::uint64_t> AuditBudget::take(const std::string& name) {
  const auto may = limit_.take(name);
  const std::scoped_lock hold(lock_);
  if (!may) {
    ++counts_[name];
    return std::nullopt;
  }
  const auto counted = counts_.extract(name);
  return counted.empty() ? 0 : counted.mapped();
}

std::map<std::string, std::uint64_t> AuditBudget::take_counts() {
  const std::scoped_lock hold(lock_);
  return std::exchange(counts_, {});
}

void AuditBudget::give_back(const std::string& name, std::uint64_t count) {
  const std::scoped_lock hold(lock_);
  counts_[name] += count;
}

}  // namespace li::ops
