#include "db/sqlite.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace li::db {

Error sqlite_error(sqlite3* database, int code) {
  if ((code & 0xFF) == SQLITE_BUSY) return {ErrorKind::limit, std::string(kLocked), std::nullopt, {}, {}};
  auto kind = ErrorKind::unknown;
  if ((code & 0xFF) == SQLITE_CONSTRAINT) kind = ErrorKind::unexpected;
  if ((code & 0xFF) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE) kind = ErrorKind::limit;
  return {kind, std::string("store: ") + (database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database)), std::nullopt, {}, {}};
}

Result<void> make_private_file(const std::string& path) {
  const auto file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return failure(ErrorKind::unexpected, path + ": " + std::strerror(errno));
  ::close(file);
  return {};
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::keep(int status) {
  if (status_ == SQLITE_OK) status_ = status;
}

void Query::bind_one(int place, std::string_view value) {
  keep(sqlite3_bind_text64(statement_, place, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind_one(int place, ByteView value) {
  // SQLite takes a null pointer for NULL, which an empty blob is not.
  const auto* octets = value.empty() ? reinterpret_cast<const std::uint8_t*>("") : value.data();
  keep(sqlite3_bind_blob64(statement_, place, octets, value.size(), SQLITE_TRANSIENT));
}

bool Query::next() {
  if (status_ != SQLITE_OK) return false;
  const auto status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status != SQLITE_DONE) keep(status);
  return false;
}

Result<void> Query::done() const {
  if (status_ != SQLITE_OK) return failure(sqlite_error(database_, status_));
  return {};
}

ByteView Query::octets(int column) const {
  const auto* octets = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {octets, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<Database> Database::open(const std::string& path, bool create) {
  sqlite3* handle = nullptr;
  // One connection, and the store locks around it.
  const auto flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | (create ? SQLITE_OPEN_CREATE : 0);
  const auto status = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);
  if (status != SQLITE_OK) return failure(sqlite_error(handle, status));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 5000);  // administration may write beside the daemon
  return database;
}

Result<void> Database::run(const char* statements) {
  const auto status = sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return failure(sqlite_error(handle_.get(), status));
  return {};
}

Query Database::prepared(const char* sql) {
  auto& statement = statements_[sql];
  int status = SQLITE_OK;
  if (!statement) {
    sqlite3_stmt* made = nullptr;
    status = sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    statement.reset(made);
  }
  return {handle_.get(), statement.get(), status};
}

Transaction::~Transaction() {
  if (open_ && begun_) static_cast<void>(database_.execute("ROLLBACK"));
}

Result<void> Transaction::commit() {
  auto committed = database_.execute("COMMIT");
  if (committed) open_ = false;
  return committed;
}

}  // namespace li::db
