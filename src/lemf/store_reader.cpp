#include "lemf/store_reader.hpp"

#include "lemf/store_impl.hpp"
#include "ops/private_file.hpp"

namespace li::lemf {

namespace {

constexpr std::int64_t kPage = 256;  // between two of them the writer can empty its log
constexpr std::size_t kPageOctets = 16 * 1024 * 1024;

TimePoint to_time(std::int64_t milliseconds) { return TimePoint(std::chrono::milliseconds(milliseconds)); }

// The columns that start at `column`: operator, element, cin, country, kind.
Numbering numbering_at(const db::Query& query, int column) {
  Numbering numbering;
  numbering.operator_identifier = query.blob(column);
  numbering.network_element_identifier = query.blob(column + 1);
  if (query.integer(column + 2) >= 0) numbering.communication_identity_number = static_cast<std::uint32_t>(query.integer(column + 2));
  numbering.delivery_country_code = query.text(column + 3);
  numbering.kind = query.text(column + 4);
  return numbering;
}

Item item_at(const db::Query& query) {
  Item item;
  auto& arrival = item.arrival;
  item.id = query.integer(0);
  arrival.liid = query.blob(1);
  arrival.form = form_by_name(query.text(3)).value_or(Form::bad);
  item.conflict = query.integer(4) != 0;
  arrival.received = to_time(query.integer(5));
  arrival.time = query.text(6);
  arrival.event = query.text(7);
  arrival.correlation = query.blob(8);
  arrival.source = query.text(9);
  arrival.note = query.text(10);
  if (query.integer(12) != 0) {
    arrival.numbering = numbering_at(query, 14);
    arrival.numbering->number = static_cast<std::uint32_t>(query.integer(13));
  }
  return item;
}

// A time that is shorter than the texts it is compared with stands for all that begin with it.
std::string end_of(const std::string& until) { return until.empty() ? until : until + "\x7F"; }

}  // namespace

struct StoreReader::Impl {
  SecretBytes master;
  db::Database database;
  std::map<Bytes, Sealing> sealings;

