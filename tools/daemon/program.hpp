// daemon/program.hpp: what the programs of the daemons have in common: arguments, commands, exit codes, serving until a signal.
//
// Source:  docs/operations.md.
// Units:   none.
// Errors:  a command gives its exit code, having printed what is wrong: "hi2-kms: ..." lines on standard error.
// Owns:    its commands; what they refer to must outlive run().
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ops/signals.hpp"

namespace li::daemon {

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

class Program {
 public:
  Program(const std::string& name, const std::string& description);

  /// Declares run, check and --check-config.
  template <typename Daemon>
  void serves();
  /// Declares init and describe. `initialise` gives what it has made.
  void add_first_files(const std::string& doc, std::function<Result<std::vector<std::string>>(const std::string& config)> initialise,
                       std::string (*describe)());

  /// A command, or a group of them. Without `run` it needs one of its own commands.
  CLI::App* add(const std::string& name, const std::string& description, std::function<int()> run = {}, CLI::App* group = nullptr);
  /// What --help ends with.
  void explain(const std::string& text) { app_.footer(text + "\n\nExit codes: 0 done, 1 failed, 2 usage."); }

  /// Of the configuration: filled in before a command runs.
  [[nodiscard]] const std::string& config() const { return config_; }
  [[nodiscard]] bool config_given() const { return app_.count("--config") > 0; }
  int fail(const std::string& problem) const;
  int fail(const std::vector<std::string>& problems) const;

  /// For main().
  [[nodiscard]] int run(int argc, char** argv);

 private:
  [[nodiscard]] int run_command(int argc, char** argv);
  void add_serving(std::function<int()> serve, std::function<std::vector<std::string>()> check);

  struct Command {
    CLI::App* app;
    std::function<int()> run;
  };
  const std::string name_;
  std::string config_;
  CLI::App app_;
  std::vector<Command> commands_;  // the first one serves, the second one checks
  bool check_ = false;
};

template <typename Daemon>
void Program::serves() {
  const auto serve = [this] {
    ops::Signals signals;  // before any thread
    auto daemon = Daemon::start(config_, {});
    if (!daemon) return fail(daemon.error());
    auto& serving = **daemon;
    ops::serve(
        signals, [&](const ops::Fields& who) { static_cast<void>(serving.reload(who)); }, [&] { serving.tick(); });
    serving.stop();
    return static_cast<int>(kDone);
  };
  add_serving(serve, [this] { return Daemon::check(config_); });
}

}  // namespace li::daemon
