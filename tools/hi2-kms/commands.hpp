// hi2-kms/commands.hpp: the commands beside serving: first files, checks, administration.
//
// Source:  docs/kms.md.
// Units:   none.
// Errors:  a command gives its exit code, having printed what is wrong.
// Owns:    nothing; the configuration's path must outlive the commands.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace li::kms_tool {

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

using Run = std::function<int()>;

struct Command {
  CLI::App* app;
  Run run;
};

/// Declares a group of commands; each gives what runs it. `config` is filled in before it runs.
void add_setup_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands);
void add_subscriber_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands);
void add_key_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands);

/// Prints "hi2-kms: ..." lines on standard error.
int fail(const std::string& problem);
int fail(const std::vector<std::string>& problems);

}  // namespace li::kms_tool
