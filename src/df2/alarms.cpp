#include "df2/alarms.hpp"

#include <utility>

namespace li::df2 {

namespace {

constexpr std::string_view kRaise = "raise ";
constexpr std::string_view kWarn = "warn ";

}  // namespace

std::uint64_t Alarms::take_count(const std::string& reason) {
  const std::scoped_lock hold(mutex_);
  const auto counted = counts_.extract(reason);
  return counted.empty() ? 0 : counted.mapped();
}

void Alarms::count(const std::string& reason) {
  const std::scoped_lock hold(mutex_);
  ++counts_[reason];
}

void Alarms::raise(std::string_view reason, ops::Fields details) {
  const auto name = std::string(kRaise) + std::string(reason);
  if (!audited_.take(name)) {
    count(name);
    return events_.tell(reason, std::move(details));
  }
  if (const auto before = take_count(name); before != 0) details.emplace_back("not_audited_before", before);
  static_cast<void>(events_.raise(reason, std::move(details)));
}

void Alarms::warn(std::string_view reason, std::string_view text, ops::Fields details) {
  const auto name = std::string(kWarn) + std::string(reason);
  if (!logged_.take(name)) return count(name);
  details.insert(details.begin(), ops::Field("reason", reason));
  if (const auto before = take_count(name); before != 0) details.emplace_back("not_logged_before", before);
  log_.warning(text, details);
}

void Alarms::tell_counts() {
  std::map<std::string, std::uint64_t> counts;
  {
    const std::scoped_lock hold(mutex_);
    counts = std::exchange(counts_, {});
  }
  for (const auto& [name, number] : counts) {
    if (name.starts_with(kRaise)) {
      static_cast<void>(events_.raise(name.substr(kRaise.size()), {{"not_audited", number}}));
    } else {
      log_.warning("more of the same", {{"reason", name.substr(kWarn.size())}, {"not_logged", number}});
    }
  }
}

}  // namespace li::df2
