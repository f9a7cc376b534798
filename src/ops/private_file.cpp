#include "ops/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "ops/private_file_impl.hpp"

namespace li::ops {
namespace {

tl::unexpected<Error> refuse(const std::filesystem::path& path, std::string text) {
  return failure({ErrorKind::unexpected, std::move(text), std::nullopt, path.string(), {}});
}

// "go-rwx" takes away what 077 forbids.
std::string chmod_for(unsigned forbidden) {
  std::string command;
  const auto part = [&](char who, unsigned bits) {
    if ((bits & 7U) == 0) return;
    command += command.empty() ? "" : ",";
    command += who;
    command += '-';
    for (const auto& [bit, letter] : {std::pair{4U, 'r'}, {2U, 'w'}, {1U, 'x'}}) {
      if ((bits & bit) != 0) command += letter;
    }
  };
  if ((forbidden >> 3U & 7U) == (forbidden & 7U)) {
    part('g', forbidden & 7U);
    return command.empty() ? command : command.insert(1, "o");
  }
  part('g', forbidden >> 3U);
  part('o', forbidden);
  return command;
}

Result<Fd> open_private(const std::filesystem::path& path, unsigned forbidden) {
  auto fd = open_file(path, O_RDONLY | O_NONBLOCK);  // a pipe in its place must not hold us up
  if (!fd) return fd;
  if (auto checked = check_private(*fd, path, forbidden); !checked) return failure(checked.error());
  return fd;
}

}  // namespace

Result<void> check_private(const Fd& fd, const std::filesystem::path& path, unsigned forbidden) {
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return failure(file_error(path, "can't be looked at", errno));
  if (!S_ISREG(info.st_mode)) return refuse(path, "is no regular file");
  if (info.st_uid != geteuid() && info.st_uid != 0) {
    return refuse(path, "belongs to user " + std::to_string(info.st_uid) + ", who is neither root nor the user of this program (" +
                            std::to_string(geteuid()) + "); mend it with: chown " + std::to_string(geteuid()) + " " + path.string());
  }
  if ((info.st_mode & forbidden) == 0) return {};
  char mode[16];
  std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode) & 07777U);
  return refuse(path,
                "is open to others (mode " + std::string(mode) + "); mend it with: chmod " + chmod_for(forbidden) + " " + path.string());
}

Result<void> check_private(const std::filesystem::path& path, unsigned forbidden) {
  const auto fd = open_private(path, forbidden);
  if (!fd) return failure(fd.error());
  return {};
}

Result<SecretBytes> read_private(const std::filesystem::path& path, unsigned forbidden, std::size_t most) {
  const auto fd = open_private(path, forbidden);
  if (!fd) return failure(fd.error());
  RecordBytes octets;
  for (;;) {
    const auto size = octets.size();
    octets.resize(size + 4096);
    const auto got = read(fd->get(), octets.data() + size, 4096);
    if (got < 0 && errno != EINTR) return failure(file_error(path, "can't be read", errno));
    octets.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (octets.size() > most) return refuse(path, "is larger than " + std::to_string(most) + " octets");
    if (got == 0) return SecretBytes(octets);
  }
}

}  // namespace li::ops
