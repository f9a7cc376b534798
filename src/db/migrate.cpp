#include "db/migrate.hpp"

namespace li::db {

namespace {

Result<std::int64_t> version(Database& database) {
  auto query = database.query("SELECT coalesce(max(version), 0) FROM migrations");
  const auto found = query.next() ? query.integer(0) : 0;
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<void> take(Database& database, const char* step, std::int64_t number) {
  Transaction transaction(database);
  if (!transaction.begun()) return transaction.begun();
  const auto at = version(database);
  if (!at) return failure(at.error());
  if (*at >= number) return {};  // another process was here first
  if (auto done = database.run(step); !done) return done;
  if (auto done = database.execute("INSERT INTO migrations VALUES (?, CAST(strftime('%s', 'now') AS INTEGER))", number); !done) return done;
  return transaction.commit();
}

}  // namespace

Result<void> migrate(Database& database, std::span<const char* const> steps, std::string_view what) {
  const auto made = database.run("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied INTEGER NOT NULL) STRICT");
  if (!made) return made;
  const auto at = version(database);
  if (!at) return failure(at.error());
  if (*at > static_cast<std::int64_t>(steps.size()))
    return failure(ErrorKind::unexpected, std::string(what) + " was made by a newer version of this program");
  for (auto next = static_cast<std::size_t>(*at); next < steps.size(); ++next) {
    if (auto done = take(database, steps[next], static_cast<std::int64_t>(next) + 1); !done) return done;
  }
  return {};
}

}  // namespace li::db
