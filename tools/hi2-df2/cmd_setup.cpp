#include <iostream>

#include "df2/admin.hpp"
#include "df2/daemon.hpp"
#include "hi2-df2/commands.hpp"

namespace li::df2_tool {

namespace {

int initialise(const std::string& config) {
  const auto made = df2::initialise(config, ops::system_now());
  if (!made) return fail(made.error().message());
  for (const auto& path : *made) std::cout << "made " << path << '\n';
  if (made->empty()) std::cout << "everything is there\n";
  return kDone;
}

// Destinations are looked at when there is a configuration that names them.
int check_warrants(const std::string& path, const std::string& config, bool with_config) {
  std::vector<std::string> destinations;
  if (with_config) {
    const auto settings = df2::load_settings(config);
    if (!settings) return fail(settings.error());
    destinations = settings->destinations();
  }
  const auto file = df2::load_warrants(path, destinations);
  if (!file) return fail(file.error());
  std::cout << file->warrants.all().size() << " warrants, " << file->warrants.valid(ops::system_now()) << " of them valid now\n";
  return kDone;
}

int print(const std::string& text) {
  std::cout << text;
  return kDone;
}

}  // namespace

int fail(const std::string& problem) {
  std::cerr << "hi2-df2: " << problem << '\n';
  return kFailed;
}

int fail(const std::vector<std::string>& problems) {
  for (const auto& problem : problems) fail(problem);
  return kFailed;
}

int check_config(const std::string& config) {
  const auto problems = df2::Daemon::check(config);
  if (!problems.empty()) return fail(problems);
  std::cout << config << " is fine\n";
  return kDone;
}

void add_setup_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands) {
  auto* check = app.add_subcommand("check", "says what is wrong with the configuration and the files that it names");
  commands.push_back({check, [&config] { return check_config(config); }});
  auto* init = app.add_subcommand("init", "makes what the daemon starts with: master key, audit key, spool, a file without warrants");
  commands.push_back({init, [&config] { return initialise(config); }});
  auto* describe = app.add_subcommand("describe", "prints every key of the configuration with its meaning and default");
  commands.push_back({describe, [] { return print(df2::describe_settings()); }});
  auto* warrant = app.add_subcommand("warrant", "the file of warrants")->require_subcommand(1);
  auto* warrant_check = warrant->add_subcommand("check", "says what is wrong with a file of warrants");
  auto path = std::make_shared<std::string>();
  warrant_check->add_option("FILE", *path, "with --config its LEMFs are looked for, too")->required();
  commands.push_back({warrant_check, [&config, path, &app] { return check_warrants(*path, config, app.count("--config") > 0); }});
  auto* warrant_describe = warrant->add_subcommand("describe", "prints every key of a warrant with its meaning and default");
  commands.push_back({warrant_describe, [] { return print(df2::describe_warrants()); }});
}

}  // namespace li::df2_tool
