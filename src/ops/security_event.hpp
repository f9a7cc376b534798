// ops/security_event.hpp: something that may be an attack: log, metric and audit trail in one call.
//
// Source:  design: a refusal names its reason in a closed list and is raised at once.
// Units:   none.
// Errors:  what the audit trail says.
// Owns:    nothing; log, metrics and trail must outlive it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "ops/fields.hpp"

namespace li::ops {

class AuditLog;
class Log;
class Metrics;

class SecurityEvents {
 public:
  SecurityEvents(const Log& log, Metrics& metrics, AuditLog& audit) : log_(log), metrics_(metrics), audit_(audit) {}

  /// `reason` is a word of a closed list, for it becomes a label of hi2_security_events_total. Gives the number of the audit entry
  /// `security_event`, whose first field is the reason; an Error if it is not on the disk.
  [[nodiscard]] Result<std::uint64_t> raise(std::string_view reason, Fields details) const;
  /// The same without the audit trail, for one of very many.
  void tell(std::string_view reason, Fields details) const;

 private:
  const Log& log_;
  Metrics& metrics_;
  AuditLog& audit_;
};

}  // namespace li::ops
