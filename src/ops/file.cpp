#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ops/file_impl.hpp"

namespace li::ops {

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

Error file_error(const std::filesystem::path& path, std::string_view what, int number) {
  const auto kind = number == ENOENT ? ErrorKind::missing : ErrorKind::unexpected;
  return {kind, std::string(what) + ": " + std::strerror(number), std::nullopt, path.string(), {}};
}

Result<Fd> open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  Fd fd(open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd.is_open()) return failure(file_error(path, "can't be opened", errno));
  return fd;
}

Result<void> write_all(int fd, std::string_view octets, const std::filesystem::path& path) {
  while (!octets.empty()) {
    const auto written = write(fd, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure(file_error(path, "can't be written", errno));
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const auto fd = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!fd) return failure(fd.error());
  if (fsync(fd->get()) != 0) return failure(file_error(folder, "can't be synced", errno));
  return {};
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view text) {
  auto beside = path;
  beside += ".new";
  {
    const auto fd = open_file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    if (!fd) return failure(fd.error());
    if (auto written = write_all(fd->get(), text, beside); !written) return written;
    if (fsync(fd->get()) != 0) return failure(file_error(beside, "can't be synced", errno));
  }
  if (rename(beside.c_str(), path.c_str()) != 0) return failure(file_error(path, "can't be replaced", errno));
  return sync_folder_of(path);
}

}  // namespace li::ops
