#include <iostream>

#include "df2/settings.hpp"
#include "df2/warrants.hpp"
#include "hi2-df2/commands.hpp"

namespace li::df2_tool {

namespace {

// Destinations are looked at when there is a configuration that names them.
int check_warrants(const daemon::Program& program, const std::string& path) {
  std::vector<std::string> destinations;
  if (program.config_given()) {
    const auto settings = df2::load_settings(program.config());
    if (!settings) return program.fail(settings.error());
    destinations = settings->destinations();
  }
  const auto file = df2::load_warrants(path, destinations);
  if (!file) return program.fail(file.error());
  std::cout << file->warrants.all().size() << " warrants, " << file->warrants.valid(ops::system_now()) << " of them valid now\n";
  return daemon::kDone;
}

}  // namespace

void add_warrant_commands(daemon::Program& program) {
  auto* warrant = program.add("warrant", "the file of warrants");
  auto path = std::make_shared<std::string>();
  auto* check = program.add(
      "check", "says what is wrong with a file of warrants", [&program, path] { return check_warrants(program, *path); }, warrant);
  check->add_option("FILE", *path, "with --config its LEMFs are looked for, too")->required();
  program.add(
      "describe", "prints every key of a warrant with its meaning and default",
      [] {
        std::cout << df2::describe_warrants();
        return static_cast<int>(daemon::kDone);
      },
      warrant);
}

}  // namespace li::df2_tool
