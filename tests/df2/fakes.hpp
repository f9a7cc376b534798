// tests/df2/fakes.hpp: a spool in memory that can be full, and a processor that writes an entry for each event.
#pragma once

#include <condition_variable>
#include <mutex>

#include "db/sqlite.hpp"
#include "df2/engine.hpp"

namespace li::df2::test {

using namespace std::chrono_literals;

constexpr auto kGuard = 20s;
inline const TimePoint kNow{std::chrono::sys_seconds(std::chrono::seconds(1'795'172'401))};

/// What was committed, in order, as texts.
class HeldSpool : public delivery::Spool {
 public:
  /// The next commits fail, so many.
  void fail(int times, ErrorKind kind = ErrorKind::limit) {
    const std::scoped_lock hold(mutex_);
    failures_ = times;
    kind_ = kind;
  }
  /// The next commits of more than one entry find it locked, so many.
  void lock_out(int times) {
    const std::scoped_lock hold(mutex_);
    locks_ = times;
  }
  /// Larger batches fail.
  void leave_room(std::size_t entries) {
    const std::scoped_lock hold(mutex_);
    room_ = entries;
  }
  [[nodiscard]] std::vector<std::string> committed() const {
    const std::scoped_lock hold(mutex_);
    return committed_;
  }
  [[nodiscard]] int commits() const {
    const std::scoped_lock hold(mutex_);
    return commits_;
  }
  /// Waits until so many are committed.
  bool wait_for(std::size_t count) {
    std::unique_lock hold(mutex_);
    return changed_.wait_for(hold, kGuard, [&] { return committed_.size() >= count; });
  }
  /// A commit waits as long as it is held.
  void hold_commits(bool held) {
    const std::scoped_lock hold(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  [[nodiscard]] bool wait_for_held() {
    std::unique_lock hold(mutex_);
    return changed_.wait_for(hold, kGuard, [&] { return waiting_; });
  }

  Result<std::unique_ptr<Batch>> begin() override { return std::make_unique<HeldBatch>(*this); }
  Result<std::vector<delivery::Waiting>> read(std::string_view, std::int64_t, std::size_t, std::size_t) override {
    return std::vector<delivery::Waiting>{};
  }
  Result<void> confirm(std::string_view, const std::vector<std::int64_t>&) override { return {}; }
  Result<std::optional<delivery::Upload>> upload(std::string_view) override { return std::nullopt; }
  Result<void> begin_upload(std::string_view, const delivery::Upload&) override { return {}; }
  Result<std::uint64_t> next_file_number(std::string_view, ByteView) override { return 0; }
  Result<std::vector<delivery::State>> kept(std::string_view) override { return std::vector<delivery::State>{}; }
  Result<delivery::Depth> depth(std::string_view) override { return delivery::Depth{}; }
  Result<std::vector<Bytes>> liids() override { return std::vector<Bytes>{}; }
  Result<std::uint64_t> erase(ByteView) override {
    const std::scoped_lock hold(mutex_);
    return ++erasures_;
  }
  Result<std::uint64_t> erasures() override {
    const std::scoped_lock hold(mutex_);
    return erasures_;
  }
  Result<void> tidy(TimePoint) override { return {}; }

 private:
  struct HeldBatch : Batch {
    explicit HeldBatch(HeldSpool& of) : spool(of) {}
    Result<std::uint32_t> next_number(const delivery::NumberContext&) override { return 0U; }
    Result<std::uint64_t> next_id(std::string_view) override { return 1U; }
    Result<void> append(const delivery::Entry& entry) override {
      entries.emplace_back(as_text(entry.octets));
      return {};
    }
    Result<delivery::Sighting> sight(ByteView, std::uint32_t, ByteView, TimePoint) override { return delivery::Sighting{}; }
    Result<void> keep(const delivery::State&) override { return {}; }
    Result<void> forget(std::string_view, ByteView, ByteView) override { return {}; }
    Result<void> forget_numbers(ByteView, std::uint32_t) override { return {}; }
    Result<void> commit() override { return spool.take(entries); }
    HeldSpool& spool;
    std::vector<std::string> entries;
  };
  Result<void> take(const std::vector<std::string>& entries) {
    std::unique_lock hold(mutex_);
    waiting_ = held_;
    changed_.notify_all();
    changed_.wait(hold, [&] { return !held_; });
    waiting_ = false;
    if (entries.size() > 1 && locks_-- > 0) return failure(ErrorKind::limit, std::string(db::kLocked));
    if (failures_ > 0) {
      --failures_;
      return failure(kind_, "the disk is full");
    }
    if (entries.size() > room_) return failure(ErrorKind::limit, "the disk is full");
    ++commits_;
    committed_.insert(committed_.end(), entries.begin(), entries.end());
    changed_.notify_all();
    return {};
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> committed_;
  int failures_ = 0, locks_ = 0, commits_ = 0;
  std::uint64_t erasures_ = 0;
  std::size_t room_ = SIZE_MAX;
  ErrorKind kind_ = ErrorKind::limit;
  bool held_ = false, waiting_ = false;
};

/// What processors of one test share: they are made anew when a batch fails.
struct Script {
  std::mutex mutex;
  int restored = 0;
  std::vector<KeyQuestion> questions;          ///< given away behind the next commit
  std::optional<TimePoint> due;                ///< then one entry "tick" is written
  std::vector<std::string> signals_per_event;  ///< told for each event
  std::string throws_at;                       ///< a payload
  std::string short_of_memory_at;              ///< so often
  int shortages = 0;
  bool salvage_throws = false;
  int tick_throws = 0;                     ///< so often
  std::vector<std::string> withdrawn;      ///< given away behind the next commit
  std::vector<std::string> warrants_seen;  ///< how many warrants there were, for each event
};

class FakeProcessor : public Processor {
 public:
  FakeProcessor(Script& script, Observer observer) : script_(script), observer_(std::move(observer)) {}
  Result<void> handle(const x2::Pdu& pdu, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) override {
    const std::scoped_lock hold(script_.mutex);
    const std::string payload(as_text(pdu.payload));
    if (payload == script_.throws_at) throw std::length_error("a bug");
    if (payload == script_.short_of_memory_at && script_.shortages-- > 0) throw std::bad_alloc();
    for (const auto& reason : script_.signals_per_event) observer_.on_signal({reason, "LIID", payload, true});
    script_.warrants_seen.push_back(std::to_string(warrants.valid(now)));
    return batch.append({"lemf", to_bytes("LIID"), to_record_bytes(as_bytes(payload)), now});
  }
  Result<void> salvage(const x2::Pdu& pdu, const Warrants&, TimePoint now, delivery::Spool::Batch& batch) override {
    const std::scoped_lock hold(script_.mutex);
    if (script_.salvage_throws) throw std::length_error("another bug");
    return batch.append({"lemf", to_bytes("LIID"), to_record_bytes(as_bytes("raw " + std::string(as_text(pdu.payload)))), now});
  }
  Result<void> answer(KeyAnswer answer, const Warrants&, TimePoint now, delivery::Spool::Batch& batch) override {
    std::string text = "answer " + answer.id;
    if (const auto* response = std::get_if<xk::GetKeysResponse>(&answer.answer)) {
      if (const auto* sessions = std::get_if<std::vector<xk::CryptoSession>>(&response->answer))
        text += " " + to_hex(std::get<xk::SessionKey>(sessions->front().answer).key.reveal());
    }
    return batch.append({"lemf", to_bytes("LIID"), to_record_bytes(as_bytes(text)), now});
  }
  Result<void> tick(const Warrants&, TimePoint now, delivery::Spool::Batch& batch) override {
    const std::scoped_lock hold(script_.mutex);
    if (script_.tick_throws-- > 0) throw std::bad_alloc();
    script_.due.reset();
    return batch.append({"lemf", to_bytes("LIID"), to_record_bytes(as_bytes("tick")), now});
  }
  std::optional<TimePoint> due() const override {
    const std::scoped_lock hold(script_.mutex);
    return script_.due;
  }
  std::vector<KeyQuestion> take_questions() override {
    const std::scoped_lock hold(script_.mutex);
    return std::exchange(script_.questions, {});
  }
  std::vector<std::string> take_withdrawn() override {
    const std::scoped_lock hold(script_.mutex);
    return std::exchange(script_.withdrawn, {});
  }
  std::size_t sessions() const override { return 7; }

 private:
  Script& script_;
  Observer observer_;
};

[[nodiscard]] inline Restore scripted(Script& script) {
  return [&script](const Observer& observer) -> Result<std::unique_ptr<Processor>> {
    const std::scoped_lock hold(script.mutex);
    ++script.restored;
    return std::make_unique<FakeProcessor>(script, observer);
  };
}

[[nodiscard]] inline x2::Pdu event(std::string_view payload) {
  x2::Pdu pdu;
  pdu.xid = *x2::to_xid("3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b");
  pdu.direction = x2::Direction::from_target;
  pdu.payload = to_record_bytes(as_bytes(payload));
  return pdu;
}

}  // namespace li::df2::test
