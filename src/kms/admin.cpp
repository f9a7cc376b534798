#include "kms/admin.hpp"

#include <filesystem>

#include "ops/administer.hpp"
#include "ops/first_files.hpp"

namespace li::kms {

Result<void> administer(Settings settings, const std::string& command, const ops::Fields& arguments,
                        const std::function<Result<void>(Store&, Time)>& act) {
  const auto store = Store::open(settings.store, settings.master_key);
  if (!store) return failure(store.error());
  const auto act_now = [&] { return act(**store, std::chrono::floor<seconds>(settings.admin_audit.clock())); };
  return ops::administer(settings.admin_audit, command, arguments, act_now);
}

Result<std::vector<std::string>> initialise(const std::string& config_path, Time now) {
  std::vector<std::string> made;
  if (auto done = ops::make_master_key(config_path, "store", made); !done) return failure(done.error());
  auto settings = load_settings(config_path);
  if (!settings) return failure(ErrorKind::malformed, settings.error().front());
  const auto list = [] { return SecretBytes(as_bytes("# target  from  until  Xk client\n")); };
  auto done = ops::make_missing(
      {ops::new_audit_key(settings->audit.key_file), {settings->xk.on ? settings->xk.li_list : std::string(), list}}, made);
  if (!done) return failure(done.error());
  if (!std::filesystem::exists(settings->store.path)) {
    if (auto store = Store::create(settings->store, settings->master_key); !store) return failure(store.error());
    made.push_back(settings->store.path);
  }
  if (auto written = ops::audit_init(settings->admin_audit, made, TimePoint(now)); !written) return failure(written.error());
  return made;
}

}  // namespace li::kms
