#include "kms/audit_budget.hpp"

#include <utility>

namespace li::kms {

std::string to_string(const Origin& from) { return from.client.empty() ? from.listener : from.listener + " " + from.client; }

std::optional<std::uint64_t> AuditBudget::take(const Origin& from) {
  const auto name = to_string(from);
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

void AuditBudget::give_back(const std::string& origin, std::uint64_t count) {
  const std::scoped_lock hold(lock_);
  counts_[origin] += count;
}

}  // namespace li::kms
