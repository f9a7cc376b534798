// hi2-kms/administer.hpp: a command on the store, audited.
//
// Source:  docs/kms.md, Audit.
// Units:   as kms/admin.hpp.
// Errors:  printed on standard error; the exit code tells.
// Owns:    nothing.
#pragma once

#include "hi2-kms/commands.hpp"
#include "kms/admin.hpp"

namespace li::kms_tool {

/// Opens store and trail, audits, acts, closes; gives the exit code.
int administer(const daemon::Program& program, const std::string& command, const ops::Fields& arguments,
               const std::function<Result<void>(kms::Store&, kms::Time)>& act);

}  // namespace li::kms_tool
