#include "ops/alarms.hpp"

namespace li::ops {

void Alarms::raise(std::string_view reason, Fields details) {
  const auto before = audited_.take(std::string(reason));
  if (!before) return events_.tell(reason, std::move(details));
  if (*before != 0) details.emplace_back("not_audited_before", *before);
  static_cast<void>(events_.raise(reason, std::move(details)));
}

void Alarms::warn(std::string_view reason, std::string_view text, Fields details) {
  const auto before = logged_.take(std::string(reason));
  if (!before) return;
  details.insert(details.begin(), Field("reason", reason));
  if (*before != 0) details.emplace_back("not_logged_before", *before);
  log_.warning(text, details);
}

void Alarms::tell_counts() {
  for (const auto& [reason, count] : audited_.take_counts()) static_cast<void>(events_.raise(reason, {{"not_audited", count}}));
  for (const auto& [reason, count] : logged_.take_counts()) log_.warning("more of the same", {{"reason", reason}, {"not_logged", count}});
}

}  // namespace li::ops
