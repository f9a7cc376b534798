#include <algorithm>

#include "crypto/cipher.hpp"
#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

/// Rows that are counted in one look.
constexpr std::int64_t kCounted = 10'000;

struct Row {
  std::int64_t id = 0;
  std::int64_t event = 0;
  std::shared_ptr<const Owner> owner;
  Bytes sealed;
  [[nodiscard]] std::size_t size() const { return sealed.size() - std::min(sealed.size(), crypto::kGcmNonce + crypto::kGcmTag); }
};

const Error kOrphan = failure(ErrorKind::malformed, "store: the owner of a row is none").value();

TimePoint time_of(std::int64_t event) { return TimePoint(std::chrono::milliseconds(event)); }

/// Rows as they are stored: opened without the connection's lock.
Result<std::vector<Row>> fetch(SqliteSpool::Parts& parts, Query query, std::string_view destination, const Confirmed::Ids& confirmed,
                               std::size_t most, std::size_t most_octets) {
  std::vector<Row> rows;
  std::size_t octets = 0;
  while (rows.size() < most && query.next()) {
    if (confirmed.contains(query.integer(0))) continue;
    auto owner = parts.owner_of(parts.reader, query.integer(2));
    if (!owner) return failure(owner.error());
    if (!*owner) {
      auto told = parts.note_orphan(parts.reader, query.integer(2), {"entries", query.integer(0), {}, std::string(destination), kOrphan});
      if (!told) return failure(told.error());
      continue;
    }
    Row row{query.integer(0), query.integer(1), std::move(*owner), query.blob(3)};
    octets += row.size();
    if (!rows.empty() && octets > most_octets) break;
    rows.push_back(std::move(row));
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return rows;
}

Result<Waiting> unseal(const Row& row, std::int64_t destination) {
  const auto octets = row.owner->vault.open(row.sealed, "entries", {octets_of(row.id), octets_of(destination), octets_of(row.event)});
  if (!octets) return failure(octets.error());
  return Waiting{row.id, row.owner->liid, to_record_bytes(octets->reveal()), time_of(row.event)};
}

/// The twin of what keep() joins.
Result<State> split(std::string_view kind, const Owner& owner, ByteView whole) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4 && i < whole.size(); ++i) size = size << 8U | whole[i];
  if (whole.size() < 4 || whole.size() - 4 < size) return failure(ErrorKind::malformed, "store: a state is shorter than its key");
  return State{std::string(kind), owner.liid, to_bytes(whole.subspan(4, size)), to_record_bytes(whole.subspan(4 + size))};
}

}  // namespace

Result<std::vector<Waiting>> SqliteSpool::read(std::string_view destination, std::int64_t after, std::size_t most,
                                               std::size_t most_octets) {
  for (;;) {
    std::vector<Waiting> found;
    const auto last = parts_->read_some(destination, after, most, most_octets, found);
    if (!last) return failure(last.error());
    if (!found.empty() || !*last) return found;
    after = **last;  // none of these can be opened, which holds up nothing behind them
  }
}

Result<std::optional<std::int64_t>> SqliteSpool::Parts::read_some(std::string_view destination, std::int64_t after, std::size_t most,
                                                                  std::size_t most_octets, std::vector<Waiting>& found) {
  std::unique_lock hold(reader.lock);
  const auto from = reader.destination(destination);
  if (!from) return failure(from.error());
  if (!*from) return std::nullopt;
  // Taken before the rows are read: what is confirmed is in it, or its row is gone.
  const auto taken = confirmed.behind(**from, after);
  const auto rows = fetch(
      *this,
      reader.database.query("SELECT id, event, owner, sealed FROM entries WHERE destination = ? AND id > ? ORDER BY id", **from, after),
      destination, taken, most, most_octets);
  hold.unlock();
  if (!rows) return failure(rows.error());
  found.reserve(rows->size());
  for (const auto& row : *rows) {
    auto opened = unseal(row, **from);
    if (opened) found.push_back(std::move(*opened));
    else note_unreadable({"entries", row.id, row.owner->liid, std::string(destination), opened.error()});
  }
  return rows->empty() ? std::nullopt : std::optional(rows->back().id);
}

