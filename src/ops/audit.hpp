// ops/audit.hpp: the audit trail that a daemon writes: append-only, chained, signed, anchored.
//
// Source:  docs/audit.md says what stands in the files, octet for octet.
// Units:   times are UTC; an entry's number is 1 for the first.
// Errors:  an append that can't be made durable is an Error: then what was to be audited must not happen, no key may leave.
// Owns:    an AuditLog owns its file, under a lock, until close() or its end. Any number of threads may use it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "ops/fields.hpp"

namespace li::ops {

using Clock = std::function<TimePoint()>;

/// The system's time.
[[nodiscard]] TimePoint system_now();

/// What a caller says; the rest of an entry is made by append(). Event and names are words (ops/fields.hpp).
struct AuditRecord {
  std::string event;
  Fields fields;
};

struct AuditOptions {
  std::string path;      ///< the trail; made with mode 0600 if it is not there
  std::string key_file;  ///< Ed25519 private key in PEM form, private to us
  std::string anchor;    ///< where count and head hash are kept as well; better on another machine's disk
  Clock clock = system_now;
  std::uint64_t anchor_every = 100;          ///< entries
  std::chrono::seconds anchor_interval{60};  ///< or this long after the last one
  std::function<void(const Error&)> on_anchor_failure = [](const Error&) {};
};

/// How a trail is doing.
struct AuditState {
  std::optional<Error> broken;             ///< why no entry can be written any more
  std::optional<Error> anchor_failed;      ///< why the last anchor could not be written
  std::chrono::milliseconds anchor_age{};  ///< of the anchor on the disk; none while it knows every entry
};

class AuditLog {
 public:
  /// Holds what was written since the last anchor to the chain, and refuses to start on a broken one. A last line that a crash cut
  /// short is taken away, and an entry `torn_tail` says so. A new trail begins with an entry `log_created` that names the public key.
  [[nodiscard]] static Result<std::unique_ptr<AuditLog>> open(AuditOptions options);

  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  ~AuditLog();  ///< close()

  /// Returns the entry's number when the entry is on the disk. Values that are too long are cut, and say so. After a failed write the
  /// file is cut back to the last good entry, and later appends may succeed; after a failed sync none does.
  [[nodiscard]] Result<std::uint64_t> append(AuditRecord record);

  /// Looks after the file, and writes the anchor if it is time. For a timer: append() does it too.
  void tick();

  /// Looks whether the file is still the one in its place, which append() does too: a trail that was moved away or removed is broken.
  [[nodiscard]] AuditState state() const;

  /// Writes the anchor and gives the file back. Appends fail from now on.
  [[nodiscard]] Result<void> close();

  class Writer;

 private:
  explicit AuditLog(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

}  // namespace li::ops
