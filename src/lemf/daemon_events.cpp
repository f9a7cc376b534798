#include "db/sqlite.hpp"
#include "lemf/daemon.hpp"

namespace li::lemf {

ReceiverEvents Daemon::events() {
  ReceiverEvents events;
  events.on_refused = [this](net::Refusal refusal, const std::string& address) { on_refused(refusal, address); };
  events.on_failure = [this](const std::string& what) {
    log_.error("a connection failed: this is a bug", {{"what", what}});
    alarm("internal_error", {{"detail", what}});
  };
  events.on_connection = [this](const std::string& source, bool begins) {
    log_.info(begins ? "connected" : "disconnected", {{"mediation_function", source}});
  };
  events.on_broken = [this](const std::string& source, const Error& error) {
    alarm("broken_hi2", {{"mediation_function", source}, {"problem", error.message()}});
  };
  events.on_stored = [this](const std::string& source, const Outcome& outcome) {
    metrics_.counter("hi2_lemf_pdus_total", "PDUs received, those that came again too")
        .add(static_cast<double>(outcome.stored + outcome.duplicates));
    on_outcome(source, outcome);
  };
  events.on_fault = [this](const std::string& source, const Error& error) { on_fault(source, error); };
  return events;
}

void Daemon::on_refused(net::Refusal refusal, const std::string& address) {
  const auto reason = std::string(net::to_string(refusal));
  metrics_.counter("hi2_lemf_connections_refused_total", "Connections that were not let in", {{"reason", reason}}).add();
  alarm("tls_" + reason, {{"listener", "hi2"}, {"address", address}});
}

void Daemon::on_outcome(const std::string& source, const Outcome& outcome) {
  metrics_.counter("hi2_lemf_stored_total", "PDUs and records stored").add(static_cast<double>(outcome.stored));
  metrics_.counter("hi2_lemf_duplicates_total", "PDUs that were here before, dropped").add(static_cast<double>(outcome.duplicates));
  metrics_.counter("hi2_lemf_conflicts_total", "Other octets under a number that was here").add(static_cast<double>(outcome.conflicts));
  for (const auto& notice : outcome.notices) on_notice(source, notice);
  if (outcome.stored == 0) return;  // what was here needs no room
  const std::scoped_lock hold(lock_);
  if (!store_problem_.empty()) log_.info("storing again");
  store_problem_.clear();
}

void Daemon::on_notice(const std::string& source, const Notice& notice) {
  ops::Fields fields{{"source", source}, {"liid", readable(notice.liid)}, {"context", notice.context}};
  switch (notice.what) {
    case Notice::What::conflict: fields.emplace_back("number", notice.first); return alarm("conflict", std::move(fields));
    case Notice::What::disagreement: fields.emplace_back("number", notice.first); return alarm("disagreement", std::move(fields));
    case Notice::What::file_conflict: return alarm("file_conflict", std::move(fields));
    case Notice::What::file_mismatch: return alarm("file_mismatch", std::move(fields));
    case Notice::What::reset: return log_.warning("sequence numbers begin anew", fields);
    case Notice::What::gap:
    case Notice::What::gap_closed: break;
  }
  fields.emplace_back("first", notice.first);
  fields.emplace_back("last", notice.last);
  if (notice.what == Notice::What::gap_closed) return log_.info("a gap has closed", fields);
  metrics_.counter("hi2_lemf_gaps_total", "Runs of sequence numbers that did not come in their place").add();
  log_.warning("sequence numbers are missing", fields);
}

// Told once; it is tried again and again.
void Daemon::on_fault(const std::string& source, const Error& error) {
  metrics_.counter("hi2_lemf_store_failures_total", "Attempts to store that failed").add();
  const std::scoped_lock hold(lock_);
  const auto full = error.kind == ErrorKind::limit && error.text != db::kLocked;
  auto text = (full ? "the disk is full: nothing is taken: " : "nothing can be stored: ") + error.message();
  if (text != store_problem_)
    log_.critical(full ? "the disk is full" : "nothing can be stored", {{"source", source}, {"problem", error.message()}});
  store_problem_ = std::move(text);
}

void Daemon::on_file(const FileReport& report) {
  metrics_
      .counter("hi2_lemf_files_total", "Files of the drop folder, by what became of them", {{"outcome", std::string(name_of(report.what))}})
      .add();
  on_outcome(report.name, report.outcome);
  if (report.what == FileReport::What::put_off) return;  // the look says why
  metrics_.counter("hi2_lemf_records_total", "Records in files").add(static_cast<double>(report.records));
  metrics_.counter("hi2_lemf_bad_records_total", "What stood in files and was no record").add(static_cast<double>(report.bad));
  const ops::Fields fields{{"file", report.name}, {"records", report.records}, {"bad", report.bad}, {"problem", report.reason}};
  if (report.what == FileReport::What::rejected || report.what == FileReport::What::too_large) return alarm("file_rejected", fields);
  log_.info(report.what == FileReport::What::duplicate ? "a file that was here" : "a file", fields);
}

// Each is logged and counted; so many a second are audited, so that nobody fills the disk with them.
void Daemon::alarm(std::string_view reason, ops::Fields fields) {
  constexpr unsigned kAudited = 20;
  const auto second = std::chrono::floor<std::chrono::seconds>(clock_()).time_since_epoch();
  bool audited = false;
  {
    const std::scoped_lock hold(lock_);
    if (second != alarms_second_) alarms_ = 0;
    alarms_second_ = second;
    audited = alarms_++ < kAudited;
  }
  if (!audited) return security_.tell(reason, std::move(fields));
  if (const auto entry = security_.raise(reason, std::move(fields)); !entry)
    log_.critical("the audit trail can't be written", {{"problem", entry.error().message()}});
}

}  // namespace li::lemf
