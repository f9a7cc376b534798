#include "crypto/hash.hpp"
#include "lemf/store_impl.hpp"

namespace li::lemf {

namespace {

constexpr std::int64_t kRound = std::int64_t{1} << 32;

void add(Bytes& key, ByteView part) {
  key.push_back(static_cast<std::uint8_t>(part.size() >> 8));
  key.push_back(static_cast<std::uint8_t>(part.size()));
  key.insert(key.end(), part.begin(), part.end());
}

std::int64_t cin_of(const Numbering& numbering) {
  return numbering.communication_identity_number ? std::int64_t{*numbering.communication_identity_number} : -1;
}

// The standard's whole key but the number; the LIID by its row, for one that was erased begins anew.
Bytes key_of(const Sealing& sealing, const Numbering& numbering) {
  Bytes key;
  add(key, row_of(sealing.id));
  add(key, numbering.operator_identifier);
  add(key, numbering.network_element_identifier);
  add(key, row_of(cin_of(numbering)));
  add(key, as_bytes(numbering.delivery_country_code));
  add(key, as_bytes(numbering.kind));
  return key;
}

std::uint64_t number_at(std::int64_t place) { return static_cast<std::uint64_t>(place % kRound); }

}  // namespace

std::string describe(const Numbering& numbering) {
  auto text = "operator " + readable(numbering.operator_identifier);
  if (!numbering.network_element_identifier.empty()) text += ", element " + readable(numbering.network_element_identifier);
  if (numbering.communication_identity_number) text += ", CIN " + std::to_string(*numbering.communication_identity_number);
  if (!numbering.delivery_country_code.empty()) text += ", country " + numbering.delivery_country_code;
  return text + ", " + numbering.kind;
}

std::int64_t place_of(std::uint32_t number, std::int64_t next) {
  const auto place = next - next % kRound + number;
  if (place - next > kRound / 2 && place >= kRound) return place - kRound;
  if (next - place > kRound / 2) return place + kRound;
  return place;
}

Result<Context*> Store::Impl::context_of(const Sealing& sealing, const Numbering& numbering) {
  auto key = key_of(sealing, numbering);
  if (auto* known = contexts_.find(key)) return known;
  auto query = database_.query("SELECT id, generation, next FROM contexts WHERE key = ?", key);
  Context context;
  if (query.next()) {
    context = {query.integer(0), query.integer(1), query.integer(2)};
  } else {
    if (auto done = query.done(); !done) return failure(done.error());
    auto done = database_.execute(
        "INSERT INTO contexts (key, liid, operator, element, cin, country, kind, generation, next) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)", key,
        sealing.id, numbering.operator_identifier, numbering.network_element_identifier, cin_of(numbering), numbering.delivery_country_code,
        numbering.kind);
    if (!done) return failure(done.error());
    context.id = database_.last_id();
  }
  if (const auto* oldest = contexts_.next_to_go(); oldest != nullptr && moved_.count(oldest) != 0) {
    if (auto done = write(*oldest); !done) return failure(done.error());
    moved_.erase(oldest);
  }
  return contexts_.put(std::move(key), context);
}

// The last condition lets it use the indexes, which are of numbered items only. A sender may repeat a number as often as it likes: what is
// there under it is never gone through.
// Equal octets are the same PDU however long ago it came; other octets are in conflict only where this number was in its place.
Result<Store::Impl::Sight> Store::Impl::look_for(const Spot& spot, std::uint32_t number) {
  auto same = database_.query("SELECT 1 FROM items WHERE context = ? AND number = ? AND digest = ? AND context <> 0", spot.context->id,
                              std::int64_t{number}, spot.digest);
  if (same.next()) return Sight::duplicate;
  if (auto done = same.done(); !done) return failure(done.error());
  auto other = database_.query("SELECT 1 FROM items WHERE context = ? AND generation = ? AND place = ? AND context <> 0", spot.context->id,
                               spot.context->generation, spot.place);
  if (other.next()) return Sight::conflict;
  if (auto done = other.done(); !done) return failure(done.error());
  return Sight::fresh;
}

Result<void> Store::Impl::count(const Bytes& liid, const Numbering& numbering, Context& context, std::int64_t place, TimePoint now,
                                Outcome& outcome) {
  if (place >= context.next) {
    if (place > context.next) {
      outcome.notices.push_back({Notice::What::gap, liid, describe(numbering), number_at(context.next), number_at(place - 1)});
      if (auto done = open_gap(context, place - 1, now); !done) return done;
    }
    context.next = place + 1;
    moved_.insert(&context);
    return {};
  }
  const auto filled = fill_gap(context, place, now);
  if (!filled) return failure(filled.error());
  if (*filled)
    outcome.notices.push_back(
        {Notice::What::gap_closed, liid, describe(numbering), number_at((*filled)->first), number_at((*filled)->second)});
  return {};
}

Result<void> Store::Impl::open_gap(Context& context, std::int64_t last, TimePoint now) {
  return database_.execute("INSERT INTO gaps (context, generation, first, last, missing, noticed, closed) VALUES (?, ?, ?, ?, ?, ?, 0)",
                           context.id, context.generation, context.next, last, last - context.next + 1, to_milliseconds(now));
}

// The gap that it closed, if it was the last one missing. Gaps do not overlap: only the last one that begins before it can hold it.
Result<std::optional<std::pair<std::int64_t, std::int64_t>>> Store::Impl::fill_gap(const Context& context, std::int64_t place,
                                                                                   TimePoint now) {
  auto query = database_.query(
      "SELECT id, first, last, missing FROM gaps WHERE closed = 0 AND context = ? AND generation = ? AND first <= ? ORDER BY first DESC "
      "LIMIT 1",
      context.id, context.generation, place);
  if (!query.next() || query.integer(2) < place) {
    if (auto done = query.done(); !done) return failure(done.error());
    return std::nullopt;
  }
  const std::pair range{query.integer(1), query.integer(2)};
  const auto left = query.integer(3) - 1;
  auto done = database_.execute("UPDATE gaps SET missing = ?, closed = ? WHERE id = ?", left,
                                left == 0 ? to_milliseconds(now) : std::int64_t{0}, query.integer(0));
  if (!done) return failure(done.error());
  if (left != 0) return std::nullopt;
  return range;
}

// Whether it is a new one: after a reconnection it may come again, and must not throw away what came behind it.
Result<bool> Store::Impl::reset(const Arrival& arrival, Outcome& outcome) {
  const auto hash = crypto::digest(crypto::Hash::sha256, arrival.octets);
  auto done = database_.execute("INSERT OR IGNORE INTO resets VALUES (?, ?, ?)", arrival.liid, hash, to_milliseconds(arrival.received));
  if (!done) return failure(done.error());
  if (database_.changes() == 0) return false;
  if (auto written = write_contexts(); !written) return failure(written.error());
  const auto all = arrival.liid == Bytes{'-'};
  auto moved = all ? database_.execute(
                         "UPDATE contexts SET generation = generation + 1, next = 0 WHERE kind <> 'file' AND operator = ? AND element = ?",
                         arrival.operator_identifier, arrival.network_element_identifier)
                   : database_.execute(
                         "UPDATE contexts SET generation = generation + 1, next = 0 WHERE kind <> 'file' AND operator = ? AND element = ? "
                         "AND liid = (SELECT id FROM liids WHERE liid = ?)",
                         arrival.operator_identifier, arrival.network_element_identifier, arrival.liid);
  if (!moved) return failure(moved.error());
  contexts_.clear();
  outcome.notices.push_back({Notice::What::reset, arrival.liid, "operator " + readable(arrival.operator_identifier), 0, 0});
  return true;
}

Result<void> Store::Impl::write(const Context& context) {
  return database_.execute("UPDATE contexts SET next = ? WHERE id = ?", context.next, context.id);
}

Result<void> Store::Impl::write_contexts() {
  for (const auto* context : moved_) {
    if (auto done = write(*context); !done) return done;
  }
  moved_.clear();
  return {};
}

}  // namespace li::lemf
