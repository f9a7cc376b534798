#include "kms/store_impl.hpp"

namespace li::kms {

namespace {

// Each step once, in order; a step that was released is never changed. A "sealed" column holds Vault::seal's octets.
constexpr const char* kSteps[] = {
    R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE subscribers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL) STRICT;
CREATE TABLE identities (identity TEXT PRIMARY KEY, subscriber INTEGER NOT NULL REFERENCES subscribers ON DELETE CASCADE) STRICT;
CREATE INDEX identities_of ON identities (subscriber);
CREATE TABLE keys (key_id BLOB PRIMARY KEY, subscriber INTEGER NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  sealed BLOB NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE INDEX keys_of ON keys (subscriber);
CREATE INDEX keys_by_expiry ON keys (expires);
CREATE TABLE certificates (hash BLOB PRIMARY KEY, subscriber INTEGER NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  der BLOB NOT NULL) STRICT;
CREATE INDEX certificates_of ON certificates (subscriber);
CREATE TABLE groups (identity TEXT NOT NULL, member TEXT NOT NULL, PRIMARY KEY (identity, member)) STRICT, WITHOUT ROWID;
CREATE TABLE tpks (id BLOB PRIMARY KEY, sealed BLOB NOT NULL, created INTEGER NOT NULL, retired INTEGER) STRICT;
CREATE UNIQUE INDEX one_active ON tpks (retired IS NULL) WHERE retired IS NULL;
CREATE TABLE replays (hash BLOB PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX replays_by_expiry ON replays (expires);
CREATE TABLE cached (ticket BLOB NOT NULL, fork BLOB NOT NULL, sealed BLOB NOT NULL, expires INTEGER NOT NULL,
  PRIMARY KEY (ticket, fork)) STRICT;
CREATE INDEX cached_by_expiry ON cached (expires);
)",
};
constexpr auto kVersion = static_cast<std::int64_t>(std::size(kSteps));

Result<std::int64_t> version(Database& database) {
  auto query = database.query("SELECT coalesce(max(version), 0) FROM migrations");
  const auto found = query.next() ? query.integer(0) : 0;
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<void> step(Database& database, std::int64_t number, Time now) {
  Transaction transaction(database);
  if (!transaction.begun()) return transaction.begun();
  const auto at = version(database);
  if (!at) return failure(at.error());
  if (*at >= number) return {};  // another process was here first
  if (auto done = database.run(kSteps[number - 1]); !done) return done;
  if (auto done = database.execute("INSERT INTO migrations VALUES (?, ?)", number, now); !done) return done;
  return transaction.commit();
}

}  // namespace

Result<void> migrate(Database& database, Time now) {
  const auto made = database.run("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied INTEGER NOT NULL) STRICT");
  if (!made) return made;
  const auto at = version(database);
  if (!at) return failure(at.error());
  if (*at > kVersion) return failure(ErrorKind::unexpected, "the store was made by a newer version of this program");
  for (auto number = *at + 1; number <= kVersion; ++number) {
    if (auto done = step(database, number, now); !done) return done;
  }
  return {};
}

}  // namespace li::kms
