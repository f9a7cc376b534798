#include <thread>

#include "lemf/store_impl.hpp"

namespace li::lemf {

// Without its LIID and its key nothing of a row can be read or found, and the LIID may begin anew.
Result<void> Store::Impl::drop_key(const Bytes& liid) {
  const std::scoped_lock hold(lock_);
  forget();
  std::optional<db::Transaction> transaction;
  if (auto begun = begin(transaction); !begun) return begun;
  for (const auto* sql : {"UPDATE liids SET liid = NULL, wrapped = x'' WHERE liid = ?", "DELETE FROM resets WHERE liid = ?",
                          "DELETE FROM files WHERE liid = ?"}) {
    if (auto done = database_.execute(sql, liid); !done) return done;
  }
  return transaction->commit();
}

// Some of them; nothing when there are none left. How many were items.
Result<std::optional<std::uint64_t>> Store::Impl::drop_rows() {
  constexpr std::int64_t kBatch = 1000;
  const std::scoped_lock hold(lock_);
  items_.reset();
  std::optional<db::Transaction> transaction;
  if (auto begun = begin(transaction); !begun) return failure(begun.error());
  auto done = database_.execute(
      "DELETE FROM items WHERE id IN (SELECT i.id FROM liids l JOIN items i ON i.liid = l.id WHERE l.liid IS NULL LIMIT ?)", kBatch);
  if (!done) return failure(done.error());
  const auto items = database_.changes();
  auto rows = items;
  for (const auto* sql :
       {"DELETE FROM contexts WHERE id IN (SELECT c.id FROM liids l JOIN contexts c ON c.liid = l.id WHERE l.liid IS NULL "
        "LIMIT ?)",
        "DELETE FROM liids WHERE id IN (SELECT id FROM liids WHERE liid IS NULL LIMIT ?)"}) {
    if (rows != 0) break;  // those behind hang on them
    done = database_.execute(sql, kBatch);
    if (!done) return failure(done.error());
    rows = database_.changes();
  }
  done = transaction->commit();
  if (!done) return failure(done.error());
  if (rows == 0) return std::nullopt;
  return static_cast<std::uint64_t>(items);
}

// What was erased still stands in the log until it is written back and cut off.
Result<void> Store::Impl::cut_log() {
  const std::scoped_lock hold(lock_);
  auto checkpoint = database_.query("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto busy = checkpoint.next() && checkpoint.integer(0) != 0;
  if (auto done = checkpoint.done(); !done) return done;
  if (busy) return failure(ErrorKind::limit, "store: another process reads; the data key is gone, but stays in the log until erased again");
  return {};
}

Result<std::uint64_t> Store::Impl::erase(ByteView liid) {
  constexpr auto kPause = std::chrono::milliseconds(5);  // a process that waits for the lock looks for it now and then
  if (auto done = drop_key(to_bytes(liid)); !done) return failure(done.error());
  static_cast<void>(cut_log());  // the key, if nobody is in the way; all of it below
  constexpr int kMostLocked = 100;
  int locked = 0;  // others that store go first
  std::uint64_t erased = 0;
  for (;;) {
    const auto items = drop_rows();
    if (!items && items.error().text == db::kLocked && ++locked < kMostLocked) continue;
    if (!items) return failure(items.error());
    if (!*items) break;
    erased += **items;
    std::this_thread::sleep_for(kPause);
  }
  const auto tries = options_.patience / kPause;  // somebody who only stores is gone in a moment
  auto cut = cut_log();
  for (std::int64_t i = 1; i < tries && !cut && cut.error().kind == ErrorKind::limit; ++i) {
    std::this_thread::sleep_for(kPause);
    cut = cut_log();
  }
  if (!cut) return failure(cut.error());
  return erased;
}

}  // namespace li::lemf
