#include <algorithm>

#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

/// Rows removed in one transaction, so that a batch need not wait long.
constexpr std::size_t kChunk = 2'000;
/// A sequence of X2 from which nothing came for so long is forgotten.
constexpr std::chrono::days kForgetSource{90};

Result<std::vector<std::int64_t>> all(Query query) {
  std::vector<std::int64_t> ids;
  while (query.next()) ids.push_back(query.integer(0));
  if (auto done = query.done(); !done) return failure(done.error());
  return ids;
}

}  // namespace

Result<void> SqliteSpool::Parts::in_transaction(const std::function<Result<void>(Database&)>& act) {
  const std::scoped_lock hold(writing, keeper.lock);
  Transaction transaction(keeper.database);
  if (!transaction.begun()) return transaction.begun();
  if (auto done = act(keeper.database); !done) return done;
  return transaction.commit();
}

Result<std::uint64_t> SqliteSpool::Parts::sweep() {
  std::unique_lock hold(keeper.lock);
  const auto erased = all(keeper.database.query("SELECT owner FROM erased"));
  if (!erased) return failure(erased.error());
  if (erased->empty()) return 0;
  const auto ids = all(keeper.database.query("SELECT id FROM entries WHERE owner IN (SELECT owner FROM erased)"));
  hold.unlock();
  if (!ids) return failure(ids.error());
  for (std::size_t at = 0; at < ids->size(); at += kChunk) {
    auto done = in_transaction([&](Database& database) -> Result<void> {
      for (auto i = at; i < std::min(at + kChunk, ids->size()); ++i) {
        if (auto removed = database.execute("DELETE FROM entries WHERE id = ?", (*ids)[i]); !removed) return removed;
      }
      return {};
    });
    if (!done) return failure(done.error());
  }
  auto done = in_transaction([&](Database& database) -> Result<void> {
    for (const auto owner : *erased) {
      for (const auto* sql :
           {"DELETE FROM states WHERE owner = ?", "DELETE FROM numbers WHERE owner = ?", "DELETE FROM file_numbers WHERE owner = ?",
            "DELETE FROM uploads WHERE owner = ?", "DELETE FROM erased WHERE owner = ?"}) {
        if (auto removed = database.execute(sql, owner); !removed) return removed;
      }
    }
    return {};
  });
  if (!done) return failure(done.error());
  return ids->size();
}

Result<void> SqliteSpool::Parts::look_for_erasures() {
  const auto found = one_integer(batches.database.query("SELECT value FROM counters WHERE name = 'erasures'"));
  if (!found) return failure(found.error());
  if (std::exchange(erasures, found->value_or(0)) == found->value_or(0)) return {};
  batches.forget();
  const std::scoped_lock hold(keeper.lock, reader.lock);
  keeper.forget();
  reader.forget();
  return {};
}

Result<void> SqliteSpool::Parts::forget_sightings(std::chrono::sys_seconds before) {
  for (auto left = true; left;) {
    auto done = in_transaction([&](Database& database) -> Result<void> {
      auto removed = database.execute(
          "DELETE FROM sightings WHERE (source, number) IN (SELECT source, number FROM sightings INDEXED BY "
          "sightings_by_time WHERE seen_seconds < ? LIMIT 2000)",
          before);
      left = database.changes() > 0;
      return removed;
    });
    if (!done) return done;
  }
  return in_transaction([&](Database& database) {
    return database.execute("DELETE FROM sources WHERE seen_seconds < ?", std::chrono::sys_seconds(before - kForgetSource));
  });
}

}  // namespace li::delivery
