#include <iostream>

#include "base/text.hpp"
#include "df2/admin.hpp"
#include "hi2-df2/commands.hpp"

namespace li::df2_tool {

namespace {

int administer(const daemon::Program& program, df2::Settings settings, const std::string& command, const ops::Fields& arguments,
               const std::function<Result<void>(delivery::SqliteSpool&)>& act) {
  settings.admin_audit.on_anchor_failure = [&](const Error& error) { program.fail("the anchor can't be written: " + error.message()); };
  const auto done = df2::administer(std::move(settings), command, arguments, act);
  return done ? static_cast<int>(daemon::kDone) : program.fail(done.error().message());
}

Result<void> list(delivery::SqliteSpool& spool) {
  const auto all = spool.list();
  if (!all) return failure(all.error());
  for (const auto& one : *all) {
    std::cout << one.destination << '\t' << (one.liid.empty() ? "?" : printable(one.liid)) << '\t' << one.entries << " waiting\toldest "
              << to_internet_time(std::chrono::floor<std::chrono::seconds>(one.oldest));
    if (one.unreadable > 0) std::cout << '\t' << one.unreadable << " can't be opened";
    std::cout << '\n';
  }
  return {};
}

int erase(const daemon::Program& program, const std::string& liid) {
  auto settings = df2::load_settings(program.config());
  if (!settings) return program.fail(settings.error());
  if (auto may = df2::may_erase(*settings, liid); !may) return program.fail(may.error().message());
  return administer(program, std::move(*settings), "spool_erase", {{"liid", liid}}, [&liid](delivery::SqliteSpool& spool) -> Result<void> {
    const auto lost = spool.erase(as_bytes(liid));
    if (!lost) return failure(lost.error());
    std::cout << "erased: " << *lost << " records that no LEMF had confirmed\n";
    return {};
  });
}

}  // namespace

void add_spool_commands(daemon::Program& program) {
  auto* spool = program.add("spool", "what waits for LEMFs");
  program.add(
      "ls", "lists what waits, by destination and LIID, and how much of it can't be opened; never a content",
      [&program] {
        auto settings = df2::load_settings(program.config());
        if (!settings) return program.fail(settings.error());
        return administer(program, std::move(*settings), "spool_ls", {}, list);
      },
      spool);
  auto liid = std::make_shared<std::string>();
  auto* erased = program.add(
      "erase", "erases everything of an LIID, beyond recovery; a daemon that runs forgets it by itself",
      [&program, liid] { return erase(program, *liid); }, spool);
  erased->add_option("LIID", *liid, "its warrant must have been taken out of the file")->required();
}

}  // namespace li::df2_tool
