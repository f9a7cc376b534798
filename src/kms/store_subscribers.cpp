#include "crypto/hash.hpp"
#include "kms/identity.hpp"
#include "kms/store_impl.hpp"

namespace li::kms {

namespace {

Result<std::vector<std::string>> read_texts(Query& query) {
  std::vector<std::string> found;
  while (query.next()) found.push_back(query.text(0));
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<bool> any(Query& query) {
  const auto found = query.next();
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<std::optional<Subscriber>> read_one(Database& database, Query& query) {
  std::optional<Subscriber> found;
  if (query.next()) found = Subscriber{query.integer(0), query.text(1), {}};
  if (auto done = query.done(); !done) return failure(done.error());
  if (!found) return found;
  auto names = database.query("SELECT identity FROM identities WHERE subscriber = ? ORDER BY identity", found->id);
  auto identities = read_texts(names);
  if (!identities) return failure(identities.error());
  found->identities = std::move(*identities);
  return found;
}

Result<void> add_identity(Database& database, std::int64_t subscriber, const std::string& given) {
  if (auto checked = check_identity(given); !checked) return checked;
  const auto identity = canonical_identity(given);
  auto group = database.query("SELECT 1 FROM groups WHERE identity = ? LIMIT 1", identity);
  const auto taken = any(group);
  if (!taken) return failure(taken.error());
  if (*taken) return exists("group", identity);
  auto added = database.execute("INSERT INTO identities VALUES (?, ?)", identity, subscriber);
  if (!added && added.error().kind == ErrorKind::unexpected) return exists("identity", identity);
  return added;
}

}  // namespace

Result<std::int64_t> Store::Parts::id_of(std::string_view name) {
  auto query = database.query("SELECT id FROM subscribers WHERE name = ?", name);
  const auto found = query.next();
  if (auto done = query.done(); !done) return failure(done.error());
  if (!found) return no_such("subscriber", name);
  return query.integer(0);
}

Result<void> Store::add_subscriber(std::string_view name, const std::vector<std::string>& identities, Time now) {
  if (name.empty() || name.size() > 255) return failure(ErrorKind::out_of_range, "a subscriber's name has 1 to 255 characters");
  if (identities.empty()) return failure(ErrorKind::missing, "a subscriber has at least one public identity");
  const std::scoped_lock hold(parts_->lock);
  auto& database = parts_->database;
  Transaction transaction(database);
  if (!transaction.begun()) return transaction.begun();
  auto added = database.execute("INSERT INTO subscribers (name, created) VALUES (?, ?)", name, now);
  if (!added && added.error().kind == ErrorKind::unexpected) return exists("subscriber", name);
  if (!added) return added;
  const auto id = database.last_id();
  for (const auto& identity : identities) {
    if (auto done = add_identity(database, id, identity); !done) return done;
  }
  return transaction.commit();
}

Result<void> Store::remove_subscriber(std::string_view name) {
  const std::scoped_lock hold(parts_->lock);
  if (auto done = parts_->database.execute("DELETE FROM subscribers WHERE name = ?", name); !done) return done;
  if (parts_->database.changes() == 0) return no_such("subscriber", name);
  return {};
}

Result<std::vector<Subscriber>> Store::subscribers() {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query(
      "SELECT s.id, s.name, i.identity FROM subscribers s JOIN identities i ON i.subscriber = s.id ORDER BY s.name, i.identity");
  std::vector<Subscriber> found;
  while (query.next()) {
    if (found.empty() || found.back().id != query.integer(0)) found.push_back({query.integer(0), query.text(1), {}});
    found.back().identities.push_back(query.text(2));
  }
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<std::optional<Subscriber>> Store::subscriber(std::int64_t id) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT id, name FROM subscribers WHERE id = ?", id);
  return read_one(parts_->database, query);
}

Result<std::optional<Subscriber>> Store::subscriber_of(std::string_view identity) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query(
      "SELECT s.id, s.name FROM subscribers s JOIN identities i ON i.subscriber = s.id WHERE i.identity = ?", canonical_identity(identity));
  return read_one(parts_->database, query);
}

Result<void> Store::add_certificate(std::string_view name, ByteView der) {
  const std::scoped_lock hold(parts_->lock);
  const auto id = parts_->id_of(name);
  if (!id) return failure(id.error());
  auto added = parts_->database.execute("INSERT INTO certificates VALUES (?, ?, ?)", crypto::digest(crypto::Hash::sha256, der), *id, der);
  if (!added && added.error().kind == ErrorKind::unexpected) return exists("certificate", "of this content");
  return added;
}

Result<std::optional<std::int64_t>> Store::owner_of_certificate(ByteView der) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT subscriber FROM certificates WHERE hash = ? AND der = ?",
                                      crypto::digest(crypto::Hash::sha256, der), der);
  std::optional<std::int64_t> found;
  if (query.next()) found = query.integer(0);
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<std::vector<Bytes>> Store::certificates_of(std::int64_t subscriber) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT der FROM certificates WHERE subscriber = ? ORDER BY rowid", subscriber);
  std::vector<Bytes> found;
  while (query.next()) found.push_back(query.blob(0));
  if (auto done = query.done(); !done) return failure(done.error());
  return found;
}

Result<void> Store::add_to_group(std::string_view group, std::string_view member) {
  if (auto checked = check_identity(group); !checked) return checked;
  if (auto checked = check_identity(member); !checked) return checked;
  const std::scoped_lock hold(parts_->lock);
  auto& database = parts_->database;
  Transaction transaction(database);
  if (!transaction.begun()) return transaction.begun();
  auto owner = database.query("SELECT 1 FROM identities WHERE identity = ?", canonical_identity(group));
  const auto taken = any(owner);
  if (!taken) return failure(taken.error());
  if (*taken) return exists("identity", group);
  auto added = database.execute("INSERT INTO groups VALUES (?, ?)", canonical_identity(group), canonical_identity(member));
  if (!added && added.error().kind == ErrorKind::unexpected) return exists("member", member);
  if (!added) return added;
  return transaction.commit();
}

Result<void> Store::remove_from_group(std::string_view group, std::string_view member) {
  const std::scoped_lock hold(parts_->lock);
  if (auto done = parts_->database.execute("DELETE FROM groups WHERE identity = ? AND member = ?", canonical_identity(group),
                                           canonical_identity(member));
      !done)
    return done;
  if (parts_->database.changes() == 0) return no_such("member", member);
  return {};
}

Result<std::vector<std::string>> Store::members(std::string_view group) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT member FROM groups WHERE identity = ? ORDER BY member", canonical_identity(group));
  return read_texts(query);
}

Result<std::vector<std::string>> Store::groups() {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT DISTINCT identity FROM groups ORDER BY identity");
  return read_texts(query);
}

Result<bool> Store::is_member(std::string_view group, std::string_view member) {
  const std::scoped_lock hold(parts_->lock);
  auto query = parts_->database.query("SELECT 1 FROM groups WHERE identity = ? AND member = ?", canonical_identity(group),
                                      canonical_identity(member));
  return any(query);
}

}  // namespace li::kms