// It stays where it is, for whoever looks into it, and is told once.
void SqliteSpool::Parts::note_unreadable(const Unreadable& row) {
  {
    const std::scoped_lock hold(unreadable_lock);
    if (!unreadable.emplace(row.table, row.row).second) return;
  }
  if (options.on_unreadable) options.on_unreadable(row);
}

Result<std::shared_ptr<const Owner>> SqliteSpool::Parts::owner_of(Connection& connection, std::int64_t id) {
  auto owner = connection.owners.find(connection.database, id);
  if (owner || owner.error().kind != ErrorKind::malformed) return owner;
  note_unreadable({"owners", id, connection.owners.liid_of(connection.database, id), {}, owner.error()});
  return nullptr;
}

Result<std::vector<State>> SqliteSpool::kept(std::string_view kind) {
  auto& keeper = parts_->keeper;
  const std::scoped_lock hold(keeper.lock);
  std::vector<State> found;
  auto query = keeper.database.query("SELECT owner, name, sealed, id FROM states WHERE kind = ? ORDER BY id", kind);
  while (query.next()) {
    const auto owner = parts_->owner_of(keeper, query.integer(0));
    if (!owner) return failure(owner.error());
    if (!*owner) {
      if (auto told = parts_->note_orphan(keeper, query.integer(0), {"states", query.integer(3), {}, {}, kOrphan}); !told)
        return failure(told.error());
      continue;
    }
    const auto whole = (*owner)->vault.open(query.blob(2), "states", {as_bytes(kind), query.blob(1)});
    auto state = whole ? split(kind, **owner, whole->reveal()) : failure(whole.error());
    if (state) found.push_back(std::move(*state));
    else parts_->note_unreadable({"states", query.integer(3), (*owner)->liid, {}, state.error()});
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

// Counted a piece at a time, over a connection of its own: a long look would keep the log from being cut off, and that holds up batches.
Result<Depth> SqliteSpool::depth(std::string_view destination) {
  Depth depth;
  std::int64_t after = 0;
  for (auto more = true; more;) {
    const auto counted = parts_->count_some(destination, after, depth);
    if (!counted) return failure(counted.error());
    more = *counted;
  }
  return depth;
}

// False at the end.
Result<bool> SqliteSpool::Parts::count_some(std::string_view destination, std::int64_t& after, Depth& depth) {
  const std::scoped_lock hold(looker.lock);
  const auto from = looker.destination(destination);
  if (!from) return failure(from.error());
  if (!*from) return false;
  const auto taken = confirmed.behind(**from, after);
  auto query =
      looker.database.query("SELECT count(*), max(id) FROM (SELECT id FROM entries WHERE destination = ? AND id > ? ORDER BY id LIMIT ?)",
                            **from, after, kCounted);
  static_cast<void>(query.next());
  if (auto done = query.done(); !done) return failure(done.error());
  const auto count = query.integer(0);
  if (count == 0) return false;
  if (!depth.oldest) {
    if (auto done = find_oldest(**from, after, taken, depth); !done) return failure(done.error());
  }
  after = query.integer(1);
  const auto gone = std::distance(taken.begin(), taken.upper_bound(after));
  depth.entries += static_cast<std::uint64_t>(std::max<std::int64_t>(count - gone, 0));
  return count == kCounted;
}

Result<void> SqliteSpool::Parts::find_oldest(std::int64_t destination, std::int64_t after, const Confirmed::Ids& taken, Depth& depth) {
  auto query = looker.database.query("SELECT id, event FROM entries WHERE destination = ? AND id > ? ORDER BY id", destination, after);
  while (!depth.oldest && query.next()) {
    if (!taken.contains(query.integer(0))) depth.oldest = time_of(query.integer(1));
  }
  return query.done();
}

Result<std::vector<Bytes>> SqliteSpool::liids() {
  auto& keeper = parts_->keeper;
  const std::scoped_lock hold(keeper.lock);
  std::vector<Bytes> found;
  auto query = keeper.database.query("SELECT id FROM owners WHERE aside IS NULL ORDER BY id");
  while (query.next()) {
    const auto owner = parts_->owner_of(keeper, query.integer(0));
    if (!owner) return failure(owner.error());
    if (*owner) found.push_back((*owner)->liid);
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

}  // namespace li::delivery
