#include "kms/daemon_impl.hpp"

namespace li::kms {

namespace {

std::string to_string(const Origin& from) { return from.client.empty() ? from.listener : from.listener + " " + from.client; }

}  // namespace

// Refusals are limited, so that nobody fills the disk with them; not those of get_keys, which has limits of its own.
Journal Daemon::journal(bool limited) {
  return {
      [this](const std::string& event, const ops::Fields& fields) { return frame_->audit(event, fields); },
      [this, limited](const Origin& from, std::string_view reason, const ops::Fields& fields) { alarm(from, reason, fields, limited); },
      [this](const std::string& service, const std::string& outcome) {
        frame_->metrics.counter("hi2_kms_answers_total", "Answers, by what they were", {{"service", service}, {"outcome", outcome}}).add();
      }};
}

void Daemon::alarm(const Origin& from, std::string_view reason, ops::Fields fields, bool limited) {
  const auto before = limited ? budget_.take(to_string(from)) : std::optional<std::uint64_t>(0);
  if (!before) {
    frame_->metrics.counter("hi2_kms_unaudited_refusals_total", "Refusals that were logged and counted only, for there were too many")
        .add();
    return frame_->security().tell(reason, std::move(fields));
  }
  if (*before != 0) fields.emplace_back("not_audited_before", *before);
  const auto audited = frame_->security().raise(reason, std::move(fields)).has_value();
  frame_->note_audit(audited);
  if (!audited && *before != 0) budget_.give_back(to_string(from), *before);
}

// What was counted since the last entry of its origin: a flood that ends must not wait for the next one.
void Daemon::audit_counts() {
  for (const auto& [origin, count] : budget_.take_counts()) {
    if (!frame_->audit("refusals_not_audited", {{"origin", origin}, {"count", count}})) budget_.give_back(origin, count);
  }
}

// A new TPK when there is none or it is old enough. The entry comes first: no key is made that the trail does not know.
void Daemon::rotate(Time now) {
  const auto active = store_->active_tpk();
  {
    const std::scoped_lock hold(store_lock_);
    store_problem_ = active ? std::string() : active.error().message();
  }
  if (!active) return frame_->log.error("the store can't be read", {{"problem", active.error().message()}});
  if (*active && now - (*active)->created < settings_.rotate_after) return;
  const auto old = *active ? std::string(as_text((*active)->id)) : std::string();
  if (!frame_->audit("tpk_rotate", {{"old", old}})) return;
  const auto made = store_->rotate_tpk(now);
  if (!made) {
    const std::scoped_lock hold(store_lock_);
    store_problem_ = "no new TPK: " + made.error().message();
    return frame_->log.error("no new TPK", {{"problem", made.error().message()}});
  }
  frame_->log.info("a new TPK protects tickets", {{"id", made->id}});
}

void Daemon::purge(Time now) {
  constexpr auto kEvery = std::chrono::minutes(1);
  if (now - purged_ < kEvery && now >= purged_) return;
  purged_ = now;
  const auto erased = store_->purge(now);
  if (!erased) return frame_->log.warning("not all that has expired is erased", {{"problem", erased.error().message()}});
  if (erased->tpks == 0 && erased->cached == 0) return;
  const ops::Fields fields{{"tpks", erased->tpks}, {"cached", erased->cached}, {"keys", erased->keys}};
  static_cast<void>(frame_->audit("erased", fields));
  frame_->log.info("erased what has expired", fields);
}

}  // namespace li::kms
