// ops/signals.hpp: how a daemon is told to stop and to reload, without code that runs in a signal handler.
//
// Source:  signalfd(2), sd_notify(3).
// Units:   none.
// Errors:  throws std::system_error if the system has no descriptors left: start-up fails then.
// Owns:    the signals SIGTERM, SIGINT and SIGHUP of the process while it lives.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "ops/fields.hpp"

namespace li::ops {

enum class Signal { stop, reload };

/// Who sent a signal, as the kernel says.
struct SignalSender {
  unsigned user = 0;  ///< real user id
  int process = 0;
};

class Signals {
 public:
  /// To be made before the first thread, which inherits that the signals are blocked. SIGPIPE and SIGXFSZ are ignored from now on:
  /// writing gives an error instead.
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();  ///< gives the signals back

  /// Waits for SIGTERM or SIGINT (stop), SIGHUP (reload) or stop() of another thread; with a time, nothing when it is over.
  [[nodiscard]] std::optional<Signal> wait(std::optional<std::chrono::milliseconds> most = {});
  /// Of the signal that wait() gave last; nothing for stop() and when a time was over.
  [[nodiscard]] std::optional<SignalSender> sender() const;
  /// Makes wait() return with stop, now and from now on. From any thread.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Tells the service manager, where there is one ($NOTIFY_SOCKET): "READY=1", "STOPPING=1", with a status to show.
[[nodiscard]] Result<void> notify_ready(std::string_view status = {});
[[nodiscard]] Result<void> notify_stopping(std::string_view status = {});
/// "RELOADING=1"; notify_ready() ends it.
[[nodiscard]] Result<void> notify_reloading(std::string_view status = {});

/// Serves until SIGTERM, SIGINT or Signals::stop(), and tells the service manager. `reload` at SIGHUP, with `user` and `process` of whoever
/// sent it; `tick` every few seconds and behind a reload.
void serve(Signals& signals, const std::function<void(const Fields& who)>& reload, const std::function<void()>& tick);

}  // namespace li::ops
