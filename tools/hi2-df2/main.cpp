// hi2-df2: a Delivery Function 2 and Mediation Function: events of X2 in, records with keys out.
#include "df2/admin.hpp"
#include "df2/daemon.hpp"
#include "hi2-df2/commands.hpp"

int main(int argc, char** argv) {
  using namespace li;
  daemon::Program program("hi2-df2", "A DF2/MF of TS 33.107: X2 events in, IRI records with keys out");
  program.explain(
      "Without a command it serves until SIGTERM; SIGHUP reads warrants, certificates and log level again.\n\n"
      "Examples:\n"
      "  hi2-df2 --config hi2-df2.toml init                     the first files\n"
      "  hi2-df2 --config hi2-df2.toml check                    what is wrong\n"
      "  hi2-df2 --config hi2-df2.toml warrant check new.toml   of a file of warrants\n"
      "  hi2-df2 --config hi2-df2.toml spool ls                 what waits for LEMFs");
  program.serves<df2::Daemon>();
  program.add_first_files(
      "makes what the daemon starts with: master key, audit key, spool, a file without warrants",
      [](const std::string& config) { return df2::initialise(config, ops::system_now()); }, df2::describe_settings);
  df2_tool::add_warrant_commands(program);
  df2_tool::add_spool_commands(program);
  return program.run(argc, argv);
}
