#include "hi2/commands.hpp"

namespace li::tool {

std::vector<Command> register_commands(CLI::App& app) {
  std::vector<Command> commands;
  const auto add = [&](const char* name, const char* description, Run (*setup)(CLI::App&)) {
    auto* command = app.add_subcommand(name, description);
    commands.push_back({command, setup(*command)});
  };
  add("ls", "list records, a line each", setup_ls);
  add("decode", "show records as text, JSON, XER or annotated octets", setup_decode);
  add("encode", "make records from JSON or XER", setup_encode);
  add("audit", "check and show the audit trail of a daemon", setup_audit);
  return commands;
}

void add_module_option(CLI::App& app, std::string& value) {
  app.add_option("--module", value, "module of records whose domain identifier names none: umts or eps")
      ->check(CLI::IsMember({"umts", "eps"}))
      ->option_text("umts|eps");
}

std::optional<hi2::Module> to_module(const std::string& value) { return hi2::module_by_name(value); }

}  // namespace li::tool
