#include <array>

#include "crypto/hash.hpp"
#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

constexpr std::size_t kDigest = 16;

/// A state's key is sealed as well: its length and it come before the value.
RecordBytes join(const State& state) {
  RecordBytes whole;
  whole.reserve(4 + state.key.size() + state.value.size());
  for (int shift = 24; shift >= 0; shift -= 8) whole.push_back(static_cast<std::uint8_t>(state.key.size() >> shift));
  append(whole, state.key);
  append(whole, state.value);
  return whole;
}

std::int64_t seconds_of(TimePoint time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }

/// The whole key of 5.2.5 in one octet string.
Bytes name_of(const NumberContext& context, const StoreKeys& keys) {
  const auto cin = octets_of(context.communication_identity_number.value_or(0));
  const std::array<std::uint8_t, 4> present{context.network_element_identifier.has_value(),
                                            context.communication_identity_number.has_value(), context.delivery_country_code.has_value(),
                                            static_cast<std::uint8_t>(context.kind)};
  const auto element = context.network_element_identifier.value_or(Bytes());
  return keys.name("number", {present, context.liid, context.operator_identifier, element, cin,
                              as_bytes(context.delivery_country_code ? std::string_view(*context.delivery_country_code) : ""),
                              as_bytes(context.destination)});
}

/// -1 for none.
std::int64_t cin_of(const NumberContext& context) {
  return context.communication_identity_number ? std::int64_t{*context.communication_identity_number} : -1;
}

class SqliteBatch : public Spool::Batch {
 public:
  SqliteBatch(SqliteSpool& spool, SqliteSpool::Parts& parts, std::unique_lock<std::mutex> held)
      : spool_(spool),
        parts_(parts),
        held_(std::move(held)),
        connection_(parts.batches),
        transaction_(std::in_place, parts.batches.database) {}
  ~SqliteBatch() override {
    if (transaction_) undo();
  }
  SqliteBatch(const SqliteBatch&) = delete;
  SqliteBatch& operator=(const SqliteBatch&) = delete;

  [[nodiscard]] Result<void> open();
  [[nodiscard]] Result<std::uint32_t> next_number(const NumberContext& context) override;
  [[nodiscard]] Result<std::uint64_t> next_id(std::string_view counter) override;
  [[nodiscard]] Result<void> append(const Entry& entry) override;
  [[nodiscard]] Result<Sighting> sight(ByteView context, std::uint32_t number, ByteView octets, TimePoint now) override;
  [[nodiscard]] Result<void> keep(const State& state) override;
  [[nodiscard]] Result<void> forget(std::string_view kind, ByteView liid, ByteView key) override;
  [[nodiscard]] Result<void> forget_numbers(ByteView liid, std::uint32_t communication_identity_number) override;
  [[nodiscard]] Result<void> commit() override;

 private:
  struct Source {
    std::int64_t id;
    std::optional<std::uint32_t> last;
  };
  [[nodiscard]] Result<std::shared_ptr<const Owner>> owner_for(ByteView liid);
  [[nodiscard]] Result<Source> source(ByteView name);
  [[nodiscard]] Result<Sight> look(const Source& source, std::uint32_t number, ByteView digest);
  [[nodiscard]] Result<void> store_next_id();
  void undo();

  /// Remembers the first failure: after it nothing of the batch may be committed.
  template <typename T>
  [[nodiscard]] Result<T> checked(Result<T> result) {
    if (!result && !failed_) failed_ = result.error();
    return result;
  }
  /// What the failed batch answers.
  [[nodiscard]] tl::unexpected<Error> again() const { return failure(*failed_); }

  SqliteSpool& spool_;
  SqliteSpool::Parts& parts_;
  std::unique_lock<std::mutex> held_;
  Connection& connection_;
  std::optional<Transaction> transaction_;
  std::optional<Error> failed_;
  std::int64_t next_entry_ = 0;  ///< 0: no entry yet
  std::uint64_t octets_ = 0;
};

Result<void> SqliteBatch::open() {
  if (!transaction_->begun()) return transaction_->begun();
  return parts_.look_for_erasures();
}

