#include <iostream>

#include "base/text.hpp"
#include "df2/admin.hpp"
#include "hi2-df2/commands.hpp"

namespace li::df2_tool {

namespace {

using Act = std::function<Result<void>(delivery::SqliteSpool&)>;

int administer(df2::Settings settings, const std::string& command, const ops::Fields& arguments, const Act& act) {
  settings.admin_audit.on_anchor_failure = [](const Error& error) { fail("the anchor can't be written: " + error.message()); };
  auto admin = df2::Admin::open(std::move(settings), ops::system_now);
  if (!admin) return fail(admin.error().message());
  const auto done = admin->run(command, arguments, act);
  const auto closed = admin->close();
  if (!done) return fail(done.error().message());
  if (!closed) return fail(closed.error().message());
  return kDone;
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

int erase(const std::string& config, const std::string& liid) {
  auto settings = df2::load_settings(config);
  if (!settings) return fail(settings.error());
  if (auto may = df2::may_erase(*settings, liid); !may) return fail(may.error().message());
  return administer(std::move(*settings), "spool_erase", {{"liid", liid}}, [&liid](delivery::SqliteSpool& spool) -> Result<void> {
    const auto lost = spool.erase(as_bytes(liid));
    if (!lost) return failure(lost.error());
    std::cout << "erased: " << *lost << " records that no LEMF had confirmed\n";
    return {};
  });
}

}  // namespace

void add_spool_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands) {
  auto* spool = app.add_subcommand("spool", "what waits for LEMFs")->require_subcommand(1);
  commands.push_back(
      {spool->add_subcommand("ls", "lists what waits, by destination and LIID, and how much of it can't be opened; never a content"),
       [&config] {
         auto settings = df2::load_settings(config);
         if (!settings) return fail(settings.error());
         return administer(std::move(*settings), "spool_ls", {}, list);
       }});
  auto* erased = spool->add_subcommand("erase", "erases everything of an LIID, beyond recovery; a daemon that runs forgets it by itself");
  auto liid = std::make_shared<std::string>();
  erased->add_option("LIID", *liid, "its warrant must have been taken out of the file")->required();
  commands.push_back({erased, [&config, liid] { return erase(config, *liid); }});
}

}  // namespace li::df2_tool
