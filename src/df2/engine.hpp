// df2/engine.hpp: the one thread that makes records of events: it takes all that waits, works through it in one batch of the spool, and
// commits; what comes meanwhile goes into the next batch.
//
// A batch that can't be committed is given up together with the pipeline, which is restored from the spool, and the same input is worked
// through again until it can be: nothing is lost, and nothing more is taken in the meantime. When there is no room, only half of it is.
//
// Source:  docs/decisions.md (spool first; keep-alives are answered behind the commit; a full disk).
// Units:   octets; times are UTC, from the clock that is given.
// Errors:  make() says why the pipeline can't be restored. Later ones are told to EngineEvents.
// Owns:    its thread; stop() or the destructor ends it when all that waits is committed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "df2/pipeline.hpp"
#include "ops/audit.hpp"

namespace li::df2 {

/// What the engine drives: the pipeline, or a stand-in.
class Processor {
 public:
  virtual ~Processor() = default;
  [[nodiscard]] virtual Result<void> handle(const x2::Pdu& pdu, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) = 0;
  /// An event that handle() threw at: its octets as they are, without a look into them.
  [[nodiscard]] virtual Result<void> salvage(const x2::Pdu& pdu, const Warrants& warrants, TimePoint now,
                                             delivery::Spool::Batch& batch) = 0;
  [[nodiscard]] virtual Result<void> answer(KeyAnswer answer, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) = 0;
  [[nodiscard]] virtual Result<void> tick(const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) = 0;
  [[nodiscard]] virtual std::optional<TimePoint> due() const = 0;
  [[nodiscard]] virtual std::vector<KeyQuestion> take_questions() = 0;
  [[nodiscard]] virtual std::vector<std::string> take_withdrawn() = 0;
  [[nodiscard]] virtual std::size_t sessions() const = 0;
};

/// Makes a processor with what the spool keeps.
using Restore = std::function<Result<std::unique_ptr<Processor>>(const Observer&)>;
/// The pipeline. The spool must outlive what is made.
[[nodiscard]] Restore restore_pipeline(delivery::Spool& spool, std::shared_ptr<const PipelineRules> rules);

struct EngineSettings {
  std::size_t most_octets = 64 * 1024 * 1024;  ///< of events that wait or are being worked through; more are not taken
  std::size_t most_events = 2'000;             ///< in one batch
  std::chrono::milliseconds first_retry{100};  ///< of a batch that failed; each time it is twice as long
  std::chrono::milliseconds last_retry{5'000};
  std::chrono::milliseconds stop_grace{10'000};  ///< for a batch that fails when it is told to stop
};

/// Called by the engine's thread. What is not given is left out; what throws is told to on_bug, and holds up nothing else.
struct EngineEvents {
  /// What the processor says. An event that is worked through again says nothing again.
  Observer observer;
  std::function<void(std::vector<KeyQuestion>)> ask;  ///< behind the commit
  /// Questions that were asked and must not be asked on; behind the commit, before `ask`.
  std::function<void(const std::vector<std::string>& ids)> withdraw;
  std::function<void(std::size_t events, std::chrono::nanoseconds took)> on_commit;
  std::function<void(const Error&)> on_failure;  ///< each time that a batch fails
  std::function<void()> on_recovery;             ///< it works again
  std::function<void(const std::string&)> on_bug;
};

class Engine {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Engine>> make(delivery::Spool& spool, Restore restore,
                                                            std::shared_ptr<const Warrants> warrants, ops::Clock clock,
                                                            EngineSettings settings, EngineEvents events);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  void start();

  // From any thread.

  /// Takes an event of X2, waiting so long for room. False: there was none, and the event is still the caller's.
  [[nodiscard]] bool push(x2::Pdu& pdu, std::size_t octets, std::chrono::milliseconds most);
  /// `then` is called when everything that was pushed before is committed; without a wait for room.
  void behind_all(std::function<void()> then);
  void answer(KeyAnswer answer);
  /// In force from the next batch on. What is remembered of sessions is read from the spool again, as it is when something of the spool was
  /// erased by somebody else.
  void set_warrants(std::shared_ptr<const Warrants> warrants);
  /// Looks at the clock.
  void poke();

  /// Why batches fail at the moment; nothing is fine.
  [[nodiscard]] std::optional<Error> failing() const;
  [[nodiscard]] std::size_t waiting_octets() const;
  [[nodiscard]] std::size_t sessions() const { return sessions_; }
  /// Works through all that waits, then ends. What can't be committed within the grace is not: its keep-alives have no answer.
  void stop();

 private:
  struct Item {
    std::variant<std::monostate, x2::Pdu, KeyAnswer, std::function<void()>> what;
    TimePoint arrived;
    std::size_t octets = 0;
    bool told = false;  // the observer heard of it
    bool threw = false;
  };
  using Lock = std::unique_lock<std::mutex>;
  using Items = std::vector<Item>;

  Engine(delivery::Spool& spool, Restore restore, std::shared_ptr<const Warrants> warrants, ops::Clock clock, EngineSettings settings,
         EngineEvents events);
  void run();
  [[nodiscard]] std::optional<Items> take();
  [[nodiscard]] std::chrono::milliseconds until_due() const;
  void work(Items items);
  [[nodiscard]] bool commit(Items& items);
  void halve(Items& items);
  [[nodiscard]] Result<void> attempt_guarded(Items& items, const Warrants& warrants);
  [[nodiscard]] Result<void> attempt(Items& items, const Warrants& warrants);
  [[nodiscard]] Result<void> process(Item& item, const Warrants& warrants, delivery::Spool::Batch& batch);
  [[nodiscard]] Result<void> process_guarded(Item& item, const Warrants& warrants, delivery::Spool::Batch& batch);
  [[nodiscard]] bool is_due() const;
  [[nodiscard]] Result<void> restore();
  [[nodiscard]] Result<bool> erased();
  [[nodiscard]] Result<void> renew_if_erased();
  [[nodiscard]] bool wait_for_retry(std::chrono::milliseconds delay, std::chrono::steady_clock::time_point& give_up);
  void note_failure(const Error& error);
  void note_recovery();
  void settle(Items& items);
  void hand_over_questions();
  /// Calls what others gave us. It is false when that throws: no reason to end, nor to leave somebody else without an answer.
  template <typename What>
  bool tell(const What& what) noexcept {
    try {
      what();
      return true;
    } catch (const std::exception& bug) {
      tell_bug(bug.what());
    } catch (...) {
      tell_bug("something was thrown that is no exception");
    }
    return false;
  }
  void tell_bug(const char* what) noexcept;
  void add_unknown(const std::vector<KeyQuestion>& open, std::vector<std::string>& withdrawn) const;
  void put(Item item);
  [[nodiscard]] Observer unless_muted();

  delivery::Spool& spool_;
  const Restore restore_;
  const ops::Clock clock_;
  const EngineSettings settings_;
  const EngineEvents events_;

  mutable std::mutex mutex_;
  std::condition_variable work_;  // the engine's thread waits
  std::condition_variable room_;  // connections wait
  std::deque<Item> queue_;
  std::size_t octets_ = 0;  // of the queue and of the batch at work
  std::shared_ptr<const Warrants> warrants_;
  bool renew_ = false;
  bool poked_ = false;
  bool stopping_ = false;
  std::optional<Error> failing_;
  std::atomic<std::size_t> sessions_ = 0;

  // the engine's thread only
  std::unique_ptr<Processor> processor_;
  std::size_t most_events_;  // in the next batch: fewer behind a full disk
  bool muted_ = false;
  bool restored_ = false;        // the processor is new
  std::uint64_t erasures_ = 0;   // that it knows of
  std::set<std::string> asked_;  // questions that are out, or will be again
  std::set<std::string> read_;   // keys of the batch at work that the trail knows of already
  bool left_out_ = false;        // an item that made the processor throw
  std::thread thread_;
};

}  // namespace li::df2