void SqliteBatch::undo() {
  transaction_.reset();
  connection_.forget();  // what it learnt may have been undone
}

// An LIID whose key can't be opened gets another one: what comes from now on is delivered.
Result<std::shared_ptr<const Owner>> SqliteBatch::owner_for(ByteView liid) {
  auto& owners = connection_.owners;
  auto owner = owners.find_or_make(connection_.database, liid);
  if (owner || owner.error().kind != ErrorKind::malformed) return checked(std::move(owner));
  parts_.note_unreadable({"owners", owners.row_of(connection_.database, liid), to_bytes(liid), {}, owner.error()});
  return checked(owners.replace(connection_.database, liid));
}

Result<std::uint32_t> SqliteBatch::next_number(const NumberContext& context) {
  if (failed_) return again();
  const auto owner = owner_for(context.liid);
  if (!owner) return failure(owner.error());
  const auto next =
      checked(one_integer(connection_.database.query("INSERT INTO numbers (owner, name, next, cin) VALUES (?, ?, 1, nullif(?, -1)) "
                                                     "ON CONFLICT (owner, name) DO UPDATE "
                                                     "SET next = (next + 1) & 0xFFFFFFFF, cin = excluded.cin RETURNING next",
                                                     (*owner)->id, name_of(context, parts_.keys), cin_of(context))));
  if (!next) return failure(next.error());
  return static_cast<std::uint32_t>(next->value_or(1) - 1);
}

Result<std::uint64_t> SqliteBatch::next_id(std::string_view counter) {
  if (failed_) return again();
  const auto next = checked(one_integer(connection_.database.query(
      "INSERT INTO counters VALUES ('of ' || ?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value", counter)));
  if (!next) return failure(next.error());
  return static_cast<std::uint64_t>(next->value_or(0));
}

Result<void> SqliteBatch::append(const Entry& entry) {
  if (failed_) return again();
  if (next_entry_ == 0) {
    const auto used = checked(one_integer(connection_.database.query("SELECT value FROM counters WHERE name = 'entries'")));
    if (!used) return failure(used.error());
    next_entry_ = used->value_or(0) + 1;
  }
  const auto destination = checked(connection_.destination_or_new(entry.destination));
  if (!destination) return failure(destination.error());
  const auto owner = owner_for(entry.liid);
  if (!owner) return failure(owner.error());
  const auto event = static_cast<std::int64_t>(entry.event.time_since_epoch().count());
  const auto sealed = checked(
      (*owner)->vault.seal(SecretBytes(entry.octets), "entries", {octets_of(next_entry_), octets_of(*destination), octets_of(event)}));
  if (!sealed) return failure(sealed.error());
  octets_ += sealed->size();
  return checked(connection_.database.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", next_entry_++, *destination, (*owner)->id,
                                              event, *sealed));
}

Result<SqliteBatch::Source> SqliteBatch::source(ByteView name) {
  auto query = connection_.database.query("SELECT id, last FROM sources WHERE name = ?", name);
  if (query.next()) return Source{query.integer(0), static_cast<std::uint32_t>(query.integer(1))};
  if (auto done = query.done(); !done) return failure(done.error());
  if (auto done = connection_.database.execute("INSERT INTO sources (name, last, seen_seconds) VALUES (?, 0, 0)", name); !done)
    return failure(done.error());
  return Source{connection_.database.last_id(), std::nullopt};
}

Result<Sight> SqliteBatch::look(const Source& source, std::uint32_t number, ByteView digest) {
  auto query = connection_.database.query("SELECT digest FROM sightings WHERE source = ? AND number = ?", source.id,
                                          static_cast<std::int64_t>(number));
  if (query.next()) return equal(query.blob(0), digest) ? Sight::repeated : Sight::conflicting;
  if (auto done = query.done(); !done) return failure(done.error());
  return Sight::first;
}

