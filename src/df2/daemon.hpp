// df2/daemon.hpp: a DF2/MF as it runs: X2 in, the engine, questions to KMSs, senders to LEMFs, audit trail, log and metrics.
//
// Source:  docs/operations.md, docs/decisions.md.
// Units:   as the parts have it.
// Errors:  start() and reload() say everything that is wrong, a line each. A reload that fails changes nothing, unless a certificate's
//          files change between the look at them and their use, which is a critical line in the log.
// Owns:    all of it. stop() or the destructor ends it: what was read is committed, what is on its way to a LEMF is waited for.
#pragma once

#include "delivery/sqlite_spool.hpp"
#include "df2/deliveries.hpp"
#include "ops/daemon_frame.hpp"

namespace li::df2 {

using ops::Problems;

class Daemon {
 public:
  using Surroundings = ops::Surroundings;  ///< the grace is each part's
  [[nodiscard]] static tl::expected<std::unique_ptr<Daemon>, Problems> start(const std::string& config_path, const Surroundings& around);
  /// What a start would say about the configuration and the files that it names, without one.
  [[nodiscard]] static Problems check(const std::string& config_path);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Reads again: warrants, certificates, log level. A changed key that stays as it was at the start is a problem. `who` tells by whose
  /// order, for the audit trail.
  [[nodiscard]] tl::expected<void, Problems> reload(const ops::Fields& who = {});

  /// Looks at certificates and trails, tells what was only counted, forgets old PDUs of X2. Every few seconds.
  void tick();
  void stop();

  [[nodiscard]] std::uint16_t x2_port() const { return intake_->port(); }
  [[nodiscard]] std::uint16_t metrics_port() const { return pages_->port(); }
  [[nodiscard]] const ops::Log& log() const { return frame_->log; }
  [[nodiscard]] Engine& engine() { return *engine_; }
  /// What is wrong now; nothing is fine.
  [[nodiscard]] std::vector<std::string> health() const;

 private:
  Daemon(std::string config_path, Settings settings, std::unique_ptr<ops::DaemonFrame> frame, std::unique_ptr<delivery::SqliteSpool> spool);
  [[nodiscard]] Result<void> assemble(std::shared_ptr<const Warrants> warrants);
  [[nodiscard]] Result<void> make_keys();
  [[nodiscard]] Result<void> listen();
  void use(std::shared_ptr<const Warrants> warrants);
  [[nodiscard]] Problems take_over(Settings settings, WarrantFile warrants, const ops::Fields& who);
  [[nodiscard]] std::string page();
  void look_at_spool(TimePoint now);
  [[nodiscard]] std::vector<ops::NamedTls> contexts() const;
  void tidy(TimePoint now);

  const std::string config_path_;
  const Settings settings_;  ///< as at the start
  const std::unique_ptr<ops::DaemonFrame> frame_;
  Watch watch_;
  std::unique_ptr<delivery::SqliteSpool> spool_;
  mutable std::mutex mutex_;  ///< of the next one
  std::shared_ptr<const Warrants> warrants_;
  std::unique_ptr<Deliveries> deliveries_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<XkKeySource> keys_;  ///< ends before the engine
  std::shared_ptr<net::TlsContext> x2_tls_;
  std::vector<ops::NamedTls> kms_tls_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<net::HttpServer> pages_;
  std::optional<TimePoint> tidied_;
  bool stopped_ = false;
};

}  // namespace li::df2
