#include "crypto/vault.hpp"
#include "lemf/store_impl.hpp"

namespace li::lemf {

namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::string_view kCheck = "hi2-lemf store";

// "sealed" holds Vault::seal's octets. No column but that and "wrapped" is made of octets that hold a key.
// "digest" is Vault::digest's of the octets, to find them again; empty without a number.
// A row of liids without an LIID is being erased.
constexpr auto kTables = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE liids (id INTEGER PRIMARY KEY AUTOINCREMENT, liid BLOB UNIQUE, wrapped BLOB NOT NULL) STRICT;
CREATE TABLE contexts (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE,
  liid INTEGER NOT NULL REFERENCES liids ON DELETE CASCADE, operator BLOB NOT NULL, element BLOB NOT NULL, cin INTEGER NOT NULL,
  country TEXT NOT NULL, kind TEXT NOT NULL, generation INTEGER NOT NULL, next INTEGER NOT NULL) STRICT;
CREATE INDEX contexts_of ON contexts (liid);
CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, liid INTEGER NOT NULL REFERENCES liids ON DELETE CASCADE,
  form TEXT NOT NULL, context INTEGER NOT NULL, number INTEGER NOT NULL, generation INTEGER NOT NULL, place INTEGER NOT NULL,
  conflict INTEGER NOT NULL, received INTEGER NOT NULL, time TEXT NOT NULL, event TEXT NOT NULL, correlation BLOB NOT NULL,
  source TEXT NOT NULL, note TEXT NOT NULL, digest BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE INDEX items_of ON items (liid);
CREATE INDEX items_by_number ON items (context, number, digest) WHERE context <> 0;
CREATE INDEX items_by_place ON items (context, generation, place) WHERE context <> 0;
CREATE TABLE gaps (id INTEGER PRIMARY KEY AUTOINCREMENT, context INTEGER NOT NULL REFERENCES contexts ON DELETE CASCADE,
  generation INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, missing INTEGER NOT NULL, noticed INTEGER NOT NULL,
  closed INTEGER NOT NULL) STRICT;
CREATE INDEX gaps_of ON gaps (context);
CREATE INDEX gaps_open ON gaps (context, generation, first) WHERE closed = 0;
CREATE TABLE resets (liid BLOB NOT NULL, sha256 BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (liid, sha256)) STRICT, WITHOUT ROWID;
CREATE TABLE files (name TEXT NOT NULL, sha256 BLOB NOT NULL, liid BLOB NOT NULL, at INTEGER NOT NULL,
  taken INTEGER NOT NULL, whole INTEGER NOT NULL, PRIMARY KEY (name, sha256)) STRICT, WITHOUT ROWID;
CREATE INDEX files_of ON files (liid);
)";

}  // namespace

Result<void> Store::create(const StoreOptions& options, const SecretBytes& master) {
  auto check = crypto::Vault::make(master, options.random, kCheck);
  if (!check) return failure(check.error());
  if (auto file = db::make_private_file(options.path); !file) return file;
  auto database = db::Database::open(options.path, true);
  if (!database) return failure(database.error());
  if (auto done = database->run(db::kDurable); !done) return done;
  db::Transaction transaction(*database);
  if (!transaction.begun()) return transaction.begun();
  if (auto done = database->run(kTables); !done) return done;
  if (auto done = database->execute("INSERT INTO meta VALUES ('check', ?)", check->wrapped); !done) return done;
  if (auto done = database->run("PRAGMA user_version = 1"); !done) return done;
  return transaction.commit();
}

Result<void> check_store(db::Database& database, const SecretBytes& master) {
  auto version = database.query("PRAGMA user_version");
  const auto found = version.next() ? version.integer(0) : 0;
  if (auto done = version.done(); !done) return done;
  if (found > kVersion) return failure(ErrorKind::unexpected, "the store was made by a newer version of this program");
  if (found == 0) return failure(ErrorKind::missing, "this is no store of a LEMF; was it made with 'hi2-lemf init'?");
  auto query = database.query("SELECT value FROM meta WHERE name = 'check'");
  const auto wrapped = query.next() ? query.blob(0) : Bytes();
  if (auto done = query.done(); !done) return done;
  if (const auto vault = crypto::Vault::open(master, wrapped, kCheck); !vault) return failure(vault.error());
  return {};
}

std::string purpose_of(ByteView liid) { return "hi2-lemf LIID " + to_hex(liid); }

Bytes row_of(std::int64_t id) {
  Bytes row;
  for (int shift = 56; shift >= 0; shift -= 8) row.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(id) >> shift));
  return row;
}

std::int64_t to_milliseconds(TimePoint time) { return time.time_since_epoch().count(); }

}  // namespace li::lemf
