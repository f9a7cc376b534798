#include "kms/admin.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "crypto/vault.hpp"

namespace li::kms {

namespace {

Result<void> write_new(const std::string& path, ByteView octets) {
  const auto file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return failure(ErrorKind::unexpected, path + ": " + std::strerror(errno));
  while (!octets.empty()) {
    const auto written = ::write(file, octets.data(), octets.size());
    if (written <= 0) break;
    octets = octets.subspan(static_cast<std::size_t>(written));
  }
  const auto whole = octets.empty() && ::fsync(file) == 0;
  ::close(file);
  if (!whole) return failure(ErrorKind::limit, path + ": can't be written");
  return {};
}

struct Initial {
  std::string path;
  std::function<SecretBytes()> content;
};

SecretBytes hex_line(const SecretBytes& key) {
  RecordBytes text;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const auto octet : key.reveal()) {
    text.push_back(static_cast<std::uint8_t>(kDigits[octet >> 4]));
    text.push_back(static_cast<std::uint8_t>(kDigits[octet & 15]));
  }
  text.push_back('\n');
  return SecretBytes(text);
}

// Where the configuration says that the master key is; empty for a variable of the environment.
Result<std::string> master_key_file(const std::string& config_path) {
  const auto config = ops::Config::load(config_path);
  if (!config) return failure(config.error());
  const auto where = config->root().table("store", "").text("master_key", "", "");
  if (!where.starts_with("file:")) return std::string();
  const std::filesystem::path path = where.substr(5);
  return (path.is_absolute() ? path : std::filesystem::path(config_path).parent_path() / path).string();
}

Result<void> make_missing(const std::vector<Initial>& wanted, std::vector<std::string>& made) {
  for (const auto& [path, content] : wanted) {
    if (path.empty() || std::filesystem::exists(path)) continue;
    const auto octets = content();
    if (auto written = write_new(path, octets.reveal()); !written) return written;
    made.push_back(path);
  }
  return {};
}

// After it is done: the trail needs the key that is made.
Result<void> audit_init(ops::AuditOptions options, const std::vector<std::string>& made, Time now) {
  options.clock = [now] { return TimePoint(now); };
  const auto audit = ops::AuditLog::open(std::move(options));
  if (!audit) return failure(audit.error());
  std::string files;
  for (const auto& path : made) files += (files.empty() ? "" : " ") + path;
  const auto entry = (*audit)->append({"admin", {{"command", "init"}, {"user", user_of_process()}, {"made", files}}});
  if (!entry) return failure(entry.error());
  return (*audit)->close();
}

}  // namespace

std::string user_name(unsigned id) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> room{};
  const auto known = ::getpwuid_r(id, &entry, room.data(), room.size(), &found) == 0 && found != nullptr;
  return (known ? std::string(entry.pw_name) : std::string("?")) + " (" + std::to_string(id) + ")";
}

std::string user_of_process() {
  const auto uid = ::getuid();
  auto user = user_name(uid);
  const auto* sudo = std::getenv("SUDO_USER");  // NOLINT(concurrency-mt-unsafe)
  if (uid == 0 && sudo != nullptr) user += std::string(" for ") + sudo;
  return user;
}

Result<Admin> Admin::open(Settings settings, const ops::Clock& clock) {
  auto store = Store::open(settings.store, settings.master_key, std::chrono::floor<seconds>(clock()));
  if (!store) return failure(store.error());
  settings.admin_audit.clock = clock;
  auto audit = ops::AuditLog::open(std::move(settings.admin_audit));
  if (!audit) return failure(audit.error());
  return Admin(std::move(*store), std::move(*audit), clock);
}

Result<void> Admin::run(const std::string& command, const ops::Fields& arguments, const std::function<Result<void>(Store&, Time)>& act) {
  ops::Fields fields{{"command", command}, {"user", user_of_process()}};
  fields.insert(fields.end(), arguments.begin(), arguments.end());
  if (auto entry = audit_->append({"admin", fields}); !entry) return failure(entry.error());
  auto done = act(*store_, std::chrono::floor<seconds>(clock_()));
  if (done) return done;
  fields.emplace_back("problem", done.error().message());
  static_cast<void>(audit_->append({"admin_failed", fields}));
  return done;
}

Result<std::vector<std::string>> initialise(const std::string& config_path, Time now) {
  const auto master = master_key_file(config_path);
  if (!master) return failure(master.error());
  std::vector<std::string> made;
  // The configuration can't be read as a whole before the master key is there.
  if (auto done = make_missing({{*master, [] { return hex_line(crypto::random_secret(crypto::kMasterKeySize)); }}}, made); !done)
    return failure(done.error());
  auto settings = load_settings(config_path);
  if (!settings) return failure(ErrorKind::malformed, settings.error().front());
  const auto list = [] { return SecretBytes(as_bytes("# target  from  until  Xk client\n")); };
  auto done = make_missing({{settings->audit.key_file, [] { return crypto::PrivateKey::new_ed25519().to_pem(); }},
                            {settings->xk.on ? settings->xk.li_list : std::string(), list}},
                           made);
  if (!done) return failure(done.error());
  if (!std::filesystem::exists(settings->store.path)) {
    if (auto store = Store::create(settings->store, settings->master_key, now); !store) return failure(store.error());
    made.push_back(settings->store.path);
  }
  if (auto written = audit_init(settings->admin_audit, made, now); !written) return failure(written.error());
  return made;
}

}  // namespace li::kms
