#include "hi2/commands.hpp"

#include <algorithm>

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
  add("mikey", "MIKEY and MIKEY-TICKET messages: show, test, play a call", setup_mikey);
  add("lemf", "what a LEMF has received: list, show, export", setup_lemf);
  add("decrypt", "open the media of a call with the keys of its records", setup_decrypt);
  add("audit", "check and show the audit trail of a daemon", setup_audit);
  return commands;
}

void add_from_option(CLI::App& app, std::string& value) {
  app.add_option("--from", value, "what the input is: ber (IRI records), ps, hi3 or x2; told by its start otherwise")
      ->check(CLI::IsMember({"ber", "ps", "hi3", "x2"}))
      ->option_text("ber|ps|hi3|x2");
}

capture::Form pick_form(const std::string& from, ByteView start) {
  if (const auto form = capture::form_by_name(from)) return *form;
  return capture::form_of(start.first(std::min(start.size(), capture::kStart)));
}

void add_module_option(CLI::App& app, std::string& value) {
  app.add_option("--module", value, "module of records whose domain identifier names none: umts or eps")
      ->check(CLI::IsMember({"umts", "eps"}))
      ->option_text("umts|eps");
}

std::optional<hi2::Module> to_module(const std::string& value) { return hi2::module_by_name(value); }

}  // namespace li::tool
