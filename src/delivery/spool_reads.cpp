#include <algorithm>

#include "crypto/cipher.hpp"
#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

struct Row {
  std::int64_t id = 0;
  std::int64_t event = 0;
  std::shared_ptr<const Owner> owner;
  Bytes sealed;
  [[nodiscard]] std::size_t size() const { return sealed.size() - std::min(sealed.size(), crypto::kGcmNonce + crypto::kGcmTag); }
};

TimePoint time_of(std::int64_t event) { return TimePoint(std::chrono::milliseconds(event)); }

/// Rows as they are stored: opened without the connection's lock.
Result<std::vector<Row>> fetch(Connection& reader, Query query, const Confirmed::Ids& confirmed, std::size_t most,
                               std::size_t most_octets) {
  std::vector<Row> rows;
  std::size_t octets = 0;
  while (rows.size() < most && query.next()) {
    if (confirmed.contains(query.integer(0))) continue;
    auto owner = reader.owners.find(reader.database, query.integer(2));
    if (!owner) return failure(owner.error());
    if (!*owner) continue;  // erased a moment ago
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
  if (!octets) {
    auto error = octets.error();
    error.text += ", number " + std::to_string(row.id);
    return failure(std::move(error));
  }
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
      reader,
      reader.database.query("SELECT id, event, owner, sealed FROM entries WHERE destination = ? AND id > ? ORDER BY id", **from, after),
      taken, most, most_octets);
  hold.unlock();
  if (!rows) return failure(rows.error());
  found.reserve(rows->size());
  for (const auto& row : *rows) {
    auto opened = unseal(row, **from);
    if (opened) found.push_back(std::move(*opened));
    else note_unreadable(row.id, opened.error());
  }
  return rows->empty() ? std::nullopt : std::optional(rows->back().id);
}

// It stays where it is, for whoever looks into it, and is told once.
void SqliteSpool::Parts::note_unreadable(std::int64_t id, const Error& error) {
  {
    const std::scoped_lock hold(unreadable_lock);
    if (!unreadable.insert(id).second) return;
  }
  if (options.on_fault) options.on_fault(error);
}

Result<std::vector<State>> SqliteSpool::kept(std::string_view kind) {
  auto& keeper = parts_->keeper;
  const std::scoped_lock hold(keeper.lock);
  std::vector<State> found;
  auto query = keeper.database.query("SELECT owner, name, sealed FROM states WHERE kind = ? ORDER BY id", kind);
  while (query.next()) {
    const auto owner = keeper.owners.find(keeper.database, query.integer(0));
    if (!owner) return failure(owner.error());
    if (!*owner) continue;
    const auto whole = (*owner)->vault.open(query.blob(2), "states", {as_bytes(kind), query.blob(1)});
    if (!whole) return failure(whole.error());
    auto state = split(kind, **owner, whole->reveal());
    if (!state) return failure(state.error());
    found.push_back(std::move(*state));
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<Depth> SqliteSpool::depth(std::string_view destination) {
  auto& keeper = parts_->keeper;
  const std::scoped_lock hold(keeper.lock);
  const auto from = keeper.destination(destination);
  if (!from) return failure(from.error());
  if (!*from) return Depth();
  const auto confirmed = parts_->confirmed.behind(**from, 0);
  const auto count = one_integer(keeper.database.query("SELECT count(*) FROM entries WHERE destination = ?", **from));
  if (!count) return failure(count.error());
  const auto rows = static_cast<std::uint64_t>(count->value_or(0));
  Depth depth{rows - std::min<std::uint64_t>(rows, confirmed.size()), std::nullopt};
  auto query = keeper.database.query("SELECT id, event FROM entries WHERE destination = ? ORDER BY id", **from);
  while (!depth.oldest && query.next()) {
    if (!confirmed.contains(query.integer(0))) depth.oldest = time_of(query.integer(1));
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return depth;
}

Result<std::vector<Bytes>> SqliteSpool::liids() {
  auto& keeper = parts_->keeper;
  const std::scoped_lock hold(keeper.lock);
  std::vector<Bytes> found;
  auto query = keeper.database.query("SELECT id FROM owners ORDER BY id");
  while (query.next()) {
    const auto owner = keeper.owners.find(keeper.database, query.integer(0));
    if (!owner) return failure(owner.error());
    if (*owner) found.push_back((*owner)->liid);
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<std::vector<SqliteSpool::Listed>> SqliteSpool::list() {
  auto& keeper = parts_->keeper;
  const std::scoped_lock hold(keeper.lock);
  std::vector<Listed> found;
  auto query = keeper.database.query(
      "SELECT name, owner, waiting, (SELECT event FROM entries WHERE id = first) FROM (SELECT destination, owner, count(*) AS waiting, "
      "min(id) AS first FROM entries GROUP BY destination, owner) JOIN destinations ON destinations.id = destination ORDER BY name, first");
  while (query.next()) {
    const auto owner = keeper.owners.find(keeper.database, query.integer(1));
    if (!owner) return failure(owner.error());
    if (*owner) found.push_back({query.text(0), (*owner)->liid, static_cast<std::uint64_t>(query.integer(2)), time_of(query.integer(3))});
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

}  // namespace li::delivery
