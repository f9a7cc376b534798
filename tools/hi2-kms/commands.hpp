// hi2-kms/commands.hpp: the commands beside serving: checks, administration.
//
// Source:  docs/kms.md.
// Units:   none.
// Errors:  a command gives its exit code, having printed what is wrong.
// Owns:    nothing; the program must outlive the commands.
#pragma once

#include "daemon/program.hpp"

namespace li::kms_tool {

// Each declares a group of commands.
void add_li_commands(daemon::Program& program);
void add_subscriber_commands(daemon::Program& program);
void add_key_commands(daemon::Program& program);

}  // namespace li::kms_tool
