// ops/audit_entry.hpp: one line of an audit trail.
//
// Source:  docs/audit.md.
// Units:   a line is JSON without its line feed; hash and signature are lower-case hexadecimal.
// Errors:  an Error says where in the line it stops being an entry.
// Owns:    an entry owns its texts.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "ops/fields.hpp"

namespace li::ops {

struct AuditEntry {
  std::uint64_t number = 0;  ///< 1 for the first of a trail
  std::string time;          ///< UTC, "2026-11-20T12:00:01.204Z"
  std::string event;
  Fields fields;
  std::string previous;  ///< hash of the entry before, zeros for the first
  std::string hash;
  std::string signature;
};

/// Reads one line in its only form. Nothing is proved by that: verify_audit() does.
[[nodiscard]] Result<AuditEntry> read_audit_entry(std::string_view line);

}  // namespace li::ops
