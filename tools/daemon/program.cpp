#include "daemon/program.hpp"

#include <exception>
#include <iostream>

#ifndef HI2KIT_VERSION
#define HI2KIT_VERSION "unknown"
#endif

namespace li::daemon {

Program::Program(const std::string& name, const std::string& description)
    : name_(name), config_("/var/lib/" + name + "/" + name + ".toml"), app_(description, name) {
  app_.set_version_flag("--version", name + " " HI2KIT_VERSION);
  app_.add_option("--config", config_, "the configuration, private to us")->capture_default_str();
  app_.add_flag("--check-config", check_, "the same as the command check");
  app_.require_subcommand(0, 1);
  app_.fallthrough();  // --config may stand behind a command, too
}

CLI::App* Program::add(const std::string& name, const std::string& description, std::function<int()> run, CLI::App* group) {
  auto* command = (group == nullptr ? &app_ : group)->add_subcommand(name, description);
  if (run) commands_.push_back({command, std::move(run)});
  else command->require_subcommand(1);
  return command;
}

void Program::add_serving(std::function<int()> serve, std::function<std::vector<std::string>()> check) {
  add("run", "serves, as without a command", std::move(serve));
  add("check", "says what is wrong with the configuration and the files that it names", [this, check = std::move(check)] {
    const auto problems = check();
    if (!problems.empty()) return fail(problems);
    std::cout << config_ << " is fine\n";
    return static_cast<int>(kDone);
  });
}

void Program::add_first_files(const std::string& doc, std::function<Result<std::vector<std::string>>(const std::string& config)> initialise,
                              std::string (*describe)()) {
  add("init", doc, [this, initialise = std::move(initialise)] {
    const auto made = initialise(config_);
    if (!made) return fail(made.error().message());
    for (const auto& path : *made) std::cout << "made " << path << '\n';
    if (made->empty()) std::cout << "everything is there\n";
    return static_cast<int>(kDone);
  });
  add("describe", "prints every key of the configuration with its meaning and default", [describe] {
    std::cout << describe();
    return static_cast<int>(kDone);
  });
}

int Program::fail(const std::string& problem) const {
  std::cerr << name_ << ": " << problem << '\n';
  return kFailed;
}

int Program::fail(const std::vector<std::string>& problems) const {
  for (const auto& problem : problems) fail(problem);
  return kFailed;
}

int Program::run_command(int argc, char** argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app_.exit(error);
    fail(std::string(error.what()) + "\n" + name_ + " --help says what there is.");
    return kUsage;
  }
  if (check_) return commands_.at(1).run();
  for (const auto& command : commands_) {
    if (command.app->parsed()) return command.run();
  }
  return commands_.front().run();
}

int Program::run(int argc, char** argv) {
  try {
    return run_command(argc, argv);
  } catch (const std::exception& error) {
    return fail(std::string("this is a bug: ") + error.what());
  }
}

}  // namespace li::daemon
