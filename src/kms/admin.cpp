#include "kms/admin.hpp"

#include <filesystem>

#include "crypto/vault.hpp"
#include "ops/first_files.hpp"
#include "ops/user.hpp"

namespace li::kms {

Result<Admin> Admin::open(Settings settings, const ops::Clock& clock) {
  auto store = Store::open(settings.store, settings.master_key, std::chrono::floor<seconds>(clock()));
  if (!store) return failure(store.error());
  settings.admin_audit.clock = clock;
  auto audit = ops::AuditLog::open(std::move(settings.admin_audit));
  if (!audit) return failure(audit.error());
  return Admin(std::move(*store), std::move(*audit), clock);
}

Result<void> Admin::run(const std::string& command, const ops::Fields& arguments, const std::function<Result<void>(Store&, Time)>& act) {
  ops::Fields fields{{"command", command}, {"user", ops::user_of_process()}};
  fields.insert(fields.end(), arguments.begin(), arguments.end());
  if (auto entry = audit_->append({"admin", fields}); !entry) return failure(entry.error());
  auto done = act(*store_, std::chrono::floor<seconds>(clock_()));
  if (done) return done;
  fields.emplace_back("problem", done.error().message());
  static_cast<void>(audit_->append({"admin_failed", fields}));
  return done;
}

Result<std::vector<std::string>> initialise(const std::string& config_path, Time now) {
  const auto master = ops::secret_file(config_path, "store", "master_key");
  if (!master) return failure(master.error());
  std::vector<std::string> made;
  // The configuration can't be read as a whole before the master key is there.
  if (auto done = ops::make_missing({{*master, [] { return ops::new_hex_key(crypto::kMasterKeySize); }}}, made); !done)
    return failure(done.error());
  auto settings = load_settings(config_path);
  if (!settings) return failure(ErrorKind::malformed, settings.error().front());
  const auto list = [] { return SecretBytes(as_bytes("# target  from  until  Xk client\n")); };
  auto done = ops::make_missing({{settings->audit.key_file, [] { return crypto::PrivateKey::new_ed25519().to_pem(); }},
                                 {settings->xk.on ? settings->xk.li_list : std::string(), list}},
                                made);
  if (!done) return failure(done.error());
  if (!std::filesystem::exists(settings->store.path)) {
    if (auto store = Store::create(settings->store, settings->master_key, now); !store) return failure(store.error());
    made.push_back(settings->store.path);
  }
  if (auto written = ops::audit_init(settings->admin_audit, made, TimePoint(now)); !written) return failure(written.error());
  return made;
}

}  // namespace li::kms
