#include "db/migrate.hpp"
#include "kms/store_impl.hpp"

namespace li::kms {

namespace {

// A "sealed" column holds Vault::seal's octets.
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

}  // namespace

Result<void> migrate(Database& database) { return db::migrate(database, kSteps, "the store"); }

}  // namespace li::kms