  [[nodiscard]] Result<Sealing*> sealing_of(const Bytes& liid, std::int64_t id, const Bytes& wrapped);
  [[nodiscard]] Result<std::vector<Item>> page(const Filter& filter, std::int64_t after, bool& more);
  [[nodiscard]] Result<std::map<std::int64_t, Bytes>> liids(const Filter& filter);
  [[nodiscard]] Result<void> check_all_here(const std::map<std::int64_t, Bytes>& before, const Filter& filter);
};

StoreReader::StoreReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StoreReader::~StoreReader() = default;
StoreReader::StoreReader(StoreReader&&) noexcept = default;
StoreReader& StoreReader::operator=(StoreReader&&) noexcept = default;

Result<StoreReader> StoreReader::open(const std::string& path, const SecretBytes& master) {
  if (auto checked = ops::check_private(path); !checked) return failure(checked.error());
  auto database = db::Database::open(path, false);
  if (!database) return failure(database.error());
  if (auto done = database->run("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY"); !done)
    return failure(done.error());
  if (auto done = check_store(*database, master); !done) return failure(done.error());
  return StoreReader(std::make_unique<Impl>(Impl{master.copy(), std::move(*database), {}}));
}

// A row of its own for an LIID that was erased and came again.
Result<Sealing*> StoreReader::Impl::sealing_of(const Bytes& liid, std::int64_t id, const Bytes& wrapped) {
  if (const auto known = sealings.find(liid); known != sealings.end() && known->second.id == id) return &known->second;
  auto vault = crypto::Vault::open(master, wrapped, purpose_of(liid));
  if (!vault) return failure(vault.error());
  return &sealings.insert_or_assign(liid, Sealing{id, std::move(*vault)}).first->second;
}

Result<std::vector<Item>> StoreReader::Impl::page(const Filter& filter, std::int64_t after, bool& more) {
  auto query = database.query(
      "SELECT i.id, l.liid, l.wrapped, i.form, i.conflict, i.received, i.time, i.event, i.correlation, i.source, i.note, i.sealed, "
      "i.context, i.number, c.operator, c.element, c.cin, c.country, c.kind, l.id FROM items i JOIN liids l ON l.id = i.liid AND l.liid IS "
      "NOT NULL "
      "LEFT JOIN contexts c ON c.id = i.context WHERE i.id > ?1 AND (?2 = 0 OR i.id = ?2) AND (?3 = 0 OR l.liid = ?4) AND i.time >= ?5 "
      "AND (?6 = '' OR i.time <= ?6) AND (?7 = '' OR i.event = ?7) AND (?8 = 0 OR i.correlation = ?9) ORDER BY i.id LIMIT ?10",
      after, filter.id, std::int64_t{filter.liid.has_value()}, filter.liid.value_or(Bytes()), filter.since, end_of(filter.until),
      filter.event, std::int64_t{filter.correlation.has_value()}, filter.correlation.value_or(Bytes()), kPage);
  std::vector<Item> items;
  std::size_t octets_of_page = 0;
  while (octets_of_page < kPageOctets && query.next()) {
    auto item = item_at(query);
    const auto sealing = sealing_of(item.arrival.liid, query.integer(19), query.blob(2));
    if (!sealing) return failure(sealing.error());
    const auto octets = (*sealing)->vault.open(query.blob(11), kItems, {row_of(item.id)});
    if (!octets) return failure(octets.error());
    item.arrival.octets = to_record_bytes(octets->reveal());
    octets_of_page += item.arrival.octets.size();
    items.push_back(std::move(item));
  }
  if (auto done = query.done(); !done) return failure(done.error());
  more = octets_of_page >= kPageOctets || items.size() == static_cast<std::size_t>(kPage);
  return items;
}

Result<std::map<std::int64_t, Bytes>> StoreReader::Impl::liids(const Filter& filter) {
  auto query = database.query("SELECT id, liid FROM liids WHERE liid IS NOT NULL AND (?1 = 0 OR liid = ?2)",
                              std::int64_t{filter.liid.has_value()}, filter.liid.value_or(Bytes()));
  std::map<std::int64_t, Bytes> found;
  while (query.next()) found.emplace(query.integer(0), query.blob(1));
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

// Pages are not of one transaction, so that others can store and erase between them.
Result<void> StoreReader::Impl::check_all_here(const std::map<std::int64_t, Bytes>& before, const Filter& filter) {
  const auto now = liids(filter);
  if (!now) return failure(now.error());
  for (const auto& [id, liid] : before) {
    if (now->count(id) == 0) return failure(ErrorKind::missing, "LIID " + readable(liid) + " was erased meanwhile: not all of it is here");
  }
  return {};
}

Result<void> StoreReader::each(const Filter& filter, const std::function<bool(const Item&)>& use) {
  const auto before = impl_->liids(filter);
  if (!before) return failure(before.error());
  std::int64_t after = 0;
  bool more = false;
  for (;;) {
    const auto items = impl_->page(filter, after, more);
    if (!items) return failure(items.error());
    for (const auto& item : *items) {
      if (!use(item)) return {};
    }
    if (!more) return impl_->check_all_here(*before, filter);
    after = items->back().id;
  }
}

Result<std::vector<Gap>> StoreReader::gaps(const Filter& filter, bool closed_too) {
  auto query = impl_->database.query(
      "SELECT l.liid, g.first, g.last, g.missing, g.noticed, g.closed, c.operator, c.element, c.cin, c.country, c.kind FROM gaps g "
      "JOIN contexts c ON c.id = g.context JOIN liids l ON l.id = c.liid AND l.liid IS NOT NULL WHERE (?1 = 0 OR l.liid = ?2) AND (?3 = 1 "
      "OR g.closed = 0) "
      "ORDER BY g.id",
      std::int64_t{filter.liid.has_value()}, filter.liid.value_or(Bytes()), std::int64_t{closed_too});
  std::vector<Gap> gaps;
  while (query.next()) {
    constexpr std::int64_t kRound = std::int64_t{1} << 32;
    Gap gap;
    gap.liid = query.blob(0);
    gap.first = static_cast<std::uint64_t>(query.integer(1) % kRound);
    gap.last = static_cast<std::uint64_t>(query.integer(2) % kRound);
    gap.missing = static_cast<std::uint64_t>(query.integer(3));
    gap.noticed = to_time(query.integer(4));
    if (query.integer(5) != 0) gap.closed = to_time(query.integer(5));
    gap.context = describe(numbering_at(query, 6));
    gaps.push_back(std::move(gap));
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return gaps;
}

}  // namespace li::lemf
