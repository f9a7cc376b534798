#include <iostream>
#include <memory>

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

}  // namespace

Command add_list(CLI::App& app) {
  auto* command = app.add_subcommand("list", "the scenarios, a line each");
  auto wanted = std::make_shared<Arguments>();
  command->add_flag("--json", wanted->json, "with what each needs: warrants, settings of hi2-df2, UEs");
  command->add_option("--config", wanted->config, "whose identities are to be shown; else the default ones");
  return {command, [wanted] { return list(*wanted); }};
}

Command add_describe(CLI::App& app) {
  auto* command = app.add_subcommand("describe", "prints every key of the configuration with its meaning and default");
  return {command, [] {
            std::cout << describe_settings();
            return kDone;
          }};
}

}  // namespace li::callsim
