// hi2-df2/commands.hpp: the commands beside serving: first files, checks, administration.
//
// Source:  docs/operations.md.
// Units:   none.
// Errors:  a command gives its exit code, having printed what is wrong.
// Owns:    nothing; the configuration's path must outlive the commands.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace li::df2_tool {

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

struct Command {
  CLI::App* app;
  std::function<int()> run;
};

/// Declares a group of commands; each gives what runs it. `config` is filled in before it runs.
void add_setup_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands);
void add_spool_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands);

/// Prints "hi2-df2: ..." lines on standard error.
int fail(const std::string& problem);
int fail(const std::vector<std::string>& problems);

/// What a start would say.
int check_config(const std::string& config);

}  // namespace li::df2_tool
