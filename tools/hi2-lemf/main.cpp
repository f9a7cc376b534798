// hi2-lemf: receives IRI records for a law enforcement agency, stores them sealed and confirms what is stored.
#include <CLI/CLI.hpp>

#include <exception>
#include <functional>
#include <iostream>

#include "lemf/admin.hpp"
#include "lemf/daemon.hpp"
#include "ops/signals.hpp"
#include "ops/user.hpp"

#ifndef HI2KIT_VERSION
#define HI2KIT_VERSION "unknown"
#endif

namespace {

using namespace li;

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };
constexpr auto kTick = std::chrono::seconds(5);

struct Command {
  CLI::App* app;
  std::function<int()> run;
};

int fail(const std::vector<std::string>& problems) {
  for (const auto& problem : problems) std::cerr << "hi2-lemf: " << problem << '\n';
  return kFailed;
}

int check_config(const std::string& config) {
  const auto problems = lemf::Daemon::check(config);
  if (!problems.empty()) return fail(problems);
  std::cout << config << " is fine\n";
  return kDone;
}

int initialise(const std::string& config) {
  const auto made = lemf::initialise(config, ops::system_now());
  if (!made) return fail({made.error().message()});
  for (const auto& path : *made) std::cout << "made " << path << '\n';
  if (made->empty()) std::cout << "everything is there\n";
  return kDone;
}

int erase(const std::string& config, const std::string& liid) {
  auto settings = lemf::load_settings(config);
  if (!settings) return fail(settings.error());
  Bytes octets = to_bytes(liid);
  if (liid.starts_with("0x")) {
    const auto read = from_hex(std::string_view(liid).substr(2));
    if (!read) return fail({"'" + liid + "' are no octets"});
    octets = *read;
  }
  const auto erased = lemf::erase(std::move(*settings), octets);
  if (!erased) return fail({erased.error().message()});
  std::cout << "erased " << erased->items << (erased->items == 1 ? " item" : " items");
  if (const auto files = erased->files.removed; files != 0)
    std::cout << ", " << files << (files == 1 ? " rejected file" : " rejected files");
  std::cout << '\n';
  for (const auto& file : erased->files.left)
    std::cerr << "hi2-lemf: " << file << " was rejected and may hold records of it: look at it, then remove it\n";
  if (erased->items == 0 && erased->files.removed == 0)
    return fail({"nothing of '" + liid + "' is here: never, or erased before. 'hi2 lemf ls' shows LIIDs as they are"});
  return kDone;
}

ops::Fields sender_of(const ops::Signals& signals) {
  const auto sender = signals.sender();
  if (!sender) return {};
  return {{"user", ops::user_name(sender->user)}, {"process", sender->process}};
}

int serve(const std::string& config) {
  ops::Signals signals;  // before any thread
  auto daemon = lemf::Daemon::start(config, {});
  if (!daemon) return fail(daemon.error());
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

void add_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands) {
  const auto add = [&](const char* name, const char* description, std::function<int()> run) {
    auto* command = app.add_subcommand(name, description);
    commands.push_back({command, std::move(run)});
    return command;
  };
  add("run", "serves, as without a command", [&config] { return serve(config); });
  add("check", "says what is wrong with the configuration and the files that it names", [&config] { return check_config(config); });
  add("describe", "prints every key of the configuration with its meaning and default", [] {
    std::cout << lemf::describe_settings();
    return static_cast<int>(kDone);
  });
  add("init", "makes what the daemon starts with: master key, audit key, store, drop folder", [&config] { return initialise(config); });
  auto liid = std::make_shared<std::string>();
  auto* erasing = add("erase", "erases all of an LIID, beyond recovery; the daemon may run meanwhile",
                      [&config, liid] { return erase(config, *liid); });
  erasing->add_option("LIID", *liid, "0x and hexadecimal digits for octets")->required();
}

int run(int argc, char** argv) {
  CLI::App app{"A LEMF: receives IRI records over TLS and as files, stores them and confirms what is stored", "hi2-lemf"};
  app.set_version_flag("--version", "hi2-lemf " HI2KIT_VERSION);
  std::string config = "/var/lib/hi2-lemf/hi2-lemf.toml";
  bool check = false;
  app.add_option("--config", config, "the configuration, private to us")->capture_default_str();
  app.add_flag("--check-config", check, "the same as the command check");
  app.require_subcommand(0, 1);
  app.fallthrough();  // --config may stand behind a command, too
  app.footer("Exit codes: 0 done, 1 failed, 2 usage.");
  std::vector<Command> commands;
  add_commands(app, config, commands);
  app.footer(
      "Without a command it serves until SIGTERM; SIGHUP reads certificates and log level again.\n"
      "hi2 lemf shows what it has received.\n\n"
      "Examples:\n"
      "  hi2-lemf --config hi2-lemf.toml init         the first files\n"
      "  hi2-lemf --config hi2-lemf.toml check        what is wrong\n"
      "  hi2 lemf ls --config hi2-lemf.toml           what has come\n"
      "  hi2-lemf --config hi2-lemf.toml erase NL-0042\n\n"
      "Exit codes: 0 done, 1 failed, 2 usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "hi2-lemf: " << error.what() << "\nhi2-lemf --help says what there is.\n";
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
    std::cerr << "hi2-lemf: this is a bug: " << error.what() << '\n';
    return kFailed;
  }
}
