// hi2-kms: a Key Management Service for MIKEY-TICKET, with the Xk interface.
#include "hi2-kms/commands.hpp"
#include "kms/admin.hpp"
#include "kms/daemon.hpp"

int main(int argc, char** argv) {
  using namespace li;
  daemon::Program program("hi2-kms", "A Key Management Service for MIKEY-TICKET (RFC 6043), with the Xk interface of TS 33.107");
  program.explain(
      "Without a command it serves until SIGTERM; SIGHUP reads rules, LI list, peers and certificates again.\n\n"
      "Examples:\n"
      "  hi2-kms --config hi2-kms.toml init\n"
      "  hi2-kms --config hi2-kms.toml check\n"
      "  hi2-kms --config hi2-kms.toml subscriber add alice sip:alice@home1.example\n"
      "  hi2-kms --config hi2-kms.toml key add alice btid-alice --file alice.key --lifetime 12h");
  program.serves<kms::Daemon>();
  program.add_first_files(
      "makes what the daemon starts with: master key, audit key, store, an empty LI list",
      [](const std::string& config) { return kms::initialise(config, std::chrono::floor<std::chrono::seconds>(ops::system_now())); },
      kms::describe_settings);
  kms_tool::add_li_commands(program);
  kms_tool::add_subscriber_commands(program);
  kms_tool::add_key_commands(program);
  return program.run(argc, argv);
}
