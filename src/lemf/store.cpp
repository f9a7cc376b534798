#include "lemf/store.hpp"

#include "crypto/hash.hpp"
#include "lemf/store_impl.hpp"
#include "ops/private_file.hpp"

namespace li::lemf {

std::string_view name_of(Notice::What what) {
  constexpr std::string_view kNames[] = {"conflict", "file_conflict", "gap", "gap_closed", "reset"};
  return kNames[static_cast<std::size_t>(what)];
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options, const SecretBytes& master) {
  if (auto checked = ops::check_private(options.path); !checked) return failure(checked.error());
  auto database = db::Database::open(options.path, false);
  if (!database) return failure(database.error());
  if (auto done = database->run(db::kDurable); !done) return failure(done.error());
  if (auto done = check_store(*database, master); !done) return failure(done.error());
  if (options.max_pages != 0) {
    const auto limit = "PRAGMA max_page_count = " + std::to_string(options.max_pages);
    if (auto done = database->run(limit.c_str()); !done) return failure(done.error());
  }
  return std::unique_ptr<Store>(new Store(std::make_unique<Impl>(options, master.copy(), std::move(*database))));
}

Result<Outcome> Store::put(const Delivery& delivery) { return impl_->put(delivery); }
Result<Counts> Store::counts() { return impl_->counts(); }
Result<std::uint64_t> Store::erase(ByteView liid) { return impl_->erase(liid); }

Result<Outcome> Store::Impl::put(const Delivery& delivery) {
  Job job{delivery};
  std::unique_lock hold(queue_lock_);
  queue_.push_back(&job);
  settled_.wait(hold, [&] { return job.done || !working_; });
  if (!job.done) work(hold);
  if (!job.result) return failure(job.result.error());
  return std::move(job.outcome);
}

// Those that come while it writes wait, and are the next group.
void Store::Impl::work(std::unique_lock<std::mutex>& hold) {
  working_ = true;
  const auto jobs = std::exchange(queue_, {});
  hold.unlock();
  const auto result = store_all(jobs);
  hold.lock();
  working_ = false;
  for (auto* job : jobs) {
    job->result = result;
    job->done = true;
  }
  settled_.notify_all();
}

Result<void> Store::Impl::store_all(const std::vector<Job*>& jobs) {
  const std::scoped_lock hold(lock_);
  auto done = store_jobs(jobs);
  if (!done) return forget(), done;
  for (const auto* job : jobs) {
    if (items_) *items_ += job->outcome.stored;
  }
  return done;
}

Result<void> Store::Impl::store_jobs(const std::vector<Job*>& jobs) {
  db::Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun();
  if (auto done = refresh(); !done) return done;
  for (auto* job : jobs) {
    if (auto done = store_one(job->delivery, job->outcome); !done) return done;
  }
  if (auto done = write_contexts(); !done) return done;
  return transaction.commit();
}

Result<void> Store::Impl::store_one(const Delivery& delivery, Outcome& outcome) {
  if (delivery.file) {
    const auto fresh = take_mark(*delivery.file, delivery.received, outcome);
    if (!fresh) return failure(fresh.error());
    outcome.file_was_here = !*fresh;
    if (outcome.file_was_here) return {};
  }
  for (const auto& arrival : delivery.arrivals) {
    if (auto done = take(arrival, outcome); !done) return done;
  }
  return {};
}

// What another process erased must not be remembered here.
Result<void> Store::Impl::refresh() {
  auto version = database_.query("PRAGMA data_version");
  const auto now = version.next() ? version.integer(0) : 0;
  if (auto done = version.done(); !done) return done;
  constexpr std::size_t kMany = 200'000;
  if (now != data_version_ || contexts_.size() > kMany) forget();
  data_version_ = now;
  auto last = database_.query("SELECT seq FROM sqlite_sequence WHERE name = 'items'");
  last_id_ = last.next() ? last.integer(0) : 0;
  return last.done();
}

void Store::Impl::forget() {
  items_.reset();
  sealings_.clear();
  contexts_.clear();
  moved_.clear();
}

Result<Sealing*> Store::Impl::sealing_of(const Bytes& liid) {
  if (const auto known = sealings_.find(liid); known != sealings_.end()) return &known->second;
  auto query = database_.query("SELECT id, wrapped FROM liids WHERE liid = ?", liid);
  if (!query.next()) {
    if (auto done = query.done(); !done) return failure(done.error());
    return new_sealing(liid);
  }
  auto vault = crypto::Vault::open(master_, query.blob(1), purpose_of(liid));
  if (!vault) return failure(vault.error());
  return &sealings_.insert_or_assign(liid, Sealing{query.integer(0), std::move(*vault)}).first->second;
}

Result<Sealing*> Store::Impl::new_sealing(const Bytes& liid) {
  auto made = crypto::Vault::make(master_, options_.random, purpose_of(liid));
  if (!made) return failure(made.error());
  if (auto done = database_.execute("INSERT INTO liids (liid, wrapped) VALUES (?, ?)", liid, made->wrapped); !done)
    return failure(done.error());
  return &sealings_.insert_or_assign(liid, Sealing{database_.last_id(), std::move(made->vault)}).first->second;
}

Result<void> Store::Impl::take(const Arrival& arrival, Outcome& outcome) {
  const auto sealing = sealing_of(arrival.liid);
  if (!sealing) return failure(sealing.error());
  if (arrival.resets) {
    const auto fresh = reset(arrival, outcome);
    if (!fresh) return failure(fresh.error());
    if (!*fresh) return ++outcome.duplicates, Result<void>();
  }
  ++outcome.stored;
  if (!arrival.numbering) return insert(**sealing, arrival, nullptr, 0, false);
  auto context = context_of(**sealing, arrival.liid, *arrival.numbering);
  if (!context) return failure(context.error());
  const auto place = place_of(arrival.numbering->number, (*context)->next);
  const auto sight = look_for(**sealing, **context, arrival.numbering->number, place, arrival.octets);
  if (!sight) return failure(sight.error());
  if (*sight == Sight::duplicate) return --outcome.stored, ++outcome.duplicates, Result<void>();
  if (auto done = insert(**sealing, arrival, *context, place, *sight == Sight::conflict); !done) return done;
  if (*sight == Sight::fresh) return count(arrival.liid, *arrival.numbering, **context, place, arrival.received, outcome);
  ++outcome.conflicts;
  const auto number = std::uint64_t{arrival.numbering->number};
  outcome.notices.push_back({Notice::What::conflict, arrival.liid, describe(*arrival.numbering), number, number});
  return {};
}

Result<void> Store::Impl::insert(const Sealing& sealing, const Arrival& arrival, const Context* context, std::int64_t place,
                                 bool conflict) {
  const auto id = last_id_ + 1;
  const auto sealed = sealing.vault.seal(SecretBytes(arrival.octets), kItems, {row_of(id)});
  if (!sealed) return failure(sealed.error());
  const auto number = arrival.numbering ? std::int64_t{arrival.numbering->number} : 0;
  auto done = database_.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id, sealing.id,
                                name_of(arrival.form), context == nullptr ? std::int64_t{0} : context->id, number,
                                context == nullptr ? std::int64_t{0} : context->generation, place, std::int64_t{conflict},
                                to_milliseconds(arrival.received), arrival.time, arrival.event, arrival.correlation, arrival.source,
                                arrival.note, *sealed);
  if (done) last_id_ = id;
  return done;
}

