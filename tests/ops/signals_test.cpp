// Signals as a daemon waits for them, and what a service manager hears.
#include "ops/signals.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "tests/ops/support.hpp"

namespace li::ops {
namespace {

using namespace std::chrono_literals;

TEST(Signals, AreWaitedFor) {
  Signals signals;
  for (const auto& [number, signal] : {std::pair{SIGHUP, Signal::reload}, {SIGTERM, Signal::stop}, {SIGINT, Signal::stop}}) {
    ASSERT_EQ(kill(getpid(), number), 0);
    EXPECT_EQ(signals.wait(), signal);
    ASSERT_TRUE(signals.sender());
    EXPECT_EQ(signals.sender()->user, getuid());
    EXPECT_EQ(signals.sender()->process, getpid());
  }
  EXPECT_EQ(signals.wait(0ms), std::nullopt);
  EXPECT_EQ(signals.wait(1ms), std::nullopt);
  EXPECT_FALSE(signals.sender());
}

TEST(Signals, ReachTheOneThatWaitsWhateverThreadsThereAre) {
  Signals signals;
  std::thread other([] { kill(getpid(), SIGTERM); });
  EXPECT_EQ(signals.wait(), Signal::stop);
  other.join();
}

TEST(Signals, AThreadMayStopToo) {
  Signals signals;
  std::thread other([&] { signals.stop(); });
  EXPECT_EQ(signals.wait(), Signal::stop);
  other.join();
  EXPECT_EQ(signals.wait(1h), Signal::stop);
}

TEST(Signals, BrokenPipesAndFullFilesAreErrorsOnly) {
  const Signals signals;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_EQ(write(ends[1], "x", 1), -1);
  close(ends[1]);
}

/// What a service manager listens on.
class Manager {
 public:
  explicit Manager(std::string name) : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0) throw std::runtime_error("no socket");
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() { unsetenv("NOTIFY_SOCKET"), close(fd_); }
  [[nodiscard]] std::string heard() const {
    char text[1024];
    const auto size = recv(fd_, text, sizeof text, MSG_DONTWAIT);
    return {text, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

 private:
  int fd_;
};

TEST(Notify, TellsTheServiceManager) {
  const test::Folder folder;
  for (const auto& name : {folder / "notify", "@hi2kit-test-" + std::to_string(getpid())}) {
    const Manager manager(name);
    EXPECT_TRUE(notify_ready());
    EXPECT_EQ(manager.heard(), "READY=1\n");
    EXPECT_TRUE(notify_ready("2 peers\nREADY=0"));
    EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=2 peers\n");
    EXPECT_TRUE(notify_stopping());
    EXPECT_EQ(manager.heard(), "STOPPING=1\n");
    EXPECT_TRUE(notify_reloading());
    EXPECT_TRUE(manager.heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  }
}

TEST(Notify, IsNothingWithoutOneAndAnErrorIfItIsGone) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_TRUE(notify_ready());
  setenv("NOTIFY_SOCKET", "vsock:1:2", 1);
  EXPECT_FALSE(notify_ready());
  setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
  EXPECT_FALSE(notify_ready());
  unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace li::ops
