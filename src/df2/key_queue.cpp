#include "df2/key_queue.hpp"

#include <algorithm>

namespace li::df2 {

KeyQueue::Added KeyQueue::add(KeyQuestion& question, SteadyTime now, SteadyTime until) {
  if (known_.contains(question.id)) return Added::known;
  if (known_.size() >= most_) return Added::full;
  known_.insert(question.id);
  waiting_.emplace(now, KeyJob{std::move(question), until, {}, false, false, {}});
  return Added::yes;
}

std::optional<KeyJob> KeyQueue::take(SteadyTime now) {
  if (waiting_.empty() || waiting_.begin()->first > now) return {};
  return std::move(waiting_.extract(waiting_.begin()).mapped());
}

std::optional<KeyJob> KeyQueue::again(KeyJob job, SteadyTime now) {
  job.delay = job.delay.count() == 0 ? retries_.first : std::min(job.delay * 2, retries_.last);
  const auto next = now + job.delay;
  if (next >= job.until) {
    forget(job.question.id);
    return job;
  }
  waiting_.emplace(next, std::move(job));
  return {};
}

std::optional<SteadyTime> KeyQueue::due() const { return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first); }

}  // namespace li::df2
