// df2/alarms.hpp: what somebody has to look at, in log, metrics and audit trail; of very many of one reason, most are only counted.
//
// Source:  docs/decisions.md (attack signals are raised at once; nobody fills the disk).
// Units:   entries and seconds.
// Errors:  what the audit trail says is in its state.
// Owns:    its counts; may be used from several threads.
#pragma once

#include <map>
#include <mutex>

#include "ops/log.hpp"
#include "ops/security_event.hpp"
#include "xk/rate_limit.hpp"

namespace li::df2 {

class Alarms {
 public:
  Alarms(const ops::Log& log, ops::Metrics& metrics, ops::AuditLog& audit, double per_second, const xk::SteadyClock& clock)
      : events_(log, metrics, audit), log_(log), audited_(per_second, per_second * 10, clock), logged_(1, 10, clock) {}

  /// A security event: audited before it returns. `reason` is a word of a closed list.
  void raise(std::string_view reason, ops::Fields details);
  /// No attack, but somebody should know.
  void warn(std::string_view reason, std::string_view text, ops::Fields details);
  /// Says what was only counted, when there is room for it again. For a timer.
  void tell_counts();

 private:
  [[nodiscard]] std::uint64_t take_count(const std::string& reason);
  void count(const std::string& reason);

  ops::SecurityEvents events_;
  const ops::Log& log_;
  xk::RateLimit audited_;
  xk::RateLimit logged_;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> counts_;  ///< those that were not written, by "raise ..." and "warn ..."
};

}  // namespace li::df2
