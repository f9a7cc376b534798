// lemf/daemon.hpp: a LEMF as it runs: store, receiver, drop folder, audit trail, log and metrics.
//
// Source:  docs/lemf.md, docs/decisions.md.
// Units:   as the parts have it.
// Errors:  start() and reload() say everything that is wrong, a line each. A reload that fails changes nothing, unless a certificate's
//          files change between the look at them and their use, which is a critical line in the log.
// Owns:    all of it. stop() or the destructor ends it: what was read is stored and confirmed.
#pragma once

#include "lemf/drop_folder.hpp"
#include "lemf/receiver.hpp"
#include "lemf/settings.hpp"
#include "ops/alarms.hpp"
#include "ops/daemon_frame.hpp"

namespace li::lemf {

using ops::Problems;

class Daemon {
 public:
  using Surroundings = ops::Surroundings;
  [[nodiscard]] static tl::expected<std::unique_ptr<Daemon>, Problems> start(const std::string& config_path, const Surroundings& around);
  /// What a start would say about the configuration and the files that it names, without one.
  [[nodiscard]] static Problems check(const std::string& config_path);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Reads again: certificates, mediation functions and log level. A changed key that stays as it was at the start is a problem. `who`
  /// tells by whose order.
  [[nodiscard]] tl::expected<void, Problems> reload(const ops::Fields& who = {});
  /// Looks at certificates, counts and trail. Every few seconds.
  void tick();
  void stop();

  /// 0 without [hi2].
  [[nodiscard]] std::uint16_t hi2_port() const { return receiver_ ? receiver_->port() : std::uint16_t{0}; }
  [[nodiscard]] std::uint16_t metrics_port() const { return pages_->port(); }
  [[nodiscard]] const ops::Log& log() const { return frame_->log; }
  /// What is wrong now; nothing is fine.
  [[nodiscard]] std::vector<std::string> health() const;

 private:
  Daemon(std::string config_path, Settings settings, std::unique_ptr<ops::DaemonFrame> frame, std::unique_ptr<Store> store);
  [[nodiscard]] Result<void> serve();
  [[nodiscard]] Result<void> receive();
  void watch_folder();
  [[nodiscard]] ReceiverEvents events();
  void on_refused(net::Refusal refusal, const std::string& address);
  void on_outcome(const std::string& source, const Outcome& outcome);
  void on_notice(const std::string& source, const Notice& notice);
  void on_fault(const std::string& source, const Error& error);
  void on_file(const FileReport& report);
  [[nodiscard]] Problems take_over(const Settings& settings, const ops::Fields& who);
  void count();

  const std::string config_path_;
  const Settings settings_;  ///< as at the start
  const std::unique_ptr<ops::DaemonFrame> frame_;
  std::unique_ptr<Store> store_;
  ops::Alarms alarms_;
  std::vector<ops::NamedTls> contexts_;  ///< none without [hi2]
  std::unique_ptr<Receiver> receiver_;
  std::unique_ptr<DropFolder> folder_;
  std::unique_ptr<net::HttpServer> pages_;

  mutable std::mutex lock_;    ///< around the next ones
  std::string store_problem_;  ///< nothing could be stored at the last attempt
  std::string folder_problem_;
};

}  // namespace li::lemf
