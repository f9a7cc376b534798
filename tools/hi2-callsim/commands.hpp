// hi2-callsim/commands.hpp: the commands.
//
// Source:  docs/callsim.md.
// Units:   none.
// Errors:  a command gives its exit code, having printed what is wrong.
// Owns:    nothing.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace li::callsim {

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

struct Command {
  CLI::App* app;
  std::function<int()> run;
};

/// Each declares its command and gives what runs it.
[[nodiscard]] Command add_list(CLI::App& app);
[[nodiscard]] Command add_warrants(CLI::App& app);
[[nodiscard]] Command add_run(CLI::App& app);
[[nodiscard]] Command add_load(CLI::App& app);
[[nodiscard]] Command add_xk_stub(CLI::App& app);
[[nodiscard]] Command add_describe(CLI::App& app);

/// Prints "hi2-callsim: ..." on standard error.
int fail(const std::string& problem);
int fail(const std::vector<std::string>& problems);

constexpr auto kDefaultConfig = "callsim.toml";

}  // namespace li::callsim
