#include "ops/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "ops/file_impl.hpp"
#include "ops/user.hpp"

namespace li::ops {
namespace {

constexpr auto kTick = std::chrono::seconds(5);
constexpr std::int64_t kLongest = 3'600'000;  // poll() counts milliseconds in an int

Fd checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return Fd(fd);
}

sigset_t ours() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

Fields fields_of(const std::optional<SignalSender>& sender) {
  if (!sender) return {};
  return {{"user", user_name(sender->user)}, {"process", sender->process}};
}

}  // namespace

struct Signals::State {
  sigset_t set = ours();
  sigset_t before{};
  std::optional<SignalSender> sender;
  Fd signals = checked(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
  Fd stop = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
};

Signals::Signals() : state_(std::make_unique<State>()) {
  pthread_sigmask(SIG_BLOCK, &state_->set, &state_->before);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

Signals::~Signals() { pthread_sigmask(SIG_SETMASK, &state_->before, nullptr); }

std::optional<Signal> Signals::wait(std::optional<std::chrono::milliseconds> most) {
  const auto end = std::chrono::steady_clock::now() + most.value_or(std::chrono::milliseconds(0));
  state_->sender.reset();
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd ready[] = {{state_->stop.get(), POLLIN, 0}, {state_->signals.get(), POLLIN, 0}};
    const int found = poll(ready, 2, most ? static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongest)) : -1);
    if ((ready[0].revents & POLLIN) != 0) return Signal::stop;
    signalfd_siginfo info{};
    if (found > 0 && read(state_->signals.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      state_->sender = SignalSender{info.ssi_uid, static_cast<int>(info.ssi_pid)};
      return info.ssi_signo == SIGHUP ? Signal::reload : Signal::stop;
    }
    if (most && left <= 0) return {};
  }
}

std::optional<SignalSender> Signals::sender() const { return state_->sender; }

void Signals::stop() {
  // Can't fail: the counter is far from full.
  (void)!eventfd_write(state_->stop.get(), 1);
}

void serve(Signals& signals, const std::function<void(const Fields& who)>& reload, const std::function<void()>& tick) {
  static_cast<void>(notify_ready());
  for (;;) {
    const auto signal = signals.wait(kTick);
    if (signal == Signal::stop) break;
    if (signal == Signal::reload) {
      static_cast<void>(notify_reloading());
      reload(fields_of(signals.sender()));
      static_cast<void>(notify_ready());
    }
    tick();
  }
  static_cast<void>(notify_stopping());
}

}  // namespace li::ops
