// ops/alarms.hpp: what somebody has to look at, in log, metrics and audit trail; of very many of one reason, most are only counted.
//
// Source:  docs/decisions.md (attack signals are raised at once; nobody fills the disk).
// Units:   entries and seconds.
// Errors:  what the audit trail says is in its state.
// Owns:    its counts; may be used from several threads.
#pragma once

#include "ops/audit_budget.hpp"
#include "ops/log.hpp"
#include "ops/security_event.hpp"

namespace li::ops {

class Alarms {
 public:
  Alarms(const Log& log, Metrics& metrics, AuditLog& audit, double per_second, const net::SteadyClock& clock)
      : events_(log, metrics, audit), log_(log), audited_(per_second, clock), logged_(1, clock) {}

  /// A security event: audited before it returns. `reason` is a word of a closed list.
  void raise(std::string_view reason, Fields details);
  /// No attack, but somebody should know.
  void warn(std::string_view reason, std::string_view text, Fields details);
  /// Says what was only counted, when there is room for it again. For a timer.
  void tell_counts();

 private:
  const SecurityEvents events_;
  const Log& log_;
  AuditBudget audited_;
  AuditBudget logged_;
};

}  // namespace li::ops
