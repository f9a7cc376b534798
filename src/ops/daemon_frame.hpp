// ops/daemon_frame.hpp: what every daemon runs in: clock, log, metrics and audit trail, and what is said there by all of them alike.
//
// Source:  docs/operations.md.
// Units:   as the names of the metrics say.
// Errors:  open() says why the trail can't be had. An entry that can't be written is a critical line and counted.
// Owns:    log, metrics and trail; whoever writes there must have ended before it. Any number of threads may use it, but for the looks.
#pragma once

#include <atomic>

#include "net/server.hpp"
#include "ops/audit.hpp"
#include "ops/config.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "ops/security_event.hpp"

namespace li::ops {

using Problems = std::vector<std::string>;

[[nodiscard]] inline tl::unexpected<Problems> problem(const Error& error) { return tl::unexpected(Problems{error.message()}); }

/// What tests put in the place of the system's.
struct Surroundings {
  Clock clock = system_now;
  LogOptions log;
  std::chrono::milliseconds grace = std::chrono::seconds(10);  ///< for what has begun when a daemon is told to stop
};

/// What a TLS context is for: a word of a closed list.
struct NamedTls {
  std::string name;
  std::shared_ptr<net::TlsContext> tls;
};

/// Notes files that TLS can't use.
void try_tls(const net::TlsSettings& settings, const std::string& where, Problems& problems);

class DaemonFrame {
 public:
  /// How a daemon speaks of itself.
  struct Words {
    std::string_view metrics;        ///< begins their names: "hi2_kms"
    std::string_view tls;            ///< label and field of a TLS context's name
    std::string_view without_audit;  ///< what is not done while the trail can't be written: ": no keys are given"
  };
  [[nodiscard]] static Result<std::unique_ptr<DaemonFrame>> open(const Words& words, const Surroundings& around, AuditOptions trail);
  DaemonFrame(const DaemonFrame&) = delete;
  DaemonFrame& operator=(const DaemonFrame&) = delete;
  ~DaemonFrame() = default;

  const Clock clock;
  const std::chrono::milliseconds grace;
  Log log;
  Metrics metrics;

  [[nodiscard]] AuditLog& trail() { return *trail_; }
  [[nodiscard]] SecurityEvents security() { return {log, metrics, *trail_}; }
  /// Returns when the entry is on the disk.
  [[nodiscard]] Result<void> audit(const std::string& event, const Fields& fields);
  /// Whether the last entry was written; health() tells.
  void note_audit(bool written) { audit_fails_ = !written; }
  /// What is wrong with the trail.
  [[nodiscard]] Problems health() const;

  /// GET /metrics and /health.
  [[nodiscard]] Result<std::unique_ptr<net::HttpServer>> serve_pages(const Address& address, std::function<std::string()> render,
                                                                     std::function<Problems()> health);
  void tell_listening(std::string_view listener, const Address& address, std::uint16_t port) const;

  /// The entry of the start.
  [[nodiscard]] Result<void> tell_start(const std::string& config_path, const Fields& in_force);
  /// Log and entry of a reload that is over: nothing is wrong, or nothing has changed.
  [[nodiscard]] tl::expected<void, Problems> tell_reload(const Problems& problems, const Fields& who);
  /// A reload went through, but for the files of this context: they have become bad since they were tried, and the old ones stay.
  void tell_kept(const NamedTls& one, const Error& why);
  /// The last entry; the trail is closed.
  void tell_stop();

  // For a timer.
  void look_at_audit();  ///< and writes its anchor when it is time
  void look_at_certificates(const std::vector<NamedTls>& contexts);

 private:
  DaemonFrame(const Words& words, const Surroundings& around) : clock(around.clock), grace(around.grace), log(around.log), words_(words) {}
  struct Ending;
  void on_anchor_failure(const Error& error);
  void look_at(const Ending& what, const std::string& name, std::chrono::sys_seconds end);

  const Words words_;
  std::unique_ptr<AuditLog> trail_;
  std::atomic<bool> audit_fails_ = false;                   ///< the last entry
  bool was_broken_ = false;                                 ///< at the last look
  std::map<std::string, std::optional<TimePoint>> warned_;  ///< by what ends soon
};

}  // namespace li::ops
