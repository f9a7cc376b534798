// ops/user.hpp: who gives orders, for the audit trail.
//
// Source:  getpwuid(3); sudo(8) for SUDO_USER.
// Units:   none.
// Errors:  none: a user without a name is "? (1000)".
// Owns:    results own their texts.
#pragma once

#include <string>

namespace li::ops {

/// Who runs this process: "alice (1000)", and "root (0) for alice" behind sudo.
[[nodiscard]] std::string user_of_process();
/// "alice (1000)", and "? (1000)" for a user who has no name here.
[[nodiscard]] std::string user_name(unsigned id);

}  // namespace li::ops
