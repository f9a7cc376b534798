#include <array>

#include "kms/grant.hpp"
#include "kms/store_impl.hpp"

namespace li::kms {

namespace {

constexpr std::size_t kTpkSize = 32;

/// "tpk-" and 16 hexadecimal digits.
Bytes new_tpk_id(const crypto::Random& random) {
  std::array<std::uint8_t, 8> octets{};
  random(octets);
  return to_bytes("tpk-" + to_hex(octets));
}

Result<std::optional<TicketProtectionKey>> read_tpk(const Vault& vault, Query& query) {
  if (!query.next()) {
    if (auto done = query.done(); !done) return failure(done.error());
    return std::nullopt;
  }
  auto id = query.blob(0);
  auto key = vault.open(query.blob(1), "tpks", {id});
  if (!key) return failure(key.error());
  return TicketProtectionKey{std::move(id), std::move(*key), query.time(2)};
}

}  // namespace

Result<void> Store::Parts::make_room(Time now) {
  const auto most = static_cast<std::int64_t>(options.max_replays);
  if (replays < most) return {};
  if (auto done = database.execute("DELETE FROM replays WHERE expires <= ?", now); !done) return done;
  auto count = database.query("SELECT count(*) FROM replays");
  if (count.next()) replays = count.integer(0);
  if (auto done = count.done(); !done) return done;
  // Forgetting one to make room would let it be played again.
  if (replays >= most) return failure(ErrorKind::limit, "store: as many messages were seen as may be kept");
  return {};
}

Result<void> Store::put_key(std::string_view name, ByteView key_id, const SecretBytes& key, Time expires) {
  if (key_id.empty() || key_id.size() > 255) return failure(ErrorKind::out_of_range, "a key id has 1 to 255 octets");
  if (key.size() < 16 || key.size() > 64) return failure(ErrorKind::out_of_range, "a pre-shared key has 16 to 64 octets", "RFC 6043 12.1");
  const std::scoped_lock hold(parts_->lock);
  const auto id = parts_->id_of(name);
  if (!id) return failure(id.error());
  const auto sealed = parts_->vault.seal(key, "keys", {key_id});
  if (!sealed) return failure(sealed.error());
  auto& database = parts_->database;
  if (auto done = database.execute("INSERT INTO keys VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key_id) DO UPDATE SET sealed = ?3, expires = ?4 "
                                   "WHERE subscriber = ?2",
                                   key_id, *id, *sealed, expires);
      !done)
    return done;
  if (database.changes() == 0) return failure(ErrorKind::unexpected, "this key id is another subscriber's");
  return {};
}

Result<void> Store::remove_key(ByteView key_id) {
  const std::scoped_lock hold(parts_->lock);
  if (auto done = parts_->database.execute("DELETE FROM keys WHERE key_id = ?", key_id); !done) return done;
  if (parts_->database.changes() == 0) return failure(ErrorKind::unexpected, "there is no key of this id");
  return {};
}

Result<std::optional<SubscriberKey>> Store::key(ByteView key_id, Time now) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT subscriber, sealed, expires FROM keys WHERE key_id = ? AND expires > ?", key_id, now);
  if (!query.next()) {
    if (auto done = query.done(); !done) return failure(done.error());
    return std::nullopt;
  }
  auto key = parts_->vault.open(query.blob(1), "keys", {key_id});
  if (!key) return failure(key.error());
  return SubscriberKey{query.integer(0), to_bytes(key_id), std::move(*key), query.time(2)};
}

Result<std::vector<SubscriberKey>> Store::keys_of(std::int64_t subscriber, Time now) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT key_id, sealed, expires FROM keys WHERE subscriber = ? AND expires > ? ORDER BY expires DESC",
                                      subscriber, now);
  std::vector<SubscriberKey> found;
  while (query.next()) {
    auto key_id = query.blob(0);
    auto key = parts_->vault.open(query.blob(1), "keys", {key_id});
    if (!key) return failure(key.error());
    found.push_back({subscriber, std::move(key_id), std::move(*key), query.time(2)});
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<std::optional<TicketProtectionKey>> Store::active_tpk() {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT id, sealed, created FROM tpks WHERE retired IS NULL");
  return read_tpk(parts_->vault, query);
}

Result<std::optional<TicketProtectionKey>> Store::tpk(ByteView id, Time now) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT id, sealed, created FROM tpks WHERE id = ? AND (retired IS NULL OR retired > ?)", id,
                                      now - parts_->options.keep_retired);
  return read_tpk(parts_->vault, query);
}

Result<TicketProtectionKeyState> Store::rotate_tpk(Time now) {
  const std::scoped_lock hold(parts_->lock);
  auto& database = parts_->database;
  const auto id = new_tpk_id(parts_->options.random);
  const auto sealed = parts_->vault.seal(draw(parts_->options.random, kTpkSize), "tpks", {id});
  if (!sealed) return failure(sealed.error());
  Transaction transaction(database);
  if (!transaction.begun()) return failure(transaction.begun().error());
  if (auto done = database.execute("UPDATE tpks SET retired = ? WHERE retired IS NULL", now); !done) return failure(done.error());
  if (auto done = database.execute("INSERT INTO tpks VALUES (?, ?, ?, NULL)", id, *sealed, now); !done) return failure(done.error());
  if (auto done = transaction.commit(); !done) return failure(done.error());
  return TicketProtectionKeyState{std::string(as_text(id)), now, std::nullopt, std::nullopt};
}

Result<std::vector<TicketProtectionKeyState>> Store::tpks() {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT id, created, retired FROM tpks ORDER BY created DESC, rowid DESC");
  std::vector<TicketProtectionKeyState> found;
  while (query.next()) {
    found.push_back({std::string(as_text(query.blob(0))), query.time(1), std::nullopt, std::nullopt});
    if (query.null(2)) continue;
    found.back().retired = query.time(2);
    found.back().erased_after = query.time(2) + parts_->options.keep_retired;
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<bool> Store::first_seen(ByteView hash, Time now, Time expires) {
  const std::scoped_lock hold(parts_->lock);
  auto& database = parts_->database;
  if (auto room = parts_->make_room(now); !room) return failure(room.error());
  if (auto done = database.execute(
          "INSERT INTO replays VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET expires = excluded.expires WHERE expires <= ?", hash, expires,
          now);
      !done)
    return failure(done.error());
  const auto added = database.changes() == 1;
  if (added) ++parts_->replays;
  return added;
}

Result<void> Store::cache(ByteView ticket, ByteView fork, const SecretBytes& keys, Time expires) {
  const std::scoped_lock hold(parts_->lock);
  const auto sealed = parts_->vault.seal(keys, "cached", {ticket, fork});
  if (!sealed) return failure(sealed.error());
  return parts_->database.execute(
      "INSERT INTO cached VALUES (?1, ?2, ?3, ?4) ON CONFLICT (ticket, fork) DO UPDATE SET sealed = ?3, expires = ?4", ticket, fork,
      *sealed, expires);
}

Result<std::optional<SecretBytes>> Store::cached(ByteView ticket, ByteView fork, Time now) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT sealed FROM cached WHERE ticket = ? AND fork = ? AND expires > ?", ticket, fork, now);
  if (!query.next()) {
    if (auto done = query.done(); !done) return failure(done.error());
    return std::nullopt;
  }
  auto keys = parts_->vault.open(query.blob(0), "cached", {ticket, fork});
  if (!keys) return failure(keys.error());
  return std::move(*keys);
}

}  // namespace li::kms
