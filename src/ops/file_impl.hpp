// ops/file_impl.hpp: files as the audit trail and private files need them: durable, and with errors that name file and reason.
//
// Source:  open(2), fsync(2), rename(2).
// Errors:  "PATH: what: reason".
// Owns:    an Fd owns its descriptor.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace li::ops {

/// A file descriptor that is closed in the end.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// "PATH: WHAT: reason of errno"; kind missing where there is no such file.
[[nodiscard]] Error file_error(const std::filesystem::path& path, std::string_view what, int number);

[[nodiscard]] Result<Fd> open_file(const std::filesystem::path& path, int flags, unsigned mode = 0);
[[nodiscard]] Result<void> write_all(int fd, std::string_view octets, const std::filesystem::path& path);
/// Makes the names in the folder of `path` durable.
[[nodiscard]] Result<void> sync_folder_of(const std::filesystem::path& path);
/// Writes beside `path`, syncs and renames: a reader, and a crash, meet the old text or the new one. Mode 0600.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& path, std::string_view text);

}  // namespace li::ops
