#include <array>

#include "crypto/hash.hpp"
#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

constexpr std::string_view kPurpose = "hi2-df2 spool";
constexpr std::size_t kNameSize = 16;

/// A data key opens only for the LIID that it was made for.
std::string purpose(ByteView name) { return "hi2-df2 spool, LIID " + to_hex(name); }

Result<std::optional<Bytes>> meta(Database& database, std::string_view name) {
  auto query = database.query("SELECT value FROM meta WHERE name = ?", name);
  std::optional<Bytes> found;
  if (query.next()) found = query.blob(0);
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

}  // namespace

Result<std::optional<std::int64_t>> one_integer(Query query) {
  std::optional<std::int64_t> found;
  if (query.next()) found = query.integer(0);
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Bytes StoreKeys::name(std::string_view what, std::initializer_list<ByteView> parts) const {
  Bytes text = to_bytes(what);
  text.push_back(0);
  for (const auto part : parts) {
    for (int shift = 24; shift >= 0; shift -= 8) text.push_back(static_cast<std::uint8_t>(part.size() >> shift));
    text.insert(text.end(), part.begin(), part.end());
  }
  const auto whole = crypto::hmac(crypto::Hash::sha256, naming.reveal(), {text});
  wipe(text.data(), text.size());
  return to_bytes(whole.reveal().first(kNameSize));
}

Result<void> make_store_keys(Database& database, const SecretBytes& master, const crypto::Random& random) {
  auto made = Vault::make(master, random, kPurpose);
  if (!made) return failure(made.error());
  std::array<std::uint8_t, 64> octets{};
  random(octets);
  const SecretBytes secrets{ByteView(octets)};
  wipe(octets.data(), octets.size());
  const auto sealed = made->vault.seal(secrets, "meta", {as_bytes("keys")});
  if (!sealed) return failure(sealed.error());
  return database.execute("INSERT INTO meta VALUES ('data key', ?), ('keys', ?)", made->wrapped, *sealed);
}

Result<StoreKeys> open_store_keys(Database& database, const SecretBytes& master, const crypto::Random& random) {
  const auto wrapped = meta(database, "data key");
  if (!wrapped) return failure(wrapped.error());
  const auto sealed = meta(database, "keys");
  if (!sealed) return failure(sealed.error());
  if (!*wrapped || !*sealed) return failure(ErrorKind::missing, "the spool holds no keys: it was never made to its end");
  auto vault = Vault::open(master, **wrapped, kPurpose);
  if (!vault) return failure(vault.error());
  const auto secrets = vault->open(**sealed, "meta", {as_bytes("keys")});
  if (!secrets) return failure(secrets.error());
  if (secrets->size() != 64) return failure(ErrorKind::malformed, "the spool's keys have another size");
  return StoreKeys{std::move(*vault), SecretBytes(secrets->reveal().first(32)), SecretBytes(secrets->reveal().last(32)), random};
}

Result<std::shared_ptr<const Owner>> Owners::open(Query query) {
  if (!query.next()) {
    if (auto done = query.done(); !done) return failure(done.error());
    return nullptr;
  }
  const auto name = query.blob(1);
  const auto liid = keys_->vault.open(query.blob(2), "owners", {name});
  if (!liid) return failure(liid.error());
  auto vault = Vault::open(keys_->wrapping, query.blob(3), purpose(name));
  if (!vault) return failure(ErrorKind::malformed, "store: the data key of a LIID was changed or moved");
  auto owner = std::make_shared<const Owner>(Owner{query.integer(0), to_bytes(liid->reveal()), std::move(*vault)});
  return by_id_[owner->id] = owner;
}

Result<std::shared_ptr<const Owner>> Owners::find(Database& database, ByteView liid) {
  if (const auto known = by_liid_.find(to_bytes(liid)); known != by_liid_.end()) return known->second;
  auto owner = open(database.query("SELECT id, name, sealed_liid, wrapped FROM owners WHERE name = ?", keys_->name("liid", {liid})));
  if (owner && *owner) by_liid_[to_bytes(liid)] = *owner;
  return owner;
}

Result<std::shared_ptr<const Owner>> Owners::find(Database& database, std::int64_t id) {
  if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second;
  return open(database.query("SELECT id, coalesce(aside, name), sealed_liid, wrapped FROM owners WHERE id = ?", id));
}

Result<std::shared_ptr<const Owner>> Owners::find_or_make(Database& database, ByteView liid) {
  auto found = find(database, liid);
  if (!found || *found) return found;
  return make(database, liid);
}

Result<std::shared_ptr<const Owner>> Owners::make(Database& database, ByteView liid) {
  const auto name = keys_->name("liid", {liid});
  auto made = Vault::make(keys_->wrapping, keys_->random, purpose(name));
  if (!made) return failure(made.error());
  const auto sealed = keys_->vault.seal(SecretBytes(liid), "owners", {name});
  if (!sealed) return failure(sealed.error());
  auto done = database.execute("INSERT INTO owners (name, sealed_liid, wrapped) VALUES (?, ?, ?)", name, *sealed, made->wrapped);
  if (!done) return failure(done.error());
  return find(database, liid);
}

Result<std::shared_ptr<const Owner>> Owners::replace(Database& database, ByteView liid) {
  const auto old = row_of(database, liid);
  // Every connection has to forget which owner the LIID had.
  for (const auto* sql : {"UPDATE owners SET aside = name, name = randomblob(16) WHERE id = ?",
                          "UPDATE counters SET value = value + 1 WHERE name = 'erasures' AND ?"}) {
    if (auto done = database.execute(sql, old); !done) return failure(done.error());
  }
  auto made = make(database, liid);
  if (!made) return made;
  for (const auto* sql : {"UPDATE numbers SET owner = ? WHERE owner = ?", "UPDATE file_numbers SET owner = ? WHERE owner = ?"}) {
    if (auto done = database.execute(sql, (*made)->id, old); !done) return failure(done.error());
  }
  return made;
}

std::int64_t Owners::row_of(Database& database, ByteView liid) const {
  const auto found = one_integer(database.query("SELECT id FROM owners WHERE name = ?", keys_->name("liid", {liid})));
  return found ? found->value_or(0) : 0;
}

Bytes Owners::liid_of(Database& database, std::int64_t id) const {
  auto query = database.query("SELECT coalesce(aside, name), sealed_liid FROM owners WHERE id = ?", id);
  if (!query.next()) return {};
  const auto liid = keys_->vault.open(query.blob(1), "owners", {query.blob(0)});
  return liid ? to_bytes(liid->reveal()) : Bytes();
}

Result<std::optional<std::int64_t>> Connection::destination(std::string_view name) {
  if (const auto known = destinations.find(name); known != destinations.end()) return known->second;
  const auto found = one_integer(database.query("SELECT id FROM destinations WHERE name = ?", name));
  if (found && *found) destinations.emplace(name, **found);
  return found;
}

Result<std::int64_t> Connection::destination_or_new(std::string_view name) {
  const auto known = destination(name);
  if (!known) return failure(known.error());
  if (*known) return **known;
  if (auto done = database.execute("INSERT INTO destinations (name) VALUES (?)", name); !done) return failure(done.error());
  return destinations.emplace(name, database.last_id()).first->second;
}

}  // namespace li::delivery
