// hi2-lemf: receives IRI records for a law enforcement agency, stores them sealed and confirms what is stored.
#include <iostream>

#include "daemon/program.hpp"
#include "lemf/admin.hpp"
#include "lemf/daemon.hpp"

namespace {

using namespace li;

int erase(const daemon::Program& program, const std::string& liid) {
  auto settings = lemf::load_settings(program.config());
  if (!settings) return program.fail(settings.error());
  Bytes octets = to_bytes(liid);
  if (liid.starts_with("0x")) {
    const auto read = from_hex(std::string_view(liid).substr(2));
    if (!read) return program.fail("'" + liid + "' are no octets");
    octets = *read;
  }
  const auto erased = lemf::erase(std::move(*settings), octets);
  if (!erased) return program.fail(erased.error().message());
  std::cout << "erased " << erased->items << (erased->items == 1 ? " item" : " items");
  if (const auto files = erased->files.removed; files != 0)
    std::cout << ", " << files << (files == 1 ? " rejected file" : " rejected files");
  std::cout << '\n';
  for (const auto& file : erased->files.left) program.fail(file + " was rejected and may hold records of it: look at it, then remove it");
  if (erased->items == 0 && erased->files.removed == 0)
    return program.fail("nothing of '" + liid + "' is here: never, or erased before. 'hi2 lemf ls' shows LIIDs as they are");
  return daemon::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  daemon::Program program("hi2-lemf", "A LEMF: receives IRI records over TLS and as files, stores them and confirms what is stored");
  program.explain(
      "Without a command it serves until SIGTERM; SIGHUP reads mediation functions, certificates and log level again.\n"
      "hi2 lemf shows what it has received.\n\n"
      "Examples:\n"
      "  hi2-lemf --config hi2-lemf.toml init         the first files\n"
      "  hi2-lemf --config hi2-lemf.toml check        what is wrong\n"
      "  hi2 lemf ls --config hi2-lemf.toml           what has come\n"
      "  hi2-lemf --config hi2-lemf.toml erase NL-0042");
  program.serves<lemf::Daemon>();
  program.add_first_files(
      "makes what the daemon starts with: master key, audit key, store, drop folder",
      [](const std::string& config) { return lemf::initialise(config, ops::system_now()); }, lemf::describe_settings);
  auto liid = std::make_shared<std::string>();
  auto* erasing =
      program.add("erase", "erases all of an LIID, beyond recovery; the daemon may run meanwhile", [&] { return erase(program, *liid); });
  erasing->add_option("LIID", *liid, "0x and hexadecimal digits for octets")->required();
  return program.run(argc, argv);
}
