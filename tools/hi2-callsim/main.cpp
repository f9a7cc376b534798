// hi2-callsim: user equipments, a CSCF that reports them, and KMSs that misbehave.
#include <exception>
#include <iostream>

#include "hi2-callsim/commands.hpp"
#include "hi2-callsim/phone.hpp"

#ifndef HI2KIT_VERSION
#define HI2KIT_VERSION "unknown"
#endif

namespace li::callsim {

int fail(const std::string& problem) {
  std::cerr << "hi2-callsim: " << problem << '\n';
  return kFailed;
}

int fail(const std::vector<std::string>& problems) {
  for (const auto& problem : problems) fail(problem);
  return kFailed;
}

namespace {

int run(int argc, char** argv) {
  CLI::App app{"Simulates calls under MIKEY-TICKET and the network function that reports them on X2", "hi2-callsim"};
  app.set_version_flag("--version", "hi2-callsim " HI2KIT_VERSION);
  app.require_subcommand(1, 1);
  app.footer(
      "Examples:\n"
      "  hi2-callsim list                                       the scenarios\n"
      "  hi2-callsim warrants basic > warrants.toml             what hi2-df2 must know for one\n"
      "  hi2-callsim run basic --config callsim.toml --media call.pcap\n"
      "  hi2-callsim load --config callsim.toml --rate 500 --seconds 60\n\n"
      "samples/lab makes a whole system that all of this runs in.\nExit codes: 0 done, 1 failed, 2 usage.");
  const std::vector<Command> commands{add_list(app), add_warrants(app), add_run(app), add_load(app), add_xk_stub(app), add_describe(app)};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    fail(std::string(error.what()) + "\nhi2-callsim --help says what there is.");
    return kUsage;
  }
  for (const auto& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  return kUsage;
}

}  // namespace
}  // namespace li::callsim

int main(int argc, char** argv) {
  try {
    return li::callsim::run(argc, argv);
  } catch (const li::callsim::CannotPlay& error) {
    return li::callsim::fail(error.what());
  } catch (const std::exception& error) {
    return li::callsim::fail(std::string("this is a bug: ") + error.what());
  }
}
