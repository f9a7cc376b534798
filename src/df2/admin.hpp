// df2/admin.hpp: administration of a DF2/MF: each command is in the audit trail, with its user, before it is done.
//
// Source:  docs/operations.md. LI administration writes the warrants and nothing else.
// Units:   none.
// Errors:  those of the spool and of the trail; a command that can't be audited is not done.
// Owns:    nothing beyond a call; then the trail of administration, under its lock, and a connection to the spool. A daemon may run beside.
#pragma once

#include "delivery/sqlite_spool.hpp"
#include "df2/settings.hpp"

namespace li::df2 {

/// Audits the command, then does it; what fails is audited too.
[[nodiscard]] Result<void> administer(Settings settings, const std::string& command, const ops::Fields& arguments,
                                      const std::function<Result<void>(delivery::SqliteSpool&)>& act);

/// Whether everything of an LIID may be erased: an Error while a warrant for it stands in the file.
[[nodiscard]] Result<void> may_erase(const Settings& settings, std::string_view liid);

/// Makes what a daemon starts with, each file with mode 0600 and none over another: spool, master key (when it is a file), audit key, a
/// file without warrants. Gives the paths made.
[[nodiscard]] Result<std::vector<std::string>> initialise(const std::string& config_path, TimePoint now);

}  // namespace li::df2
