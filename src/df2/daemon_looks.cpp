// What a timer and the pages look at.
#include "df2/daemon.hpp"

namespace li::df2 {

namespace {

constexpr auto kTidyEvery = std::chrono::hours(1);

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void Daemon::tick() {
  const auto now = frame_->clock();
  watch_.alarms().tell_counts();
  frame_->look_at_audit();
  frame_->look_at_certificates(contexts());
  watch_.look_at_lemfs(now);
  tidy(now);
  engine_->poke();
}

std::string Daemon::page() {
  const auto now = frame_->clock();
  look_at_spool(now);
  frame_->metrics.gauge("hi2_df2_x2_connections", "Network functions that are connected").set(static_cast<double>(intake_->connections()));
  frame_->metrics.gauge("hi2_df2_queue_bytes", "Events that wait for the disk").set(static_cast<double>(engine_->waiting_octets()));
  frame_->metrics.gauge("hi2_df2_sessions", "SIP sessions that are remembered").set(static_cast<double>(engine_->sessions()));
  frame_->metrics.gauge("hi2_df2_keys_open", "Questions for keys without an answer").set(static_cast<double>(keys_->open()));
  frame_->metrics.gauge("hi2_df2_spool_failing", "1 while nothing can be committed, and X2 is not read").set(engine_->failing() ? 1 : 0);
  const std::scoped_lock hold(mutex_);
  frame_->metrics.gauge("hi2_df2_warrants", "Warrants", {{"state", "valid"}}).set(static_cast<double>(warrants_->valid(now)));
  frame_->metrics.gauge("hi2_df2_warrants", "Warrants", {{"state", "all"}}).set(static_cast<double>(warrants_->all().size()));
  return frame_->metrics.render();
}

void Daemon::look_at_spool(TimePoint now) {
  for (const auto& name : settings_.destinations()) {
    const auto depth = spool_->depth(name);
    if (!depth) continue;
    const ops::Labels labels{{"destination", name}};
    frame_->metrics.gauge("hi2_df2_spool_entries", "Records that wait for their LEMF", labels).set(static_cast<double>(depth->entries));
    frame_->metrics.gauge("hi2_df2_spool_oldest_seconds", "Age of the oldest of them", labels)
        .set(depth->oldest ? std::max(0.0, seconds(now - *depth->oldest)) : 0);
  }
}

std::vector<ops::NamedTls> Daemon::contexts() const {
  auto contexts = deliveries_->contexts();
  contexts.insert(contexts.end(), kms_tls_.begin(), kms_tls_.end());
  contexts.push_back({"x2", x2_tls_});
  return contexts;
}

// PDUs of X2 that nobody will send again are forgotten.
void Daemon::tidy(TimePoint now) {
  if (tidied_ && now - *tidied_ < kTidyEvery && now >= *tidied_) return;
  tidied_ = now;
  if (auto done = spool_->tidy(now - settings_.spool.sightings); !done)
    frame_->log.warning("the spool can't be tidied", {{"problem", done.error().message()}});
}

std::vector<std::string> Daemon::health() const {
  auto wrong = frame_->health();
  if (const auto failing = engine_->failing())
    wrong.insert(wrong.begin(), "the spool can't be written, X2 is not read: " + failing->message());
  return wrong;
}

}  // namespace li::df2
