#include "lemf/admin.hpp"

#include <filesystem>
#include <thread>

#include "ops/first_files.hpp"
#include "ops/user.hpp"

namespace li::lemf {

namespace {

// Two commands at the same time wait for each other.
Result<std::unique_ptr<ops::AuditLog>> open_trail(const ops::AuditOptions& options) {
  constexpr auto kPause = std::chrono::milliseconds(50);
  constexpr int kTries = 100;
  for (int i = 1;; ++i) {
    auto audit = ops::AuditLog::open(options);
    const auto taken = !audit && audit.error().text.find("another program writes") != std::string::npos;
    if (!taken) return audit;
    if (i == kTries) return failure(ErrorKind::unexpected, audit.error().message() + ": try again");
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

Result<void> audit_command(const ops::AuditOptions& trail, const std::string& event, ops::Fields fields) {
  const auto audit = open_trail(trail);
  if (!audit) return failure(audit.error());
  ops::Fields all{{"user", ops::user_of_process()}};
  all.insert(all.end(), fields.begin(), fields.end());
  if (auto entry = (*audit)->append({event, std::move(all)}); !entry) return failure(entry.error());
  return (*audit)->close();
}

Result<Erased> erase(Settings settings, ByteView liid) {
  const auto store = Store::open(settings.store, settings.master_key);
  if (!store) return failure(store.error());
  const ops::Fields fields{{"command", "erase"}, {"liid", readable(liid)}};
  if (auto entry = audit_command(settings.admin_audit, "admin", fields); !entry) return failure(entry.error());
  const auto failed = [&](const Error& error) {
    auto more = fields;
    more.emplace_back("problem", error.message());
    static_cast<void>(audit_command(settings.admin_audit, "admin_failed", more));
    return failure(error);
  };
  Erased erased;
  if (settings.drop_folder.on) {
    auto files = erase_rejected(settings.drop_folder.work, liid);
    if (!files) return failed(files.error());
    erased.files = std::move(*files);
  }
  const auto items = (*store)->erase(liid);
  if (!items) return failed(items.error());
  erased.items = *items;
  return erased;
}

Result<std::vector<std::string>> initialise(const std::string& config_path, TimePoint now) {
  std::vector<std::string> made;
  if (auto done = ops::make_master_key(config_path, "store", made); !done) return failure(done.error());
  const auto settings = load_settings(config_path);
  if (!settings) return failure(ErrorKind::malformed, settings.error().front());
  auto done = ops::make_missing({ops::new_audit_key(settings->audit.key_file)}, made);
  if (!done) return failure(done.error());
  if (!std::filesystem::exists(settings->store.path)) {
    if (auto store = Store::create(settings->store, settings->master_key); !store) return failure(store.error());
    made.push_back(settings->store.path);
  }
  if (settings->drop_folder.on && !std::filesystem::exists(settings->drop_folder.path)) {
    std::error_code error;
    std::filesystem::create_directory(settings->drop_folder.path, error);
    if (error) return failure(ErrorKind::unexpected, settings->drop_folder.path + ": " + error.message());
    std::filesystem::permissions(settings->drop_folder.path, std::filesystem::perms::owner_all, error);
    made.push_back(settings->drop_folder.path);
  }
  if (auto written = ops::audit_init(settings->admin_audit, made, now); !written) return failure(written.error());
  return made;
}

}  // namespace li::lemf
