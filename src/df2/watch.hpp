// df2/watch.hpp: what the parts of the daemon tell goes to log, metrics, alarms and audit trail here.
//
// Source:  docs/operations.md lists metrics and alarms.
// Units:   as the names of the metrics say.
// Errors:  none.
// Owns:    nothing but counts; log, metrics and trail must outlive it, and it the parts.
#pragma once

#include <atomic>

#include "delivery/sqlite_spool.hpp"
#include "df2/alarms.hpp"
#include "df2/intake.hpp"
#include "df2/key_source.hpp"
#include "ops/metrics.hpp"

namespace li::df2 {

class Watch {
 public:
  Watch(const ops::Log& log, ops::Metrics& metrics, ops::AuditLog& audit, double alarms_per_second)
      : log_(log), metrics_(metrics), audit_(audit), alarms_(log, metrics, audit, alarms_per_second, std::chrono::steady_clock::now) {}

  [[nodiscard]] Observer observer();
  [[nodiscard]] EngineEvents engine_events();
  [[nodiscard]] IntakeEvents intake_events();
  /// Every question and its outcome is in the audit trail before it leaves or is used. `answer` stays to be filled in.
  [[nodiscard]] KeySourceEvents key_events();

  // A LEMF, by its name. One that stays away is an alarm, and so is its return.
  void on_lemf(const std::string& name, const net::PeerIdentity& peer, bool acknowledges);
  void on_lemf_refused(const std::string& name, const std::string& why);
  void on_lemf_lost(const std::string& name, const std::string& why);
  void on_anchor_failure(const Error& error);
  void on_delivery_fault(const std::string& name, const std::string& why);
  /// For a timer.
  void look_at_lemfs(TimePoint now);
  void on_spool_fault(const Error& error);
  void on_unreadable(const delivery::SqliteSpool::Unreadable& row);
  void on_delivered(const std::string& name, const std::vector<TimePoint>& events, TimePoint now);

  [[nodiscard]] Result<void> audit(const std::string& event, const ops::Fields& fields);
  [[nodiscard]] Alarms& alarms() { return alarms_; }
  /// The last entry could not be written.
  [[nodiscard]] bool audit_fails() const { return audit_fails_; }

 private:
  void on_signal(const Signal& signal);
  void on_bug(std::string_view where, const std::string& what);
  ops::Counter count(const char* name, const char* help, const ops::Labels& labels) { return metrics_.counter(name, help, labels); }

  const ops::Log& log_;
  ops::Metrics& metrics_;
  ops::AuditLog& audit_;
  Alarms alarms_;
  std::atomic<bool> audit_fails_ = false;
  std::string stalled_;  ///< why nothing can be committed; of the engine's thread

  struct Away {
    std::string why;
    std::optional<TimePoint> since;  ///< the first look at it
    bool told = false;
  };
  std::mutex lemf_lock_;  ///< of the next two
  std::map<std::string, Away> away_;
  std::string spool_fault_;  ///< the last one
};

}  // namespace li::df2
