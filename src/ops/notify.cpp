#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "ops/file_impl.hpp"
#include "ops/signals.hpp"

namespace li::ops {
namespace {

// A name that begins with @ is an abstract one: a zero octet stands there.
Result<void> send_to(std::string_view name, std::string_view text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool known = name.size() > 1 && (name[0] == '/' || name[0] == '@') && name.size() < sizeof address.sun_path;
  if (!known) return failure(ErrorKind::malformed, "NOTIFY_SOCKET names no unix socket");
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  const Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  const auto sent = sendto(fd.get(), text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  if (sent != static_cast<ssize_t>(text.size())) return failure(file_error(std::string(name), "can't be notified", errno));
  return {};
}

Result<void> notify(std::string text, std::string_view status) {
  const char* const name = std::getenv("NOTIFY_SOCKET");
  if (name == nullptr || *name == '\0') return {};
  if (!status.empty()) text += "\nSTATUS=" + std::string(status.substr(0, status.find('\n')));
  return send_to(name, text + "\n");
}

}  // namespace

Result<void> notify_ready(std::string_view status) { return notify("READY=1", status); }
Result<void> notify_stopping(std::string_view status) { return notify("STOPPING=1", status); }

// systemd wants the time with it, to know whether READY=1 comes from before.
Result<void> notify_reloading(std::string_view status) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
  return notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds), status);
}

}  // namespace li::ops