// Whether the file is new. Of a name that was here with another content, the content is.
Result<bool> Store::Impl::take_mark(const FileMark& mark, TimePoint now, Outcome& outcome) {
  auto query = database_.query("SELECT sha256 FROM files WHERE name = ?", mark.name);
  bool named = false;
  while (query.next()) {
    named = true;
    if (query.blob(0) == mark.sha256) return false;
  }
  if (auto done = query.done(); !done) return failure(done.error());
  auto done = database_.execute("INSERT INTO files VALUES (?, ?, ?, ?)", mark.name, mark.sha256, mark.liid, to_milliseconds(now));
  if (!done) return failure(done.error());
  if (named) outcome.notices.push_back({Notice::What::file_conflict, mark.liid, "file " + mark.name, 0, 0});
  if (named || !mark.numbering) return true;
  const auto sealing = sealing_of(mark.liid);
  if (!sealing) return failure(sealing.error());
  auto context = context_of(**sealing, mark.liid, *mark.numbering);
  if (!context) return failure(context.error());
  const auto place = place_of(mark.numbering->number, (*context)->next);
  if (auto counted = count(mark.liid, *mark.numbering, **context, place, now, outcome); !counted) return failure(counted.error());
  return true;
}

// Counting all takes time: once, and again when another process has written.
Result<Counts> Store::Impl::counts() {
  const std::scoped_lock hold(lock_);
  if (!items_) {
    auto all = database_.query("SELECT count(*) FROM items");
    if (all.next()) items_ = static_cast<std::uint64_t>(all.integer(0));
    if (auto done = all.done(); !done) return failure(done.error());
  }
  auto query = database_.query("SELECT count(*) FROM gaps WHERE closed = 0");
  const auto gaps = query.next() ? static_cast<std::uint64_t>(query.integer(0)) : 0;
  if (auto done = query.done(); !done) return failure(done.error());
  return Counts{*items_, gaps};
}

Result<std::uint64_t> Store::Impl::erase(ByteView liid) {
  const std::scoped_lock hold(lock_);
  forget();
  const auto owned = to_bytes(liid);
  std::uint64_t erased = 0;
  {
    db::Transaction transaction(database_);
    if (!transaction.begun()) return failure(transaction.begun().error());
    auto query = database_.query("SELECT count(*) FROM items JOIN liids ON liids.id = items.liid WHERE liids.liid = ?", owned);
    if (query.next()) erased = static_cast<std::uint64_t>(query.integer(0));
    if (auto done = query.done(); !done) return failure(done.error());
    for (const auto* sql : {"DELETE FROM liids WHERE liid = ?", "DELETE FROM resets WHERE liid = ?", "DELETE FROM files WHERE liid = ?"}) {
      if (auto done = database_.execute(sql, owned); !done) return failure(done.error());
    }
    if (auto done = transaction.commit(); !done) return failure(done.error());
  }
  // What was erased still stands in the log until it is written back and cut off.
  auto checkpoint = database_.query("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto busy = checkpoint.next() && checkpoint.integer(0) != 0;
  if (auto done = checkpoint.done(); !done) return failure(done.error());
  if (busy) return failure(ErrorKind::limit, "store: another process reads; the data key is gone, but stays in the log until erased again");
  return erased;
}

}  // namespace li::lemf
