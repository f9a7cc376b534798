// df2/key_queue.hpp: questions for one KMS: which is to be asked when, and for how long. No threads, no clock.
//
// Source:  docs/decisions.md (a late answer is an answer).
// Units:   times of a steady clock.
// Errors:  none.
// Owns:    its questions, which may hold keys.
#pragma once

#include <chrono>
#include <map>

#include "df2/pipeline.hpp"

namespace li::df2 {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Retries {
  std::chrono::milliseconds first{250};  ///< each time it is twice as long
  std::chrono::milliseconds last{10'000};
  bool operator==(const Retries&) const = default;
};

/// A question with what became of it so far.
struct KeyJob {
  KeyQuestion question;
  SteadyTime until;  ///< so long it is asked again
  std::chrono::milliseconds delay{};
  bool audited = false;
  std::set<std::string> asked_for;                          ///< LIIDs that the trail has it for
  bool told = false;                                        ///< that the KMS refuses for now
  std::variant<std::monostate, NoAnswer, xk::Reason> last;  ///< of the last try
};

class KeyQueue {
 public:
  KeyQueue(Retries retries, std::size_t most) : retries_(retries), most_(most) {}

  enum class Added { yes, known, full };
  /// Moves from the question unless the queue is full. One that is known has its LIIDs from now on.
  [[nodiscard]] Added add(KeyQuestion& question, SteadyTime now, SteadyTime until);
  /// One that is known and whose time has come; it stays known until again() or forget().
  [[nodiscard]] std::optional<KeyJob> take(SteadyTime now);
  /// To be asked once more if it is still known; the job comes back when its time is over.
  [[nodiscard]] std::optional<KeyJob> again(KeyJob job, SteadyTime now);
  /// It is answered, or nobody waits for it any more: it is not asked again, and an answer that is on its way is nobody's.
  void forget(const std::string& id) { known_.erase(id); }
  [[nodiscard]] bool is_known(const std::string& id) const { return known_.contains(id); }
  /// Whose it is now: others may have come to wait for it while it was asked.
  [[nodiscard]] std::set<std::string> liids(const std::string& id) const;
  [[nodiscard]] std::optional<SteadyTime> due() const;
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  const Retries retries_;
  const std::size_t most_;
  std::multimap<SteadyTime, KeyJob> waiting_;
  std::map<std::string, std::set<std::string>, std::less<>> known_;  ///< LIIDs by id, of those that are being asked as well
};

}  // namespace li::df2
