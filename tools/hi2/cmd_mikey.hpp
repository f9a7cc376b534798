// hi2/cmd_mikey.hpp: the subcommands of `hi2 mikey`.
//
// Source:  docs/man/hi2-mikey.1.
#pragma once

#include "hi2/commands.hpp"

namespace li::tool {

Run setup_mikey_call(CLI::App& app);
Run setup_mikey_decode(CLI::App& app);
Run setup_mikey_test(CLI::App& app);

}  // namespace li::tool
