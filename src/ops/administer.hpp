// ops/administer.hpp: a command of administration: in the audit trail, with its user, before it is done.
//
// Source:  docs/audit.md.
// Units:   none.
// Errors:  those of the command and of the trail; a command that can't be audited is not done.
// Owns:    the trail, under its lock, during the call.
#pragma once

#include "ops/audit.hpp"

namespace li::ops {

/// An entry `admin`, then the command; what fails is an entry `admin_failed`.
[[nodiscard]] Result<void> administer(AuditOptions trail, const std::string& command, const Fields& arguments,
                                      const std::function<Result<void>()>& act);

}  // namespace li::ops