Result<Sighting> SqliteBatch::sight(ByteView context, std::uint32_t number, ByteView octets, TimePoint now) {
  if (failed_) return again();
  const auto from = checked(source(parts_.keys.name("source", {context})));
  if (!from) return failure(from.error());
  const auto digest = to_bytes(crypto::hmac(crypto::Hash::sha256, parts_.keys.naming.reveal(), {octets}).reveal().first(kDigest));
  const auto sight = checked(look(*from, number, digest));
  if (!sight) return failure(sight.error());
  if (*sight == Sight::repeated) return Sighting{*sight, from->last};
  const auto at = seconds_of(now);
  auto& database = connection_.database;
  auto done =
      database.execute("INSERT OR REPLACE INTO sightings VALUES (?, ?, ?, ?)", from->id, static_cast<std::int64_t>(number), digest, at);
  if (done)
    done = database.execute("UPDATE sources SET last = ?, seen_seconds = ? WHERE id = ?", static_cast<std::int64_t>(number), at, from->id);
  if (done = checked(done); !done) return failure(done.error());
  return Sighting{*sight, from->last};
}

Result<void> SqliteBatch::keep(const State& state) {
  if (failed_) return again();
  const auto owner = owner_for(state.liid);
  if (!owner) return failure(owner.error());
  const auto name = parts_.keys.name("state", {as_bytes(state.kind), state.key});
  const auto sealed = checked((*owner)->vault.seal(SecretBytes(join(state)), "states", {as_bytes(state.kind), name}));
  if (!sealed) return failure(sealed.error());
  octets_ += sealed->size();
  // One that stood aside may be opened again: what it had is older.
  auto done = checked(
      connection_.database.execute("DELETE FROM states WHERE kind = ? AND name = ? AND owner IN (SELECT id FROM owners WHERE aside = ?)",
                                   state.kind, name, parts_.keys.name("liid", {state.liid})));
  if (!done) return done;
  return checked(
      connection_.database.execute("INSERT INTO states (kind, owner, name, sealed) VALUES (?1, ?2, ?3, ?4) "
                                   "ON CONFLICT (kind, owner, name) DO UPDATE SET sealed = ?4",
                                   state.kind, (*owner)->id, name, *sealed));
}

Result<void> SqliteBatch::forget(std::string_view kind, ByteView liid, ByteView key) {
  if (failed_) return again();
  return checked(connection_.database.execute(
      "DELETE FROM states WHERE kind = ?1 AND name = ?2 AND owner IN (SELECT id FROM owners WHERE name = ?3 OR aside = ?3)", kind,
      parts_.keys.name("state", {as_bytes(kind), key}), parts_.keys.name("liid", {liid})));
}

Result<void> SqliteBatch::forget_numbers(ByteView liid, std::uint32_t communication_identity_number) {
  if (failed_) return again();
  return checked(connection_.database.execute("DELETE FROM numbers WHERE cin = ? AND owner IN (SELECT id FROM owners WHERE name = ?)",
                                              std::int64_t{communication_identity_number}, parts_.keys.name("liid", {liid})));
}

Result<void> SqliteBatch::store_next_id() {
  if (next_entry_ == 0) return {};
  return connection_.database.execute("UPDATE counters SET value = ? WHERE name = 'entries'", next_entry_ - 1);
}

Result<void> SqliteBatch::commit() {
  if (failed_) return again();
  if (auto done = checked(store_next_id()); !done) return done;
  const auto confirmed = parts_.confirmed.all();
  if (auto done = checked(parts_.remove(connection_, confirmed)); !done) return done;
  if (auto done = checked(transaction_->commit()); !done) return done;
  transaction_.reset();
  parts_.confirmed.removed(confirmed);
  parts_.note_commit(octets_, !confirmed.empty());
  held_.unlock();
  if (next_entry_ != 0 && spool_.on_entries) spool_.on_entries();
  return {};
}

}  // namespace

Result<std::unique_ptr<Spool::Batch>> begin_batch(SqliteSpool& spool, SqliteSpool::Parts& parts, std::unique_lock<std::mutex> held) {
  auto batch = std::make_unique<SqliteBatch>(spool, parts, std::move(held));
  if (auto opened = batch->open(); !opened) return failure(opened.error());
  return batch;
}

}  // namespace li::delivery
