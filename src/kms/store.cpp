#include "kms/store.hpp"

#include "kms/store_impl.hpp"
#include "ops/private_file.hpp"

namespace li::kms {

namespace {

constexpr std::string_view kPurpose = "hi2-kms data key";

Result<Bytes> wrapped_key(Database& database) {
  auto query = database.query("SELECT value FROM meta WHERE name = 'data key'");
  const auto found = query.next() ? query.blob(0) : Bytes();
  if (auto done = query.done(); !done) return failure(done.error());
  if (found.empty()) return failure(ErrorKind::missing, "the store holds no data key; was it made with 'hi2-kms init'?");
  return found;
}

}  // namespace

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() = default;

Result<void> Store::create(const Options& options, const SecretBytes& master) {
  auto made = Vault::make(master, options.random, kPurpose);
  if (!made) return failure(made.error());
  if (auto file = db::make_private_file(options.path); !file) return file;
  auto database = Database::open(options.path, true);
  if (!database) return failure(database.error());
  if (auto done = database->run(db::kDurable); !done) return done;
  if (auto done = migrate(*database); !done) return done;
  return database->execute("INSERT INTO meta VALUES ('data key', ?)", made->wrapped);
}

Result<std::unique_ptr<Store>> Store::open(const Options& options, const SecretBytes& master) {
  if (auto checked = ops::check_private(options.path); !checked) return failure(checked.error());
  auto database = Database::open(options.path, false);
  if (!database) return failure(database.error());
  if (auto done = database->run(db::kDurable); !done) return failure(done.error());
  if (auto done = migrate(*database); !done) return failure(done.error());
  const auto wrapped = wrapped_key(*database);
  if (!wrapped) return failure(wrapped.error());
  auto vault = Vault::open(master, *wrapped, kPurpose);
  if (!vault) return failure(vault.error());
  auto parts = std::make_unique<Parts>(options, std::move(*database), std::move(*vault));
  parts->replays = static_cast<std::int64_t>(options.max_replays);  // counted when the first one comes
  return std::unique_ptr<Store>(new Store(std::move(parts)));
}

Result<Store::Erased> Store::purge(Time now) {
  const std::scoped_lock hold(parts_->lock);
  auto& database = parts_->database;
  Transaction transaction(database);
  if (!transaction.begun()) return failure(transaction.begun().error());
  Erased erased;
  const auto erase = [&](const char* sql, Time before, std::int64_t& count) {
    auto done = database.execute(sql, before);
    count = database.changes();
    return done;
  };
  if (auto done = erase("DELETE FROM tpks WHERE retired <= ?", now - parts_->options.keep_retired, erased.tpks); !done)
    return failure(done.error());
  if (auto done = erase("DELETE FROM keys WHERE expires <= ?", now, erased.keys); !done) return failure(done.error());
  if (auto done = erase("DELETE FROM cached WHERE expires <= ?", now, erased.cached); !done) return failure(done.error());
  if (auto done = erase("DELETE FROM replays WHERE expires <= ?", now, erased.replays); !done) return failure(done.error());
  if (auto done = transaction.commit(); !done) return failure(done.error());
  // What was erased still stands in the log until it is written back and cut off.
  auto checkpoint = database.query("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto busy = checkpoint.next() && checkpoint.integer(0) != 0;
  if (auto done = checkpoint.done(); !done) return failure(done.error());
  if (busy) return failure(ErrorKind::limit, "store: another process reads; what was erased stays in the log until the next purge");
  return erased;
}

tl::unexpected<Error> no_such(std::string_view what, std::string_view name) {
  return failure(ErrorKind::unexpected, "there is no " + std::string(what) + " '" + std::string(name) + "'");
}

tl::unexpected<Error> exists(std::string_view what, std::string_view name) {
  return failure(ErrorKind::unexpected, std::string(what) + " '" + std::string(name) + "' exists already");
}

}  // namespace li::kms
