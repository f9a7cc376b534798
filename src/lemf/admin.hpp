// lemf/admin.hpp: administration of a LEMF's store: each command is in the audit trail, with its user, before it is done.
//
// Source:  docs/lemf.md.
// Units:   none.
// Errors:  those of the store and of the trail; a command that can't be audited is not done.
// Owns:    nothing beyond a call. A daemon may run beside.
#pragma once

#include "lemf/drop_folder.hpp"
#include "lemf/settings.hpp"
#include "ops/fields.hpp"

namespace li::lemf {

/// An entry of the trail of administration: `event`, the user and `fields`. It is on the disk when this returns. Waits a few seconds for
/// another command that writes.
[[nodiscard]] Result<void> audit_command(const ops::AuditOptions& trail, const std::string& event, ops::Fields fields);

struct Erased {
  std::uint64_t items = 0;
  RejectedFiles files;
};
/// Everything of that LIID, beyond recovery, and rejected files with its name. Names those that may hold records of it.
[[nodiscard]] Result<Erased> erase(Settings settings, ByteView liid);

/// Makes what a daemon starts with, each file with mode 0600 and none over another: store, master key (when it is a file), audit key, and
/// the drop folder. Gives the paths made.
[[nodiscard]] Result<std::vector<std::string>> initialise(const std::string& config_path, TimePoint now);

}  // namespace li::lemf
