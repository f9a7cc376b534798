// hi2: look into, convert and build HI2 data on a command line.
#include <cstdio>
#include <exception>
#include <iostream>

#include "hi2/commands.hpp"

#ifndef HI2KIT_VERSION
#define HI2KIT_VERSION "unknown"
#endif

namespace {

int parse_failed(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
  std::cerr << "hi2: " << error.what() << "\nhi2 --help says what there is.\n";
  return li::tool::kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app{"Reads, shows and builds IRI records of the HI2 interface (3GPP TS 33.108)", "hi2"};
  app.set_version_flag("--version", "hi2 " HI2KIT_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "Examples:\n"
      "  hi2 ls capture.ber                    what is in a file\n"
      "  hi2 decode capture.ber                every member of every record\n"
      "  hi2 decode -o jsonl *.ber | jq .      as JSON, a record a line\n"
      "  hi2 encode record.json > record.ber   back to octets\n"
      "  hi2 mikey decode invite.sip           the MIKEY messages in a SIP message\n"
      "  hi2 lemf ls --liid NL-0042            what a LEMF has received for a warrant\n"
      "  hi2 decrypt --records call.ber --media call.pcap -o clear.pcap\n"
      "\n"
      "Keys are masked unless --show-keys is given.\n"
      "Exit codes: 0 done, 1 data is bad, 2 usage.");
  const auto commands = li::tool::register_commands(app);
  try {
    app.parse(argc, argv);
    for (const auto& command : commands) {
      if (command.app->parsed()) return command.run();
    }
  } catch (const CLI::ParseError& error) {
    return parse_failed(app, error);
  } catch (const li::tool::UsageError& error) {
    std::cerr << "hi2: " << error.text << '\n';
    return li::tool::kUsage;
  } catch (const std::exception& error) {
    std::cerr << "hi2: this is a bug: " << error.what() << '\n';
    return li::tool::kBadData;
  }
  return li::tool::kUsage;
}
