#include "df2/admin.hpp"

#include <filesystem>

#include "df2/warrants.hpp"
#include "ops/administer.hpp"
#include "ops/first_files.hpp"

namespace li::df2 {

namespace {

delivery::SqliteSpool::Options options_of(const Settings& settings) {
  delivery::SqliteSpool::Options options;
  options.path = settings.spool.path;
  return options;
}

}  // namespace

Result<void> administer(Settings settings, const std::string& command, const ops::Fields& arguments,
                        const std::function<Result<void>(delivery::SqliteSpool&)>& act) {
  const auto spool =
      delivery::SqliteSpool::open(options_of(settings), settings.spool.master_key, delivery::SqliteSpool::Role::administration);
  if (!spool) return failure(spool.error());
  return ops::administer(std::move(settings.admin_audit), command, arguments, [&] { return act(**spool); });
}

Result<void> may_erase(const Settings& settings, std::string_view liid) {
  const auto file = load_warrants(settings.warrants);
  if (!file) return failure(ErrorKind::unexpected, file.error().front());
  if (file->warrants.with(liid) == nullptr) return {};
  return failure(ErrorKind::unexpected,
                 settings.warrants + ": there is a warrant for this LIID: take it out and reload the daemon first, or more would come");
}

Result<std::vector<std::string>> initialise(const std::string& config_path, TimePoint now) {
  std::vector<std::string> made;
  if (auto done = ops::make_master_key(config_path, "spool", made); !done) return failure(done.error());
  auto settings = load_settings(config_path);
  if (!settings) return failure(ErrorKind::malformed, settings.error().front());
  const auto warrants = [] { return SecretBytes(as_bytes("# A [[warrant]] for each target and agency; hi2-df2 warrant describe\n")); };
  auto done = ops::make_missing({ops::new_audit_key(settings->audit.key_file), {settings->warrants, warrants}}, made);
  if (!done) return failure(done.error());
  if (!std::filesystem::exists(settings->spool.path)) {
    if (auto spool = delivery::SqliteSpool::create(options_of(*settings), settings->spool.master_key); !spool)
      return failure(spool.error());
    made.push_back(settings->spool.path);
  }
  if (auto written = ops::audit_init(settings->admin_audit, made, now); !written) return failure(written.error());
  return made;
}

}  // namespace li::df2
