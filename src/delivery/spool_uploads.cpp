#include "delivery/sqlite_spool_impl.hpp"

namespace li::delivery {

namespace {

/// Ids with the length before them, and the name.
RecordBytes join(const Upload& upload) {
  RecordBytes whole;
  append(whole, octets_of(static_cast<std::int64_t>(upload.ids.size())));
  for (const auto id : upload.ids) append(whole, octets_of(id));
  append(whole, as_bytes(upload.name));
  return whole;
}

std::int64_t number_at(ByteView octets) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8U | octets[i];
  return static_cast<std::int64_t>(number);
}

Result<Upload> split(ByteView whole) {
  const auto count = whole.size() < 8 ? 0 : static_cast<std::size_t>(number_at(whole));
  if (whole.size() < 8 || (whole.size() - 8) / 8 < count) return failure(ErrorKind::malformed, "store: an upload is shorter than its list");
  Upload upload{std::string(as_text(whole.subspan(8 + 8 * count))), {}};
  for (std::size_t i = 0; i < count; ++i) upload.ids.push_back(number_at(whole.subspan(8 + 8 * i)));
  return upload;
}

/// The one owner of these entries; nothing when they are of several, or gone.
Result<std::shared_ptr<const Owner>> owner_of(Connection& keeper, const std::vector<std::int64_t>& ids) {
  std::optional<std::int64_t> only;
  for (const auto id : ids) {
    const auto found = one_integer(keeper.database.query("SELECT owner FROM entries WHERE id = ?", id));
    if (!found) return failure(found.error());
    if (!*found || (only && *only != **found)) return nullptr;
    only = *found;
  }
  if (!only) return nullptr;
  return keeper.owners.find(keeper.database, *only);
}

/// What was erased or delivered meanwhile is no longer part of it.
Result<void> keep_waiting(SqliteSpool::Parts& parts, const Confirmed::Ids& confirmed, Upload& upload) {
  auto& keeper = parts.keeper;
  std::vector<std::int64_t> waiting;
  for (const auto id : upload.ids) {
    const auto found = one_integer(keeper.database.query("SELECT owner FROM entries WHERE id = ?", id));
    if (!found) return failure(found.error());
    if (!*found || confirmed.contains(id)) continue;
    const auto owner = parts.owner_of(keeper, **found);
    if (!owner) return failure(owner.error());
    if (*owner) waiting.push_back(id);
  }
  upload.ids = std::move(waiting);
  return {};
}

}  // namespace

Result<std::optional<Upload>> SqliteSpool::upload(std::string_view destination) {
  auto& keeper = parts_->keeper;
  const std::scoped_lock hold(keeper.lock);
  const auto from = keeper.destination(destination);
  if (!from) return failure(from.error());
  if (!*from) return std::nullopt;
  auto query = keeper.database.query("SELECT owner, sealed, first FROM uploads WHERE destination = ?", **from);
  if (!query.next()) {
    if (auto done = query.done(); !done) return failure(done.error());
    return std::nullopt;
  }
  std::shared_ptr<const Owner> owner;
  if (!query.null(0)) {
    auto found = parts_->owner_of(keeper, query.integer(0));
    if (!found) return failure(found.error());
    if (!*found) return std::nullopt;
    owner = std::move(*found);
  }
  const auto whole = (owner ? owner->vault : parts_->keys.vault).open(query.blob(1), "uploads", {octets_of(**from)});
  auto upload = whole ? split(whole->reveal()) : failure(whole.error());
  if (!upload) {  // its entries are still there, and go under another name
    parts_->note_unreadable({"uploads", query.integer(2), owner ? owner->liid : Bytes(), std::string(destination), upload.error()});
    return std::nullopt;
  }
  if (auto done = keep_waiting(*parts_, parts_->confirmed.behind(**from, 0), *upload); !done) return failure(done.error());
  if (upload->ids.empty()) return std::nullopt;
  return std::move(*upload);
}

Result<void> SqliteSpool::begin_upload(std::string_view destination, const Upload& upload) {
  if (upload.ids.empty()) return failure(ErrorKind::missing, "an upload holds at least one entry");
  auto& keeper = parts_->keeper;
  return parts_->in_transaction([&](Database& database) -> Result<void> {
    const auto to = keeper.destination(destination);
    if (!to) return failure(to.error());
    if (!*to) return failure(ErrorKind::unexpected, "nothing was ever appended for this destination");
    const auto owner = owner_of(keeper, upload.ids);
    if (!owner) return failure(owner.error());
    // A name of method A has the LIID in it, and goes with it. Of several LIIDs it shows none.
    const auto& vault = *owner ? (*owner)->vault : parts_->keys.vault;
    const auto sealed = vault.seal(SecretBytes(join(upload)), "uploads", {octets_of(**to)});
    if (!sealed) return failure(sealed.error());
    const auto id = *owner ? std::optional((*owner)->id) : std::nullopt;
    return database.execute("INSERT OR REPLACE INTO uploads VALUES (?, nullif(?, 0), ?, ?)", **to, id.value_or(0), upload.ids.front(),
                            *sealed);
  });
}

Result<std::uint64_t> SqliteSpool::next_file_number(std::string_view destination, ByteView liid) {
  auto& keeper = parts_->keeper;
  std::uint64_t number = 0;
  auto done = parts_->in_transaction([&](Database& database) -> Result<void> {
    const auto to = keeper.destination(destination);
    if (!to) return failure(to.error());
    const auto owner = keeper.owners.find(database, liid);
    if (!owner) return failure(owner.error());
    if (!*to || !*owner) return failure(ErrorKind::unexpected, "nothing was ever appended for this destination and LIID");
    const auto next = one_integer(database.query(
        "INSERT INTO file_numbers VALUES (?, ?, 1) ON CONFLICT (owner, destination) DO UPDATE SET next = next + 1 RETURNING next",
        (*owner)->id, **to));
    if (!next) return failure(next.error());
    number = static_cast<std::uint64_t>(next->value_or(1) - 1);
    return {};
  });
  if (!done) return failure(done.error());
  return number;
}

}  // namespace li::delivery
