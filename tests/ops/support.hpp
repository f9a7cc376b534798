// tests/ops/support.hpp: folders, keys and clocks for the tests of ops.
#pragma once

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "crypto/key.hpp"
#include "ops/audit.hpp"
#include "ops/audit_verify.hpp"
#include "tests/data/data.hpp"

namespace li::ops::test {

/// A folder that goes away in the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "hi2kit-ops-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline void write_file(const std::string& path, std::string_view text, unsigned mode = 0600) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  if (chmod(path.c_str(), mode) != 0) throw std::runtime_error("no mode for " + path);
}

inline std::string read_file(const std::string& path) { return li::test::read_text(path); }

inline constexpr TimePoint kNoon{std::chrono::milliseconds(1'795'176'001'204)};  // 2026-11-20T12:00:01.204Z

/// A folder with a key, and the options of a trail in it.
struct Trail {
  Folder folder;
  crypto::PrivateKey key = crypto::PrivateKey::new_ed25519();
  std::string path = folder / "audit.log";
  std::string anchor = folder / "audit.anchor";
  std::shared_ptr<TimePoint> now = std::make_shared<TimePoint>(kNoon);

  Trail() { write_file(folder / "audit.key", as_text(key.to_pem().reveal())); }

  [[nodiscard]] AuditOptions options() const {
    AuditOptions options;
    options.path = path;
    options.anchor = anchor;
    options.key_file = folder / "audit.key";
    options.clock = [time = now] { return *time; };
    return options;
  }
  [[nodiscard]] std::unique_ptr<AuditLog> open() const {
    auto log = AuditLog::open(options());
    if (!log) throw std::runtime_error(log.error().message());
    return std::move(*log);
  }
  /// log_created and `more` entries; the anchor knows all of them.
  void write(int more) const {
    const auto log = open();
    for (int i = 0; i < more; ++i) {
      if (!log->append({"key_request", {{"client", "df2.example"}, {"number", i}}})) throw std::runtime_error("no entry");
    }
  }
  [[nodiscard]] AuditReport verify(bool with_anchor = true) const {
    const auto public_key = key.public_key();
    const auto report = verify_audit(path, std::span(&public_key, 1), with_anchor ? std::optional(anchor) : std::nullopt);
    if (!report) throw std::runtime_error(report.error().message());
    return *report;
  }
};

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size() - 1);
    lines.push_back(text.substr(at, end + 1 - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace li::ops::test
