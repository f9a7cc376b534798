#include <iostream>
#include <memory>
#include <optional>

#include "hi2-callsim/commands.hpp"
#include "hi2-callsim/report.hpp"

namespace li::callsim {

namespace {

struct Arguments {
  std::string config;
  bool json = false;
};

int list(const Arguments& wanted) {
  if (!wanted.json) {
    for (const auto& one : scenarios())
      std::cout << one.name << std::string(one.name.size() < 22 ? 22 - one.name.size() : 1, ' ') << one.description << '\n';
    return kDone;
  }
  if (wanted.config.empty()) {
    std::cout << list_json(nullptr) << '\n';
    return kDone;
  }
  const auto settings = load_settings(wanted.config);
  if (!settings) return fail(settings.error());
  std::cout << list_json(&*settings) << '\n';
  return kDone;
}

struct WarrantArguments {
  std::vector<std::string> scenarios;
  std::string destination = "agency", config;
};

int warrants(const WarrantArguments& wanted) {
  std::optional<Settings> settings;
  if (!wanted.config.empty()) {
    auto loaded = load_settings(wanted.config);
    if (!loaded) return fail(loaded.error());
    settings = std::move(*loaded);
  }
  const auto text = warrants_toml(wanted.scenarios, wanted.destination, settings ? &*settings : nullptr);
  if (!text) {
    fail(text.error().message());
    return kUsage;
  }
  std::cout << *text;
  return kDone;
}

}  // namespace

Command add_list(CLI::App& app) {
  auto* command = app.add_subcommand("list", "the scenarios, a line each");
  auto wanted = std::make_shared<Arguments>();
  command->add_flag("--json", wanted->json, "with what each needs: warrants, settings of hi2-df2, UEs");
  command->add_option("--config", wanted->config, "whose identities are to be shown; else the default ones");
  return {command, [wanted] { return list(*wanted); }};
}

Command add_warrants(CLI::App& app) {
  auto* command = app.add_subcommand("warrants", "prints a file of warrants for hi2-df2: what scenarios need");
  auto wanted = std::make_shared<WarrantArguments>();
  command->add_option("SCENARIO", wanted->scenarios, "see list, or load; without: all of these");
  command->add_option("--deliver-to", wanted->destination, "the [[delivery]] of hi2-df2 that gets the records")->capture_default_str();
  command->add_option("--config", wanted->config, "whose identities are the targets; else the default ones");
  return {command, [wanted] { return warrants(*wanted); }};
}

Command add_describe(CLI::App& app) {
  auto* command = app.add_subcommand("describe", "prints every key of the configuration with its meaning and default");
  return {command, [] {
            std::cout << describe_settings();
            return kDone;
          }};
}

}  // namespace li::callsim
