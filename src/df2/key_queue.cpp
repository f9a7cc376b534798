#include "df2/key_queue.hpp"

#include <algorithm>

namespace li::df2 {

KeyQueue::Added KeyQueue::add(KeyQuestion& question, SteadyTime now, SteadyTime until) {
  if (const auto known = known_.find(question.id); known != known_.end()) {
    known->second = question.liids;
    return Added::known;
  }
  if (known_.size() >= most_) return Added::full;
  known_.emplace(question.id, question.liids);
  waiting_.emplace(now, KeyJob{std::move(question), until, {}, false, {}, false, {}});
  return Added::yes;
}

std::optional<KeyJob> KeyQueue::take(SteadyTime now) {
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    auto job = std::move(waiting_.extract(waiting_.begin()).mapped());
    if (is_known(job.question.id)) return job;
  }
  return {};
}

std::optional<KeyJob> KeyQueue::again(KeyJob job, SteadyTime now) {
  if (!is_known(job.question.id)) return {};
  job.delay = job.delay.count() == 0 ? retries_.first : std::min(job.delay * 2, retries_.last);
  const auto next = now + job.delay;
  if (next >= job.until) {
    forget(job.question.id);
    return job;
  }
  waiting_.emplace(next, std::move(job));
  return {};
}

std::set<std::string> KeyQueue::liids(const std::string& id) const {
  const auto known = known_.find(id);
  return known == known_.end() ? std::set<std::string>() : known->second;
}

std::optional<SteadyTime> KeyQueue::due() const { return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first); }

}  // namespace li::df2
