#include "hi2/cmd_mikey.hpp"

#include <memory>

namespace li::tool {

Run setup_mikey(CLI::App& app) {
  auto commands = std::make_shared<std::vector<Command>>();
  const auto add = [&](const char* name, const char* description, Run (*setup)(CLI::App&)) {
    auto* command = app.add_subcommand(name, description);
    commands->push_back({command, setup(*command)});
  };
  app.require_subcommand(1);
  add("decode", "show every payload of a message", setup_mikey_decode);
  add("test", "run test cases", setup_mikey_test);
  add("call", "play a whole call and show each message", setup_mikey_call);
  app.footer(
      "Examples:\n"
      "  hi2 mikey decode invite.sip           the messages in a SIP message\n"
      "  hi2 mikey test tests/data/mikey       the test vectors\n"
      "  hi2 mikey call --seed 1               a call, message by message\n"
      "\n"
      "hi2 mikey COMMAND --help says more.\n");
  return [commands] {
    for (const auto& command : *commands) {
      if (command.app->parsed()) return command.run();
    }
    return static_cast<int>(kUsage);
  };
}

}  // namespace li::tool
