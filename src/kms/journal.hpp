// kms/journal.hpp: where the services write what they did.
//
// Source:  docs/audit.md: an entry is durable before the key that it tells of leaves.
// Units:   none.
// Errors:  audit fails when the entry can't be made durable; then what it tells of must not happen.
// Owns:    nothing; whoever makes a Journal says where it leads.
#pragma once

#include <functional>
#include <string>

#include "ops/fields.hpp"

namespace li::kms {

/// Where a refused message came in. What is written to the audit trail is limited for each of them alone, so that nobody hides behind the
/// noise of others.
struct Origin {
  std::string listener;  ///< "ue", "xk", "peers", "bsf"
  std::string client;    ///< as its certificate proves it; empty if it proves nothing
};

struct Journal {
  /// Returns when the entry is on the disk.
  std::function<Result<void>(const std::string& event, const ops::Fields& fields)> audit;
  /// A refusal, which may be an attack: log, metric and audit entry at once. `reason` is of a closed list.
  std::function<void(const Origin& from, std::string_view reason, const ops::Fields& fields)> alarm;
  /// Counts an answer of a service for the metrics: "ticket", "resolve", "get_keys"; "granted" or a reason.
  std::function<void(const std::string& service, const std::string& outcome)> count;
};

}  // namespace li::kms
