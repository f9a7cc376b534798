// What waits, for people: each entry is opened, to tell which can't be.
#include <algorithm>
#include <limits>

#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

/// Rows of one look: a long one would keep a daemon's log from being cut off.
constexpr std::int64_t kLook = 500;

using Lines = std::map<std::tuple<std::string, std::int64_t>, SqliteSpool::Listed>;

void add(SqliteSpool::Listed& line, TimePoint event, bool readable) {
  if (line.entries == 0 || event < line.oldest) line.oldest = event;
  ++line.entries;
  if (!readable) ++line.unreadable;
}

Result<std::int64_t> look(SqliteSpool::Parts& parts, std::int64_t after, Lines& lines) {
  auto& keeper = parts.keeper;
  const std::scoped_lock hold(keeper.lock);
  auto query = keeper.database.query(
      "SELECT entries.id, destination, name, owner, event, sealed FROM entries LEFT JOIN destinations ON destinations.id = destination "
      "WHERE entries.id > ? ORDER BY entries.id LIMIT ?",
      after, kLook);
  std::int64_t last = 0;
  while (query.next()) {
    last = query.integer(0);
    const auto owner = parts.owner_of(keeper, query.integer(3));
    if (!owner) return failure(owner.error());
    const auto destination = query.null(2) ? "?" + query.text(1) : query.text(2);
    auto& line = lines[{destination, query.integer(3)}];
    if (line.entries == 0) {
      line.destination = destination;
      line.liid = *owner ? (*owner)->liid : keeper.owners.liid_of(keeper.database, query.integer(3));
    }
    const auto event = query.integer(4);
    const auto readable =
        *owner && (*owner)->vault.open(query.blob(5), "entries", {octets_of(last), octets_of(query.integer(1)), octets_of(event)});
    add(line, TimePoint(std::chrono::milliseconds(event)), readable);
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return last;
}

}  // namespace

Result<void> SqliteSpool::Parts::note_orphan(Connection& connection, std::int64_t owner, const Unreadable& row) {
  const auto known = one_integer(
      connection.database.query("SELECT 1 FROM owners WHERE id = ?1 UNION ALL SELECT 1 FROM erased WHERE owner = ?1 LIMIT 1", owner));
  if (!known) return failure(known.error());
  if (!*known) note_unreadable(row);
  return {};
}

// From one destination to the next, over the index, so that a spool that is full costs nothing.
Result<void> SqliteSpool::Parts::note_strays() {
  const std::scoped_lock hold(looker.lock);
  auto& database = looker.database;
  for (auto at = std::numeric_limits<std::int64_t>::min();;) {
    const auto next = one_integer(database.query("SELECT destination FROM entries WHERE destination > ? ORDER BY destination LIMIT 1", at));
    if (!next) return failure(next.error());
    if (!*next) return {};
    at = **next;
    const auto known = one_integer(database.query("SELECT 1 FROM destinations WHERE id = ?", at));
    if (!known) return failure(known.error());
    if (*known) continue;
    auto query = database.query("SELECT id, owner FROM entries WHERE destination = ?", at);
    while (query.next()) {
      note_unreadable({"entries", query.integer(0), looker.owners.liid_of(database, query.integer(1)), "?" + std::to_string(at),
                       failure(ErrorKind::malformed, "store: the destination of a row is none").value()});
    }
    if (auto done = query.done(); !done) return done;
  }
}

Result<std::vector<SqliteSpool::Listed>> SqliteSpool::list() {
  Lines lines;
  for (std::int64_t after = 0;;) {
    const auto last = look(*parts_, after, lines);
    if (!last) return failure(last.error());
    if (*last == 0) break;
    after = *last;
  }
  std::vector<Listed> found;
  for (auto& [of, line] : lines) found.push_back(std::move(line));
  std::stable_sort(found.begin(), found.end(),
                   [](const Listed& a, const Listed& b) { return std::tie(a.destination, a.oldest) < std::tie(b.destination, b.oldest); });
  return found;
}

}  // namespace li::delivery
