#include "kms/daemon_impl.hpp"

namespace li::kms {

// Refusals of senders who are not proved to be anybody are limited, so that nobody fills the disk with them.
Journal Daemon::journal(bool limited) {
  return {[this](const std::string& event, const ops::Fields& fields) -> Result<void> {
            auto entry = audit_->append({event, fields});
            audit_fails_ = !entry;
            if (entry) return {};
            log_.critical("the audit trail can't be written: no keys are given", {{"problem", entry.error().message()}});
            return failure(entry.error());
          },
          [this, limited](std::string_view reason, const ops::Fields& fields) { alarm(reason, fields, limited); },
          [this](const std::string& service, const std::string& outcome) {
            metrics_.counter("hi2_kms_answers_total", "Answers, by what they were", {{"service", service}, {"outcome", outcome}}).add();
          }};
}

void Daemon::alarm(std::string_view reason, ops::Fields fields, bool limited) {
  if (limited && !audited_.take("refusals")) {
    ++unaudited_;
    metrics_.counter("hi2_kms_unaudited_refusals_total", "Refusals that were only counted, for there were too many").add();
    return;
  }
  if (const auto skipped = unaudited_.exchange(0); skipped != 0) fields.emplace_back("not_audited_before", skipped);
  const auto raised = events_.raise(reason, std::move(fields));
  audit_fails_ = !raised;
  if (!raised) log_.critical("the audit trail can't be written", {{"problem", raised.error().message()}});
}

std::vector<std::string> Daemon::health() const {
  std::vector<std::string> wrong;
  const auto tpk = store_->active_tpk();
  if (!tpk) wrong.push_back(tpk.error().message());
  if (tpk && !*tpk) wrong.emplace_back("there is no active TPK");
  if (audit_fails_) wrong.emplace_back("the audit trail can't be written");
  return wrong;
}

// A new TPK when there is none or it is old enough. The entry comes first: no key is made that the trail does not know.
void Daemon::rotate(Time now) {
  const auto active = store_->active_tpk();
  if (active && *active && now - (*active)->created < settings_.rotate_after) return;
  const auto old = active && *active ? std::string(as_text((*active)->id)) : std::string();
  if (!active) return log_.error("the store can't be read", {{"problem", active.error().message()}});
  if (auto entry = audit_->append({"tpk_rotate", {{"old", old}}}); !entry) {
    audit_fails_ = true;
    return log_.critical("the audit trail can't be written", {{"problem", entry.error().message()}});
  }
  const auto made = store_->rotate_tpk(now);
  if (!made) return log_.error("no new TPK", {{"problem", made.error().message()}});
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
  if (auto entry = audit_->append({"erased", fields}); !entry) audit_fails_ = true;
  log_.info("erased what has expired", fields);
}

}  // namespace li::kms
