// hi2/commands.hpp: the list of commands, and what they share.
//
// A command is a file cmd_<name>.cpp with a setup that only declares arguments and a run that does the work.
//
// Source:  docs/man/hi2.1.
// Errors:  a command gives its exit code, having printed what is wrong; UsageError for what must be called differently.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "capture/form.hpp"
#include "hi2/module.hpp"

namespace li::tool {

enum ExitCode : int { kDone = 0, kBadData = 1, kUsage = 2 };

/// Thrown for what the user must call differently: exit code 2.
struct UsageError {
  std::string text;
};

using Run = std::function<int()>;

/// Declares a command and returns what runs it.
Run setup_audit(CLI::App& app);
Run setup_decode(CLI::App& app);
Run setup_decrypt(CLI::App& app);
Run setup_encode(CLI::App& app);
Run setup_lemf(CLI::App& app);
Run setup_ls(CLI::App& app);
Run setup_mikey(CLI::App& app);

struct Command {
  CLI::App* app;
  Run run;
};

/// All commands, in the order that --help shows them.
std::vector<Command> register_commands(CLI::App& app);

/// Adds `--from ber|ps|hi3|x2`.
void add_from_option(CLI::App& app, std::string& value);
/// What the user said, or what the start of the file shows.
[[nodiscard]] capture::Form pick_form(const std::string& from, ByteView start);

/// Adds `--module umts|eps`.
void add_module_option(CLI::App& app, std::string& value);
[[nodiscard]] std::optional<hi2::Module> to_module(const std::string& value);

}  // namespace li::tool
