// What a timer and the pages look at.
#include "df2/daemon.hpp"

namespace li::df2 {

namespace {

constexpr auto kWarnBefore = std::chrono::days(14);
constexpr auto kTidyEvery = std::chrono::hours(1);

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void Daemon::tick() {
  const auto now = clock_();
  watch_.alarms().tell_counts();
  audit_->tick();
  look_at_audit();
  look_at_certificates(now);
  watch_.look_at_lemfs(now);
  tidy(now);
  engine_->poke();
}

std::string Daemon::page() {
  const auto now = clock_();
  look_at_spool(now);
  metrics_.gauge("hi2_df2_x2_connections", "Network functions that are connected").set(static_cast<double>(intake_->connections()));
  metrics_.gauge("hi2_df2_queue_bytes", "Events that wait for the disk").set(static_cast<double>(engine_->waiting_octets()));
  metrics_.gauge("hi2_df2_sessions", "SIP sessions that are remembered").set(static_cast<double>(engine_->sessions()));
  metrics_.gauge("hi2_df2_keys_open", "Questions for keys without an answer").set(static_cast<double>(keys_->open()));
  metrics_.gauge("hi2_df2_spool_failing", "1 while nothing can be committed, and X2 is not read").set(engine_->failing() ? 1 : 0);
  const std::scoped_lock hold(mutex_);
  metrics_.gauge("hi2_df2_warrants", "Warrants", {{"state", "valid"}}).set(static_cast<double>(warrants_->valid(now)));
  metrics_.gauge("hi2_df2_warrants", "Warrants", {{"state", "all"}}).set(static_cast<double>(warrants_->all().size()));
  return metrics_.render();
}

void Daemon::look_at_spool(TimePoint now) {
  for (const auto& name : settings_.destinations()) {
    const auto depth = spool_->depth(name);
    if (!depth) continue;
    const ops::Labels labels{{"destination", name}};
    metrics_.gauge("hi2_df2_spool_entries", "Records that wait for their LEMF", labels).set(static_cast<double>(depth->entries));
    metrics_.gauge("hi2_df2_spool_oldest_seconds", "Age of the oldest of them", labels)
        .set(depth->oldest ? std::max(0.0, seconds(now - *depth->oldest)) : 0);
  }
}

void Daemon::look_at_certificates(TimePoint now) {
  auto contexts = deliveries_->contexts();
  contexts.insert(contexts.end(), kms_tls_.begin(), kms_tls_.end());
  contexts.push_back({"x2", x2_tls_});
  const auto warn = !warned_ || now - *warned_ >= std::chrono::hours(24);
  for (const auto& one : contexts) {
    const auto left = one.tls->certificate_expiry() - std::chrono::floor<std::chrono::seconds>(now);
    metrics_.gauge("hi2_df2_certificate_seconds_left", "Until our certificate ends", {{"of", one.name}})
        .set(static_cast<double>(left.count()));
    if (!warn || left > kWarnBefore) continue;
    warned_ = now;
    log_.warning("a certificate ends soon", {{"of", one.name}, {"hours", left.count() / 3600}});
  }
}

void Daemon::look_at_audit() {
  const auto state = audit_->state();
  metrics_.gauge("hi2_audit_anchor_age_seconds", "age of the anchor on the disk; 0 while it knows every entry")
      .set(seconds(state.anchor_age));
  metrics_.gauge("hi2_audit_broken", "1 when nothing can be written to the audit trail before a restart").set(state.broken ? 1 : 0);
  if (state.broken && !trail_was_broken_)
    log_.critical("the audit trail can't be written: no keys are asked for", {{"problem", state.broken->message()}});
  trail_was_broken_ = state.broken.has_value();
}

// PDUs of X2 that nobody will send again are forgotten.
void Daemon::tidy(TimePoint now) {
  if (tidied_ && now - *tidied_ < kTidyEvery && now >= *tidied_) return;
  tidied_ = now;
  if (auto done = spool_->tidy(now - settings_.spool.sightings); !done)
    log_.warning("the spool can't be tidied", {{"problem", done.error().message()}});
}

std::vector<std::string> Daemon::health() const {
  std::vector<std::string> wrong;
  if (const auto failing = engine_->failing()) wrong.push_back("the spool can't be written, X2 is not read: " + failing->message());
  const auto trail = audit_->state();
  if (trail.broken) wrong.push_back("the audit trail can't be written: " + trail.broken->message());
  else if (watch_.audit_fails()) wrong.emplace_back("the audit trail can't be written");
  if (trail.anchor_failed) wrong.push_back("the anchor of the audit trail can't be written: " + trail.anchor_failed->message());
  return wrong;
}

}  // namespace li::df2
