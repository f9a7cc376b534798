#include "ops/first_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "crypto/key.hpp"
#include "crypto/random.hpp"
#include "crypto/vault.hpp"
#include "ops/config.hpp"
#include "ops/user.hpp"

namespace li::ops {

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

}  // namespace

Result<void> make_missing(const std::vector<FirstFile>& wanted, std::vector<std::string>& made) {
  for (const auto& [path, content] : wanted) {
    if (path.empty() || std::filesystem::exists(path)) continue;
    const auto octets = content();
    if (auto written = write_new(path, octets.reveal()); !written) return written;
    made.push_back(path);
  }
  return {};
}

namespace {

// With a line feed.
SecretBytes new_master_key() {
  const auto key = crypto::random_secret(crypto::kMasterKeySize);
  RecordBytes text;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const auto octet : key.reveal()) {
    text.push_back(static_cast<std::uint8_t>(kDigits[octet >> 4]));
    text.push_back(static_cast<std::uint8_t>(kDigits[octet & 15]));
  }
  text.push_back('\n');
  return SecretBytes(text);
}

}  // namespace

Result<void> make_master_key(const std::string& config_path, std::string_view table, std::vector<std::string>& made) {
  const auto config = Config::load(config_path);
  if (!config) return failure(config.error());
  const auto where = config->root().table(table, "").text("master_key", "", "");
  if (!where.starts_with("file:")) return {};
  const std::filesystem::path path = where.substr(5);
  return make_missing({{(path.is_absolute() ? path : std::filesystem::path(config_path).parent_path() / path).string(), new_master_key}},
                      made);
}

FirstFile new_audit_key(const std::string& path) {
  return {path, [] { return crypto::PrivateKey::new_ed25519().to_pem(); }};
}

Result<void> audit_init(AuditOptions options, const std::vector<std::string>& made, TimePoint now) {
  options.clock = [now] { return now; };
  const auto audit = AuditLog::open(std::move(options));
  if (!audit) return failure(audit.error());
  std::string files;
  for (const auto& path : made) files += (files.empty() ? "" : " ") + path;
  const auto entry = (*audit)->append({"admin", {{"command", "init"}, {"user", user_of_process()}, {"made", files}}});
  if (!entry) return failure(entry.error());
  return (*audit)->close();
}

}  // namespace li::ops
