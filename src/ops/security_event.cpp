#include "ops/security_event.hpp"

#include "ops/audit.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"

namespace li::ops {

void SecurityEvents::tell(std::string_view reason, Fields details) const {
  details.insert(details.begin(), Field("reason", reason));
  log_.warning("security event", details);
  metrics_.counter("hi2_security_events_total", "refusals and other signs of an attack", {{"reason", std::string(reason)}}).add();
}

Result<std::uint64_t> SecurityEvents::raise(std::string_view reason, Fields details) const {
  tell(reason, details);
  details.insert(details.begin(), Field("reason", reason));
  auto number = audit_.append({"security_event", std::move(details)});
  if (!number) {
    log_.critical("security event is not in the audit trail", {{"reason", reason}, {"error", number.error().message()}});
    metrics_.counter("hi2_audit_failures_total", "entries that could not be written to the audit trail").add();
  }
  return number;
}

}  // namespace li::ops
