#include "df2/admin.hpp"

#include <filesystem>

#include "crypto/key.hpp"
#include "crypto/vault.hpp"
#include "df2/warrants.hpp"
#include "ops/first_files.hpp"
#include "ops/user.hpp"

namespace li::df2 {

namespace {

delivery::SqliteSpool::Options options_of(const Settings& settings) {
  delivery::SqliteSpool::Options options;
  options.path = settings.spool.path;
  return options;
}

}  // namespace

Result<Admin> Admin::open(Settings settings, const ops::Clock& clock) {
  auto spool = delivery::SqliteSpool::open(options_of(settings), settings.spool.master_key, delivery::SqliteSpool::Role::administration);
  if (!spool) return failure(spool.error());
  settings.admin_audit.clock = clock;
  auto audit = ops::AuditLog::open(std::move(settings.admin_audit));
  if (!audit) return failure(audit.error());
  return Admin(std::move(*spool), std::move(*audit));
}

Result<void> Admin::run(const std::string& command, const ops::Fields& arguments,
                        const std::function<Result<void>(delivery::SqliteSpool&)>& act) {
  ops::Fields fields{{"command", command}, {"user", ops::user_of_process()}};
  fields.insert(fields.end(), arguments.begin(), arguments.end());
  if (auto entry = audit_->append({"admin", fields}); !entry) return failure(entry.error());
  auto done = act(*spool_);
  if (done) return done;
  fields.emplace_back("problem", done.error().message());
  static_cast<void>(audit_->append({"admin_failed", fields}));
  return done;
}

Result<void> may_erase(const Settings& settings, std::string_view liid) {
  const auto file = load_warrants(settings.warrants);
  if (!file) return failure(ErrorKind::unexpected, file.error().front());
  if (file->warrants.with(liid) == nullptr) return {};
  return failure(ErrorKind::unexpected,
                 settings.warrants + ": there is a warrant for this LIID: take it out and reload the daemon first, or more would come");
}

Result<std::vector<std::string>> initialise(const std::string& config_path, TimePoint now) {
  const auto master = ops::secret_file(config_path, "spool", "master_key");
  if (!master) return failure(master.error());
  std::vector<std::string> made;
  // The configuration can't be read as a whole before the master key is there.
  if (auto done = ops::make_missing({{*master, [] { return ops::new_hex_key(crypto::kMasterKeySize); }}}, made); !done)
    return failure(done.error());
  auto settings = load_settings(config_path);
  if (!settings) return failure(ErrorKind::malformed, settings.error().front());
  const auto warrants = [] { return SecretBytes(as_bytes("# A [[warrant]] for each target and agency; hi2-df2 warrant describe\n")); };
  auto done = ops::make_missing(
      {{settings->audit.key_file, [] { return crypto::PrivateKey::new_ed25519().to_pem(); }}, {settings->warrants, warrants}}, made);
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
