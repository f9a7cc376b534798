// hi2-df2: a Delivery Function 2 and Mediation Function: events of X2 in, records with keys out.
#include <exception>
#include <iostream>

#include "df2/daemon.hpp"
#include "hi2-df2/commands.hpp"
#include "ops/signals.hpp"
#include "ops/user.hpp"

#ifndef HI2KIT_VERSION
#define HI2KIT_VERSION "unknown"
#endif

namespace {

using namespace li;
using df2_tool::kDone;
using df2_tool::kUsage;

constexpr auto kTick = std::chrono::seconds(5);

ops::Fields sender_of(const ops::Signals& signals) {
  const auto sender = signals.sender();
  if (!sender) return {};
  return {{"user", ops::user_name(sender->user)}, {"process", sender->process}};
}

int serve(const std::string& config) {
  ops::Signals signals;  // before any thread
  auto daemon = df2::Daemon::start(config, {});
  if (!daemon) return df2_tool::fail(daemon.error());
  static_cast<void>(ops::notify_ready());
  for (;;) {
    const auto signal = signals.wait(kTick);
    if (signal == ops::Signal::stop) break;
    if (signal == ops::Signal::reload) {
      static_cast<void>(ops::notify_reloading());
      static_cast<void>((*daemon)->reload(sender_of(signals)));
      static_cast<void>(ops::notify_ready());
    }
    (*daemon)->tick();
  }
  static_cast<void>(ops::notify_stopping());
  (*daemon)->stop();
  return kDone;
}

int run(int argc, char** argv) {
  CLI::App app{"A DF2/MF of TS 33.107: X2 events in, IRI records with keys out", "hi2-df2"};
  app.set_version_flag("--version", "hi2-df2 " HI2KIT_VERSION);
  std::string config = "/var/lib/hi2-df2/hi2-df2.toml";
  bool check = false;
  app.add_option("--config", config, "the configuration, private to us")->capture_default_str();
  app.add_flag("--check-config", check, "the same as the command check");
  app.require_subcommand(0, 1);
  app.fallthrough();  // --config may stand behind a command, too
  app.footer("Exit codes: 0 done, 1 failed, 2 usage.");
  std::vector<df2_tool::Command> commands;
  commands.push_back({app.add_subcommand("run", "serves, as without a command"), [&config] { return serve(config); }});
  df2_tool::add_setup_commands(app, config, commands);
  df2_tool::add_spool_commands(app, config, commands);
  app.footer(
      "Without a command it serves until SIGTERM; SIGHUP reads warrants, certificates and log level again.\n\n"
      "Examples:\n"
      "  hi2-df2 --config hi2-df2.toml init                     the first files\n"
      "  hi2-df2 --config hi2-df2.toml check                    what is wrong\n"
      "  hi2-df2 --config hi2-df2.toml warrant check new.toml   of a file of warrants\n"
      "  hi2-df2 --config hi2-df2.toml spool ls                 what waits for LEMFs\n\n"
      "Exit codes: 0 done, 1 failed, 2 usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "hi2-df2: " << error.what() << "\nhi2-df2 --help says what there is.\n";
    return kUsage;
  }
  if (check) return df2_tool::check_config(config);
  for (const auto& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  return serve(config);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "hi2-df2: this is a bug: " << error.what() << '\n';
    return df2_tool::kFailed;
  }
}
