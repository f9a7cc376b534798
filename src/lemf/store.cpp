#include "lemf/store.hpp"

#include <algorithm>
#include <thread>

#include "crypto/hash.hpp"
#include "lemf/store_impl.hpp"
#include "ops/private_file.hpp"

namespace li::lemf {

std::string_view name_of(Notice::What what) {
  constexpr std::string_view kNames[] = {"conflict", "file_conflict", "file_mismatch", "disagreement", "gap", "gap_closed", "reset"};
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
  if (auto done = database->run("PRAGMA busy_timeout = 0"); !done) return failure(done.error());  // see begin()
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
  store_each(jobs);
  hold.lock();
  working_ = false;
  for (auto* job : jobs) job->done = true;
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

// What is wrong with one must not fail the others.
void Store::Impl::store_each(const std::vector<Job*>& jobs) {
  const auto all = store_all(jobs);
  const auto together = all || all.error().kind == ErrorKind::limit || jobs.size() == 1;
  for (auto* job : jobs) {
    if (!together) job->outcome = {};
    job->result = together ? all : store_all({job});
  }
}

// SQLite's own waiting looks ever less often, and would miss the pauses that erasing makes.
Result<void> Store::Impl::begin(std::optional<db::Transaction>& transaction) {
  constexpr auto kStep = std::chrono::milliseconds(1);
  const auto until = std::chrono::steady_clock::now() + options_.patience;
  for (;;) {
    transaction.emplace(database_);
    const auto& begun = transaction->begun();
    if (begun || begun.error().text != db::kLocked || std::chrono::steady_clock::now() >= until) return begun;
    std::this_thread::sleep_for(kStep);
  }
}

Result<void> Store::Impl::store_jobs(const std::vector<Job*>& jobs) {
  std::optional<db::Transaction> transaction;
  if (auto begun = begin(transaction); !begun) return begun;
  if (auto done = refresh(); !done) return done;
  for (auto* job : jobs) {
    if (auto done = store_one(job->delivery, job->outcome); !done) return done;
  }
  if (auto done = write_contexts(); !done) return done;
  return transaction->commit();
}

Result<void> Store::Impl::store_one(const Delivery& delivery, Outcome& outcome) {
  std::uint64_t skip = 0;  // stored before a stop came between
  if (delivery.file) {
    const auto& mark = *delivery.file;
    const auto was = state_of(mark);
    if (!was) return failure(was.error());
    outcome.file_was_here = was->whole;
    outcome.file_taken = std::max(was->taken, mark.at + delivery.arrivals.size());
    if (outcome.file_was_here) return {};
    if (auto done = take_mark(mark, *was, delivery.received, outcome); !done) return done;
    skip = was->taken > mark.at ? was->taken - mark.at : 0;
  }
  for (auto i = skip; i < delivery.arrivals.size(); ++i) {
    if (auto done = take(delivery.arrivals[i], outcome); !done) return done;
  }
  return {};
}

// What another process erased must not be remembered here.
Result<void> Store::Impl::refresh() {
  auto version = database_.query("PRAGMA data_version");
  const auto now = version.next() ? version.integer(0) : 0;
  if (auto done = version.done(); !done) return done;
  if (now != data_version_) forget();
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
  if (auto* known = sealings_.find(liid)) return known;
  auto query = database_.query("SELECT id, wrapped FROM liids WHERE liid = ?", liid);
  if (!query.next()) {
    if (auto done = query.done(); !done) return failure(done.error());
    return new_sealing(liid);
  }
  auto vault = crypto::Vault::open(master_, query.blob(1), purpose_of(liid));
  if (!vault) return failure(vault.error());
  return sealings_.put(liid, Sealing{query.integer(0), std::move(*vault)});
}

Result<Sealing*> Store::Impl::new_sealing(const Bytes& liid) {
  auto made = crypto::Vault::make(master_, options_.random, purpose_of(liid));
  if (!made) return failure(made.error());
  if (auto done = database_.execute("INSERT INTO liids (liid, wrapped) VALUES (?, ?)", liid, made->wrapped); !done)
    return failure(done.error());
  return sealings_.put(liid, Sealing{database_.last_id(), std::move(made->vault)});
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
  if (!arrival.numbering) return insert(**sealing, arrival, {});
  auto context = context_of(**sealing, *arrival.numbering);
  if (!context) return failure(context.error());
  const auto place = place_of(arrival.numbering->number, (*context)->next);
  Spot spot{*context, place, (*sealing)->vault.digest(arrival.octets, kItems)};
  const auto sight = look_for(spot, arrival.numbering->number);
  if (!sight) return failure(sight.error());
  if (*sight == Sight::duplicate) return --outcome.stored, ++outcome.duplicates, Result<void>();
  spot.conflict = *sight == Sight::conflict;
  if (auto done = insert(**sealing, arrival, spot); !done) return done;
  const auto number = std::uint64_t{arrival.numbering->number};
  if (arrival.disagrees) outcome.notices.push_back({Notice::What::disagreement, arrival.liid, arrival.note, number, number});
  if (*sight == Sight::fresh) return count(arrival.liid, *arrival.numbering, **context, place, arrival.received, outcome);
  ++outcome.conflicts;
  outcome.notices.push_back({Notice::What::conflict, arrival.liid, describe(*arrival.numbering), number, number});
  return {};
}

Result<void> Store::Impl::insert(const Sealing& sealing, const Arrival& arrival, const Spot& spot) {
  const auto id = last_id_ + 1;
  const auto sealed = sealing.vault.seal(SecretBytes(arrival.octets), kItems, {row_of(id)});
  if (!sealed) return failure(sealed.error());
  const auto context = spot.context == nullptr ? Context() : *spot.context;
  const auto number = arrival.numbering ? std::int64_t{arrival.numbering->number} : 0;
  auto done =
      database_.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id, sealing.id, name_of(arrival.form),
                        context.id, number, context.generation, spot.place, std::int64_t{spot.conflict}, to_milliseconds(arrival.received),
                        arrival.time, arrival.event, arrival.correlation, arrival.source, arrival.note, spot.digest, *sealed);
  if (done) last_id_ = id;
  return done;
}

Result<Store::Impl::FileState> Store::Impl::state_of(const FileMark& mark) {
  auto query = database_.query("SELECT sha256, taken, whole FROM files WHERE name = ?", mark.name);
  FileState state;
  while (query.next()) {
    if (query.blob(0) != mark.sha256) {
      state.named = true;
      continue;
    }
    state.here = true;
    state.taken = static_cast<std::uint64_t>(query.integer(1));
    state.whole = query.integer(2) != 0;
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return state;
}

// Of a name that was here with another content, the content is new and its number is not.
Result<void> Store::Impl::take_mark(const FileMark& mark, const FileState& was, TimePoint now, Outcome& outcome) {
  auto done = database_.execute(
      "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name, sha256) DO UPDATE SET taken = excluded.taken, whole = excluded.whole",
      mark.name, mark.sha256, mark.liid, to_milliseconds(now), static_cast<std::int64_t>(outcome.file_taken), std::int64_t{mark.last});
  if (!done || was.here || mark.at != 0) return done;
  if (was.named) outcome.notices.push_back({Notice::What::file_conflict, mark.liid, "file " + mark.name, 0, 0});
  if (was.named || !mark.numbering) return {};
  const auto sealing = sealing_of(mark.liid);
  if (!sealing) return failure(sealing.error());
  auto context = context_of(**sealing, *mark.numbering);
  if (!context) return failure(context.error());
  const auto place = place_of(mark.numbering->number, (*context)->next);
  return count(mark.liid, *mark.numbering, **context, place, now, outcome);
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
  return Counts{*items_, gaps, contexts_.size()};
}

}  // namespace li::lemf
