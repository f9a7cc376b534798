#include <algorithm>

#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

/// So much is written to the log before the keeper writes it back; SQLite itself does so, in mid-commit, only if the keeper can't follow.
constexpr std::uint64_t kWriteBack = 2'000'000;
/// Until a chore that failed is tried again.
constexpr std::chrono::seconds kAfterFault{1};

}  // namespace

void Confirmed::add(std::int64_t destination, const std::vector<std::int64_t>& ids) {
  const std::scoped_lock hold(lock_);
  ids_[destination].insert(ids.begin(), ids.end());
}

std::map<std::int64_t, Confirmed::Ids> Confirmed::all() const {
  const std::scoped_lock hold(lock_);
  return ids_;
}

Confirmed::Ids Confirmed::behind(std::int64_t destination, std::int64_t after) const {
  const std::scoped_lock hold(lock_);
  const auto of = ids_.find(destination);
  if (of == ids_.end()) return {};
  return {of->second.upper_bound(after), of->second.end()};
}

void Confirmed::removed(const std::map<std::int64_t, Ids>& ids) {
  const std::scoped_lock hold(lock_);
  for (const auto& [destination, gone] : ids) {
    auto& left = ids_[destination];
    for (const auto id : gone) left.erase(id);
    if (left.empty()) ids_.erase(destination);
  }
}

bool Confirmed::empty() const {
  const std::scoped_lock hold(lock_);
  return ids_.empty();
}

Result<void> SqliteSpool::Parts::remove(Connection& connection, const std::map<std::int64_t, Confirmed::Ids>& ids) {
  if (ids.empty()) return {};
  for (const auto& [destination, of] : ids) {
    for (const auto id : of) {
      auto done = connection.database.execute("DELETE FROM entries WHERE id = ? AND destination = ?", id, destination);
      if (!done) return done;
    }
  }
  return connection.database.execute("DELETE FROM uploads WHERE first NOT IN (SELECT id FROM entries)");
}

Result<void> SqliteSpool::Parts::flush() {
  if (confirmed.empty()) return {};  // they went with a batch
  std::map<std::int64_t, Confirmed::Ids> ids;
  auto done = in_transaction([&](Database&) {
    ids = confirmed.all();
    return remove(keeper, ids);
  });
  if (!done) return done;
  confirmed.removed(ids);
  note_commit(0, true);
  return {};
}

Result<void> SqliteSpool::Parts::write_back() {
  const std::scoped_lock hold(keeper.lock);
  return keeper.database.execute("PRAGMA wal_checkpoint(PASSIVE)");
}

Result<void> SqliteSpool::Parts::cut() {
  const std::scoped_lock hold(writing, keeper.lock, reader.lock, looker.lock);
  auto checkpoint = keeper.database.query("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto busy = checkpoint.next() && checkpoint.integer(0) != 0;
  if (auto done = checkpoint.done(); !done) return done;
  if (busy) return failure(ErrorKind::limit, std::string(kLogIsRead));
  return {};
}

void SqliteSpool::Parts::note_commit(std::uint64_t octets, bool removed) {
  const std::scoped_lock hold(chores.lock);
  chores.octets += octets;
  if (chores.octets >= kWriteBack) chores.octets = 0, chores.write_back = true;
  if (removed && !chores.cut_at) chores.cut_at = Chores::Clock::now() + options.overwrite_delay;
  if (chores.write_back || removed) chores.wake.notify_one();
}

void SqliteSpool::Parts::note_confirmed() {
  const std::scoped_lock hold(chores.lock);
  if (!chores.flush_at) chores.flush_at = Chores::Clock::now() + options.confirm_delay;
  chores.wake.notify_one();
}

void SqliteSpool::Parts::stop_chores() {
  {
    const std::scoped_lock hold(chores.lock);
    chores.stop = true;
  }
  chores.wake.notify_one();
  if (chores.thread.joinable()) chores.thread.join();
}

void SqliteSpool::Parts::run_chores() {
  const auto tell = [this](const Result<void>& done) {
    if (!done && options.on_fault) options.on_fault(done.error());
    return done.has_value();
  };
  const auto due = [](std::optional<Chores::Clock::time_point>& at) {
    if (!at || *at > Chores::Clock::now()) return false;
    at.reset();
    return true;
  };
  for (std::unique_lock hold(chores.lock); !chores.stop;) {
    const auto write_back = std::exchange(chores.write_back, false);
    const auto flush_now = due(chores.flush_at);
    const auto cut_now = due(chores.cut_at);
    if (!write_back && !flush_now && !cut_now) {
      chores.wait(hold);
      continue;
    }
    hold.unlock();
    const auto written = !write_back || tell(this->write_back());
    const auto flushed = !flush_now || tell(flush());
    const auto tidied = !cut_now || (flushed && tell(cut()));  // who has it locked is not waited for twice
    hold.lock();
    const auto later = Chores::Clock::now() + kAfterFault;
    if (!written) chores.octets = kWriteBack;  // with the next commit
    if (!flushed) chores.flush_at = later;
    if (!tidied) chores.cut_at = later;
  }
}

void Chores::wait(std::unique_lock<std::mutex>& hold) {
  if (!flush_at && !cut_at) return wake.wait(hold);
  wake.wait_until(hold, std::min(flush_at.value_or(Clock::time_point::max()), cut_at.value_or(Clock::time_point::max())));
}

}  // namespace li::delivery
