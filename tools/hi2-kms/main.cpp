// hi2-kms: a Key Management Service for MIKEY-TICKET, with the Xk interface.
#include <exception>
#include <iostream>

#include "hi2-kms/commands.hpp"
#include "kms/daemon.hpp"
#include "ops/signals.hpp"
#include "ops/user.hpp"

#ifndef HI2KIT_VERSION
#define HI2KIT_VERSION "unknown"
#endif

namespace {

using namespace li;
using kms_tool::kDone;
using kms_tool::kUsage;

constexpr auto kTick = std::chrono::seconds(5);

int check_config(const std::string& config) {
  const auto problems = kms::Daemon::check(config);
  if (!problems.empty()) return kms_tool::fail(problems);
  std::cout << config << " is fine\n";
  return kDone;
}

ops::Fields sender_of(const ops::Signals& signals) {
  const auto sender = signals.sender();
  if (!sender) return {};
  return {{"user", ops::user_name(sender->user)}, {"process", sender->process}};
}

int serve(const std::string& config) {
  ops::Signals signals;  // before any thread
  auto daemon = kms::Daemon::start(config, {});
  if (!daemon) return kms_tool::fail(daemon.error());
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
  CLI::App app{"A Key Management Service for MIKEY-TICKET (RFC 6043), with the Xk interface of TS 33.107", "hi2-kms"};
  app.set_version_flag("--version", "hi2-kms " HI2KIT_VERSION);
  std::string config = "/var/lib/hi2-kms/hi2-kms.toml";
  bool check = false;
  app.add_option("--config", config, "the configuration, private to us")->capture_default_str();
  app.add_flag("--check-config", check, "the same as the command check");
  app.require_subcommand(0, 1);
  app.fallthrough();  // --config may stand behind a command, too
  app.footer("Exit codes: 0 done, 1 failed, 2 usage.");
  std::vector<kms_tool::Command> commands;
  commands.push_back({app.add_subcommand("run", "serves, as without a command"), [&config] { return serve(config); }});
  auto* checks = app.add_subcommand("check", "says what is wrong with the configuration and the files that it names");
  commands.push_back({checks, [&config] { return check_config(config); }});
  kms_tool::add_setup_commands(app, config, commands);
  kms_tool::add_subscriber_commands(app, config, commands);
  kms_tool::add_key_commands(app, config, commands);
  app.footer(
      "Without a command it serves until SIGTERM; SIGHUP reads rules, LI list, peers and certificates again.\n\n"
      "Examples:\n"
      "  hi2-kms --config hi2-kms.toml init\n"
      "  hi2-kms --config hi2-kms.toml check\n"
      "  hi2-kms --config hi2-kms.toml subscriber add alice sip:alice@home1.example\n"
      "  hi2-kms --config hi2-kms.toml key add alice btid-alice --file alice.key --lifetime 12h\n\n"
      "Exit codes: 0 done, 1 failed, 2 usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "hi2-kms: " << error.what() << "\nhi2-kms --help says what there is.\n";
    return kUsage;
  }
  if (check) return check_config(config);
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
    std::cerr << "hi2-kms: this is a bug: " << error.what() << '\n';
    return kms_tool::kFailed;
  }
}
