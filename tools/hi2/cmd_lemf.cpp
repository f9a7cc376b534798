#include "hi2/cmd_lemf.hpp"

#include <memory>

namespace li::tool {

Run setup_lemf(CLI::App& app) {
  auto commands = std::make_shared<std::vector<Command>>();
  const auto add = [&](const char* name, const char* description, Run (*setup)(CLI::App&)) {
    auto* command = app.add_subcommand(name, description);
    commands->push_back({command, setup(*command)});
  };
  app.require_subcommand(1);
  add("ls", "list what was received, a line each, and what is missing", setup_lemf_ls);
  add("show", "show one of them, every member", setup_lemf_show);
  add("export", "write records, PDUs or JSON", setup_lemf_export);
  app.footer(
      "Reads the store of hi2-lemf, which may run meanwhile. Its configuration file says where store and master key are.\n"
      "\n"
      "Examples:\n"
      "  hi2 lemf ls --liid NL-0042            what came for a warrant\n"
      "  hi2 lemf show 17                      every member of number 17\n"
      "  hi2 lemf export --liid NL-0042 | hi2 decode -o json\n"
      "\n"
      "hi2 lemf COMMAND --help says more.\n");
  return [commands] {
    for (const auto& command : *commands) {
      if (command.app->parsed()) return command.run();
    }
    return static_cast<int>(kUsage);
  };
}

}  // namespace li::tool
