// hi2-df2/commands.hpp: the commands beside serving: checks, administration.
//
// Source:  docs/operations.md.
// Units:   none.
// Errors:  a command gives its exit code, having printed what is wrong.
// Owns:    nothing; the program must outlive the commands.
#pragma once

#include "daemon/program.hpp"

namespace li::df2_tool {

// Each declares a group of commands.
void add_warrant_commands(daemon::Program& program);
void add_spool_commands(daemon::Program& program);

}  // namespace li::df2_tool
