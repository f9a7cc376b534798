// kms/admin.hpp: administration of a KMS: each command is in the audit trail, with its user, before it is done.
//
// Source:  docs/kms.md. KMS administration; LI administration writes the LI list and nothing else.
// Units:   seconds.
// Errors:  those of the store and of the trail; a command that can't be audited is not done.
// Owns:    nothing beyond a call; then the trail of administration, under its lock, and a connection to the store. A daemon may run beside.
#pragma once

#include "kms/settings.hpp"

namespace li::kms {

/// Audits the command, then does it; what fails is audited too.
[[nodiscard]] Result<void> administer(Settings settings, const std::string& command, const ops::Fields& arguments,
                                      const std::function<Result<void>(Store&, Time)>& act);

/// Makes what a daemon starts with, each file with mode 0600 and none over another: store, master key (when it is a file), audit key, LI
/// list without entries. Gives the paths made.
[[nodiscard]] Result<std::vector<std::string>> initialise(const std::string& config_path, Time now);

}  // namespace li::kms
