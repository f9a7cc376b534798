#include "ops/user.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace li::ops {

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

}  // namespace li::ops
