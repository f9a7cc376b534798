// db/sqlite.hpp: SQLite, so far as stores and spools need it.
//
// Source:  none.
// Units:   times are seconds of UTC.
// Errors:  `unexpected` for a constraint that is broken, `limit` for a full disk and for a lock that another process keeps
//          (kLocked), `unknown` for the rest; a text never holds a value.
// Owns:    a Database owns its connection and prepared statements; one thread at a time may use it.
//
// A Query keeps its first failure: loop over next(), then ask done(). Prepared statements live as long as the database.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace li::db {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// The text of an Error when another process kept the database locked: the same may be tried again.
inline constexpr std::string_view kLocked = "store: another process writes to it, and goes on";

/// Of what SQLite said last.
[[nodiscard]] Error sqlite_error(sqlite3* database, int code);

class Query {
 public:
  Query(sqlite3* database, sqlite3_stmt* statement, int status) : database_(database), statement_(statement), status_(status) {}
  ~Query();
  Query(Query&& other) noexcept
      : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)), status_(other.status_) {}
  Query& operator=(Query&&) = delete;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  template <typename... Values>
  void bind(const Values&... values) {
    int place = 0;
    (bind_one(++place, values), ...);
  }
  /// Goes to the next row; false at the end and after a failure.
  [[nodiscard]] bool next();
  /// The first failure, if there was one.
  [[nodiscard]] Result<void> done() const;

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] bool null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  [[nodiscard]] std::string text(int column) const { return std::string(as_text(octets(column))); }
  [[nodiscard]] Bytes blob(int column) const { return to_bytes(octets(column)); }
  [[nodiscard]] std::chrono::sys_seconds time(int column) const { return std::chrono::sys_seconds(std::chrono::seconds(integer(column))); }

 private:
  void bind_one(int place, std::int64_t value) { keep(sqlite3_bind_int64(statement_, place, value)); }
  void bind_one(int place, std::chrono::sys_seconds value) { bind_one(place, value.time_since_epoch().count()); }
  void bind_one(int place, std::string_view value);
  void bind_one(int place, const std::string& value) { bind_one(place, std::string_view(value)); }
  void bind_one(int place, ByteView value);
  void bind_one(int place, const Bytes& value) { bind_one(place, ByteView(value)); }
  void keep(int status);
  [[nodiscard]] ByteView octets(int column) const;

  sqlite3* database_;
  sqlite3_stmt* statement_;
  int status_;
};

/// WAL with FULL: a commit is on the disk before it is answered. secure_delete: erased rows are overwritten.
inline constexpr auto kDurable =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = "
    "OFF; PRAGMA temp_store = MEMORY;";

/// A new, empty file that only we may read.
[[nodiscard]] Result<void> make_private_file(const std::string& path);

class Database {
 public:
  /// The file must exist, unless `create`.
  [[nodiscard]] static Result<Database> open(const std::string& path, bool create);

  /// Runs statements that take no values and give no rows.
  [[nodiscard]] Result<void> run(const char* statements);

  /// `sql` must outlive the database: a literal.
  template <typename... Values>
  [[nodiscard]] Query query(const char* sql, const Values&... values) {
    Query query = prepared(sql);
    query.bind(values...);
    return query;
  }
  template <typename... Values>
  [[nodiscard]] Result<void> execute(const char* sql, const Values&... values) {
    Query query = prepared(sql);
    query.bind(values...);
    while (query.next()) {
    }
    return query.done();
  }
  /// Rows that the last statement inserted, changed or removed.
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  [[nodiscard]] Query prepared(const char* sql);

  std::unique_ptr<sqlite3, CloseDatabase> handle_;
  std::map<std::string_view, StatementHandle> statements_;
};

/// Undone when it goes without commit().
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database), begun_(database.execute("BEGIN IMMEDIATE")) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  [[nodiscard]] const Result<void>& begun() const { return begun_; }
  [[nodiscard]] Result<void> commit();

 private:
  Database& database_;
  Result<void> begun_;
  bool open_ = true;
};

}  // namespace li::db
