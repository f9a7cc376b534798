#include "db/migrate.hpp"
#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

// A "sealed" column holds Vault::seal's octets, an "owner" the row of
// a LIID; times are milliseconds, or seconds where the column says so. The index of entries has all that is asked without their octets.
constexpr const char* kSteps[] = {
    R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE owners (id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL UNIQUE, sealed_liid BLOB NOT NULL, wrapped BLOB NOT NULL)
  STRICT;
CREATE TABLE destinations (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE entries (id INTEGER PRIMARY KEY, destination INTEGER NOT NULL, owner INTEGER NOT NULL, event INTEGER NOT NULL,
  sealed BLOB NOT NULL) STRICT;
CREATE INDEX entries_waiting ON entries (destination, id, owner);
CREATE TABLE states (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, owner INTEGER NOT NULL, name BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX states_by_name ON states (kind, owner, name);
CREATE TABLE numbers (owner INTEGER NOT NULL, name BLOB NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (owner, name)) STRICT, WITHOUT ROWID;
CREATE TABLE file_numbers (owner INTEGER NOT NULL, destination INTEGER NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY (owner, destination)) STRICT, WITHOUT ROWID;
CREATE TABLE uploads (destination INTEGER PRIMARY KEY, owner INTEGER, first INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE TABLE sources (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, last INTEGER NOT NULL, seen_seconds INTEGER NOT NULL) STRICT;
CREATE TABLE sightings (source INTEGER NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL, seen_seconds INTEGER NOT NULL,
  PRIMARY KEY (source, number)) STRICT, WITHOUT ROWID;
CREATE INDEX sightings_by_time ON sightings (seen_seconds);
INSERT INTO counters VALUES ('entries', 0), ('erasures', 0);
)",
    // The CIN of a session, whose numbers go with it. An owner whose key can't be opened stands aside for another one of that LIID; "aside"
    // is its name then. What an erased owner left goes, and the owner out of "erased" with it; rows of an owner that is nowhere stay.
    R"(
ALTER TABLE numbers ADD COLUMN cin INTEGER;
CREATE INDEX numbers_by_cin ON numbers (owner, cin) WHERE cin IS NOT NULL;
ALTER TABLE owners ADD COLUMN aside BLOB;
CREATE INDEX owners_aside ON owners (aside) WHERE aside IS NOT NULL;
CREATE TABLE erased (owner INTEGER PRIMARY KEY) STRICT;
)",
};

}  // namespace

Result<void> migrate_spool(Database& database) { return db::migrate(database, kSteps, "the spool"); }

}  // namespace li::delivery
