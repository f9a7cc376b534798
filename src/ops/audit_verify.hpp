// ops/audit_verify.hpp: whether an audit trail is as it was written.
//
// Source:  docs/audit.md.
// Units:   lines count from 1.
// Errors:  a file that can't be read is an Error; what is wrong with the trail is in the report.
// Owns:    the report owns its texts. Files of any size are read in bounded memory.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <span>
#include <string>

#include "crypto/key.hpp"

namespace li::ops {

enum class AuditFault {
  changed,        ///< a line is not the entry that its hash was made of
  bad_signature,  ///< whole, but not signed by one of the keys
  removed,        ///< entries are missing in front of this line
  reordered,      ///< the entry that belongs here stands further below
  repeated,       ///< an entry that stands above already
  forked,         ///< the right number, but it follows another entry than the one above
  truncated,      ///< the anchor knows more entries
  torn,           ///< the last line has no line feed
  bad_anchor,     ///< the anchor can't be read or is not signed by one of the keys
  no_key,         ///< no key was given, and the first entry names none
};
[[nodiscard]] const char* to_string(AuditFault fault);

struct AuditProblem {
  AuditFault fault;
  std::uint64_t line;  ///< 0 where it is not about a line
  std::string text;
};

struct AuditReport {
  std::uint64_t entries = 0;            ///< good ones in front of the first problem
  std::string head;                     ///< hash of the last of them
  std::optional<AuditProblem> problem;  ///< the first one
  bool truncation_checked = false;      ///< false without an anchor: entries may be missing at the end
  std::uint64_t anchored = 0;           ///< entries that the anchor vouches for
  std::string key;                      ///< the key that the trail itself named, where none was given
};

/// Checks every line: its form, hash, signature, number and predecessor; with an anchor, that it is in the trail. Without keys the
/// signatures are checked with the key that the first entry names, which proves something only if the reader knows that key.
[[nodiscard]] Result<AuditReport> verify_audit(const std::string& path, std::span<const crypto::PublicKey> keys,
                                               const std::optional<std::string>& anchor);

}  // namespace li::ops
