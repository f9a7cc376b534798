#include "delivery/sqlite_spool.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

/// Pages that a full spool still has for the numbers, uploads and confirmations that empty it again.
constexpr std::uint64_t kReserve = 64;
/// With another process that has the file locked, when the spool is closed.
constexpr std::chrono::milliseconds kPatienceAtEnd{1'000};

Result<void> wait_for_others(Database& database, std::chrono::milliseconds patience) {
  return database.run(("PRAGMA busy_timeout = " + std::to_string(patience.count())).c_str());
}

Result<Database> connect(const SqliteSpool::Options& options, std::uint64_t max_pages) {
  auto database = Database::open(options.path, false);
  if (!database) return database;
  if (auto done = database->run(db::kDurable); !done) return failure(done.error());
  if (auto done = wait_for_others(*database, options.patience); !done) return failure(done.error());
  // The keeper writes the log back; only if it can't follow a commit does, at 16 MB.
  if (auto done = database->run("PRAGMA wal_autocheckpoint = 4000"); !done) return failure(done.error());
  if (max_pages == 0) return database;
  if (auto done = database->run(("PRAGMA max_page_count = " + std::to_string(max_pages)).c_str()); !done) return failure(done.error());
  return database;
}

/// A file of its own: closing any file of SQLite's would give up SQLite's locks.
Result<int> lock(const std::string& path, SqliteSpool::Role role) {
  if (role == SqliteSpool::Role::administration) return -1;
  const auto file = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return failure(ErrorKind::unexpected, path + ".lock: " + std::strerror(errno));
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  ::close(file);
  return failure(ErrorKind::unexpected, path + " is in use: another daemon delivers from it");
}

}  // namespace

SqliteSpool::Parts::~Parts() {
  stop_chores();
  if (lock_file >= 0) ::close(lock_file);
}

Result<void> SqliteSpool::Parts::be_patient(std::chrono::milliseconds patience) {
  const std::scoped_lock hold(keeper.lock);
  return wait_for_others(keeper.database, patience);
}

SqliteSpool::SqliteSpool(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteSpool::~SqliteSpool() {
  parts_->stop_chores();
  // What can't be written now is sent once more after the next start. Who has it locked is not waited for twice, and not for long.
  auto done = parts_->be_patient(std::min(parts_->options.patience, kPatienceAtEnd));
  if (done) done = parts_->flush();
  if (done) done = parts_->cut();
  if (!done && parts_->options.on_fault) parts_->options.on_fault(done.error());
}

Result<void> SqliteSpool::create(const Options& options, const SecretBytes& master) {
  if (auto file = db::make_private_file(options.path); !file) return file;
  auto database = connect(options, 0);
  if (!database) return failure(database.error());
  if (auto done = migrate_spool(*database); !done) return done;
  return make_store_keys(*database, master, options.random);
}

Result<std::unique_ptr<SqliteSpool>> SqliteSpool::open(const Options& options, const SecretBytes& master, Role role) {
  const auto locked = lock(options.path, role);
  if (!locked) return failure(locked.error());
  const auto give_up = [&locked](Error error) {
    if (*locked >= 0) ::close(*locked);
    return failure(std::move(error));
  };
  auto batches = connect(options, options.max_pages);
  if (!batches) return give_up(batches.error());
  if (auto done = migrate_spool(*batches); !done) return give_up(done.error());
  auto keys = open_store_keys(*batches, master, options.random);
  if (!keys) return give_up(keys.error());
  std::array<std::optional<Database>, 4> files{std::move(*batches), {}, {}, {}};
  const std::uint64_t limits[] = {0, options.max_pages == 0 ? 0 : options.max_pages + kReserve, 0, 0};
  for (std::size_t i = 1; i < files.size(); ++i) {
    auto file = connect(options, limits[i]);
    if (!file) return give_up(file.error());
    files[i] = std::move(*file);
  }
  auto parts = std::make_unique<Parts>(options, role, *locked, std::move(*keys), std::move(files));
  if (auto swept = parts->sweep(); !swept && role == Role::daemon) return failure(swept.error());
  if (role == Role::daemon) parts->chores.thread = std::thread([&own = *parts] { own.run_chores(); });
  return std::unique_ptr<SqliteSpool>(new SqliteSpool(std::move(parts)));
}

Result<std::unique_ptr<Spool::Batch>> SqliteSpool::begin() { return begin_batch(*this, *parts_, std::unique_lock(parts_->writing)); }

Result<void> SqliteSpool::confirm(std::string_view destination, const std::vector<std::int64_t>& ids) {
  if (ids.empty()) return {};
  auto uploading = false;
  {
    const std::scoped_lock hold(parts_->keeper.lock);
    auto& keeper = parts_->keeper;
    const auto from = keeper.destination(destination);
    if (!from) return failure(from.error());
    if (!*from) return {};
    const auto upload = one_integer(keeper.database.query("SELECT 1 FROM uploads WHERE destination = ?", **from));
    if (!upload) return failure(upload.error());
    uploading = upload->has_value();
    parts_->confirmed.add(**from, ids);
  }
  // A file comes seldom, and sending one twice is worse than waiting for the disk.
  if (uploading || parts_->role == Role::administration) return parts_->flush();
  parts_->note_confirmed();
  return {};
}

Result<std::uint64_t> SqliteSpool::erase(ByteView liid) {
  if (auto done = parts_->flush(); !done) return failure(done.error());
  const auto name = parts_->keys.name("liid", {liid});
  auto done = parts_->in_transaction([&](Database& database) {
    auto removed = database.execute("INSERT INTO erased SELECT id FROM owners WHERE name = ?1 OR aside = ?1", name);
    if (removed) removed = database.execute("DELETE FROM owners WHERE name = ?1 OR aside = ?1", name);
    return removed ? database.execute("UPDATE counters SET value = value + 1 WHERE name = 'erasures'") : removed;
  });
  if (!done) return failure(done.error());
  {
    const std::scoped_lock hold(parts_->writing);
    if (done = parts_->look_for_erasures(); !done) return failure(done.error());
  }
  // The key is cut out of the log first: then nothing can be read, whatever happens to the rows.
  static_cast<void>(parts_->cut());
  const auto swept = parts_->sweep();
  if (!swept) return failure(swept.error());
  if (done = parts_->cut(); !done) return failure(done.error());
  return *swept;
}

Result<std::uint64_t> SqliteSpool::erasures() {
  const std::scoped_lock hold(parts_->looker.lock);
  const auto found = one_integer(parts_->looker.database.query("SELECT value FROM counters WHERE name = 'erasures'"));
  if (!found) return failure(found.error());
  return static_cast<std::uint64_t>(found->value_or(0));
}

bool is_busy(const Error& error) { return error.kind == ErrorKind::limit && (error.text == db::kLocked || error.text == kLogIsRead); }

Result<void> SqliteSpool::tidy(TimePoint sightings_before) {
  if (auto done = parts_->note_strays(); !done) return done;
  if (auto done = parts_->flush(); !done) return done;
  if (auto done = parts_->forget_sightings(std::chrono::floor<std::chrono::seconds>(sightings_before)); !done) return done;
  return parts_->cut();
}

}  // namespace li::delivery
