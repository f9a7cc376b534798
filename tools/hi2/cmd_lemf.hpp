// hi2/cmd_lemf.hpp: the subcommands of `hi2 lemf`.
//
// Source:  docs/man/hi2.1, docs/lemf.md.
#pragma once

#include "hi2/commands.hpp"

namespace li::tool {

Run setup_lemf_ls(CLI::App& app);
Run setup_lemf_show(CLI::App& app);
Run setup_lemf_export(CLI::App& app);

}  // namespace li::tool
