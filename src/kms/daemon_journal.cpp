#include "kms/daemon_impl.hpp"

namespace li::kms {

// Refusals are limited, so that nobody fills the disk with them; not those of get_keys, which has limits of its own.
Journal Daemon::journal(bool limited) {
  return {[this](const std::string& event, const ops::Fields& fields) { return audit(event, fields); },
          [this, limited](const Origin& from, std::string_view reason, const ops::Fields& fields) { alarm(from, reason, fields, limited); },
          [this](const std::string& service, const std::string& outcome) {
            metrics_.counter("hi2_kms_answers_total", "Answers, by what they were", {{"service", service}, {"outcome", outcome}}).add();
          }};
}

Result<void> Daemon::audit(const std::string& event, const ops::Fields& fields) {
  auto entry = audit_->append({event, fields});
  audit_fails_ = !entry;
  if (entry) return {};
  log_.critical("the audit trail can't be written: no keys are given", {{"event", event}, {"problem", entry.error().message()}});
  metrics_.counter("hi2_audit_failures_total", "entries that could not be written to the audit trail").add();
  return failure(entry.error());
}

void Daemon::alarm(const Origin& from, std::string_view reason, ops::Fields fields, bool limited) {
  const auto before = limited ? budget_.take(from) : std::optional<std::uint64_t>(0);
  if (!before) {
    metrics_.counter("hi2_kms_unaudited_refusals_total", "Refusals that were logged and counted only, for there were too many").add();
    return events_.tell(reason, std::move(fields));
  }
  if (*before != 0) fields.emplace_back("not_audited_before", *before);
  audit_fails_ = !events_.raise(reason, std::move(fields));
  if (audit_fails_ && *before != 0) budget_.give_back(to_string(from), *before);
}

// What was counted since the last entry of its origin: a flood that ends must not wait for the next one.
void Daemon::audit_counts() {
  for (const auto& [origin, count] : budget_.take_counts()) {
    if (!audit("refusals_not_audited", {{"origin", origin}, {"count", count}})) budget_.give_back(origin, count);
  }
}

void Daemon::on_anchor_failure(const Error& error) {
  log_.critical("the anchor of the audit trail can't be written", {{"problem", error.message()}});
  metrics_.counter("hi2_audit_anchor_failures_total", "times that the anchor of the audit trail could not be written").add();
}

void Daemon::look_at_audit() {
  const auto state = audit_->state();
  metrics_.gauge("hi2_audit_anchor_age_seconds", "age of the anchor on the disk; 0 while it knows every entry")
      .set(std::chrono::duration<double>(state.anchor_age).count());
  metrics_.gauge("hi2_audit_broken", "1 when nothing can be written to the audit trail before a restart").set(state.broken ? 1 : 0);
  if (state.broken && !trail_was_broken_)
    log_.critical("the audit trail can't be written: no keys are given", {{"problem", state.broken->message()}});
  trail_was_broken_ = state.broken.has_value();
}

// A new TPK when there is none or it is old enough. The entry comes first: no key is made that the trail does not know.
void Daemon::rotate(Time now) {
  const auto active = store_->active_tpk();
  {
    const std::scoped_lock hold(store_lock_);
    store_problem_ = active ? std::string() : active.error().message();
  }
  if (!active) return log_.error("the store can't be read", {{"problem", active.error().message()}});
  if (*active && now - (*active)->created < settings_.rotate_after) return;
  const auto old = *active ? std::string(as_text((*active)->id)) : std::string();
  if (!audit("tpk_rotate", {{"old", old}})) return;
  const auto made = store_->rotate_tpk(now);
  if (!made) {
    const std::scoped_lock hold(store_lock_);
    store_problem_ = "no new TPK: " + made.error().message();
    return log_.error("no new TPK", {{"problem", made.error().message()}});
  }
  log_.info("a new TPK protects tickets", {{"id", made->id}});
}

void Daemon::purge(Time now) {
  constexpr auto kEvery = std::chrono::minutes(1);
  if (now - purged_ < kEvery && now >= purged_) return;
  purged_ = now;
  const auto erased = store_->purge(now);
  if (!erased) return log_.warning("not all that has expired is erased", {{"problem", erased.error().message()}});
  if (erased->tpks == 0 && erased->cached == 0) return;
  const ops::Fields fields{{"tpks", erased->tpks}, {"cached", erased->cached}, {"keys", erased->keys}};
  static_cast<void>(audit("erased", fields));
  log_.info("erased what has expired", fields);
}

}  // namespace li::kms
