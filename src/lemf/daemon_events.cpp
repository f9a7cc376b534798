#include "db/sqlite.hpp"
#include "lemf/daemon.hpp"

namespace li::lemf {

ReceiverEvents Daemon::events() {
  ReceiverEvents events;
  events.on_refused = [this](net::Refusal refusal, const std::string& address) { on_refused(refusal, address); };
  events.on_failure = [this](const std::string& what) {
    frame_->log.error("a connection failed: this is a bug", {{"what", what}});
    alarms_.raise("internal_error", {{"detail", what}});
  };
  events.on_connection = [this](const std::string& source, bool begins) {
    frame_->log.info(begins ? "connected" : "disconnected", {{"mediation_function", source}});
  };
  events.on_broken = [this](const std::string& source, const Error& error) {
    alarms_.raise("broken_hi2", {{"mediation_function", source}, {"problem", error.message()}});
  };
  events.on_stored = [this](const std::string& source, const Outcome& outcome) {
    frame_->metrics.counter("hi2_lemf_pdus_total", "PDUs received, those that came again too")
        .add(static_cast<double>(outcome.stored + outcome.duplicates));
    on_outcome(source, outcome);
  };
  events.on_fault = [this](const std::string& source, const Error& error) { on_fault(source, error); };
  return events;
}

void Daemon::on_refused(net::Refusal refusal, const std::string& address) {
  const auto reason = std::string(net::to_string(refusal));
  frame_->metrics.counter("hi2_lemf_connections_refused_total", "Connections that were not let in", {{"reason", reason}}).add();
  alarms_.raise("tls_" + reason, {{"listener", "hi2"}, {"address", address}});
}

void Daemon::on_outcome(const std::string& source, const Outcome& outcome) {
  frame_->metrics.counter("hi2_lemf_stored_total", "PDUs and records stored").add(static_cast<double>(outcome.stored));
  frame_->metrics.counter("hi2_lemf_duplicates_total", "PDUs that were here before, dropped").add(static_cast<double>(outcome.duplicates));
  frame_->metrics.counter("hi2_lemf_conflicts_total", "Other octets under a number that was here")
      .add(static_cast<double>(outcome.conflicts));
  for (const auto& notice : outcome.notices) on_notice(source, notice);
  if (outcome.stored == 0) return;  // what was here needs no room
  const std::scoped_lock hold(lock_);
  if (!store_problem_.empty()) frame_->log.info("storing again");
  store_problem_.clear();
}

void Daemon::on_notice(const std::string& source, const Notice& notice) {
  ops::Fields fields{{"source", source}, {"liid", readable(notice.liid)}, {"context", notice.context}};
  switch (notice.what) {
    case Notice::What::conflict: fields.emplace_back("number", notice.first); return alarms_.raise("conflict", std::move(fields));
    case Notice::What::disagreement: fields.emplace_back("number", notice.first); return alarms_.raise("disagreement", std::move(fields));
    case Notice::What::file_conflict: return alarms_.raise("file_conflict", std::move(fields));
    case Notice::What::file_mismatch: return alarms_.raise("file_mismatch", std::move(fields));
    case Notice::What::reset: return frame_->log.warning("sequence numbers begin anew", fields);
    case Notice::What::gap:
    case Notice::What::gap_closed: break;
  }
  fields.emplace_back("first", notice.first);
  fields.emplace_back("last", notice.last);
  if (notice.what == Notice::What::gap_closed) return frame_->log.info("a gap has closed", fields);
  frame_->metrics.counter("hi2_lemf_gaps_total", "Runs of sequence numbers that did not come in their place").add();
  frame_->log.warning("sequence numbers are missing", fields);
}

// Told once; it is tried again and again.
void Daemon::on_fault(const std::string& source, const Error& error) {
  frame_->metrics.counter("hi2_lemf_store_failures_total", "Attempts to store that failed").add();
  const std::scoped_lock hold(lock_);
  const auto full = error.kind == ErrorKind::limit && error.text != db::kLocked;
  auto text = (full ? "the disk is full: nothing is taken: " : "nothing can be stored: ") + error.message();
  if (text != store_problem_)
    frame_->log.critical(full ? "the disk is full" : "nothing can be stored", {{"source", source}, {"problem", error.message()}});
  store_problem_ = std::move(text);
}

void Daemon::on_file(const FileReport& report) {
  frame_->metrics
      .counter("hi2_lemf_files_total", "Files of the drop folder, by what became of them", {{"outcome", std::string(name_of(report.what))}})
      .add();
  on_outcome(report.name, report.outcome);
  if (report.what == FileReport::What::put_off) return;  // the look says why
  frame_->metrics.counter("hi2_lemf_records_total", "Records in files").add(static_cast<double>(report.records));
  frame_->metrics.counter("hi2_lemf_bad_records_total", "What stood in files and was no record").add(static_cast<double>(report.bad));
  const ops::Fields fields{{"file", report.name}, {"records", report.records}, {"bad", report.bad}, {"problem", report.reason}};
  if (report.what == FileReport::What::rejected || report.what == FileReport::What::too_large)
    return alarms_.raise("file_rejected", fields);
  frame_->log.info(report.what == FileReport::What::duplicate ? "a file that was here" : "a file", fields);
}

}  // namespace li::lemf
