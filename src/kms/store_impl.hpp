// kms/store_impl.hpp: the store's connection, lock and vault, for the files that hold its functions.
//
// Source:  docs/kms.md (what is kept, and how it is sealed).
// Units:   times in seconds, UTC.
// Errors:  those of db; names are told, keys never.
// Owns:    connection and vault; the lock is for whoever uses them.
#pragma once

#include <mutex>

#include "crypto/vault.hpp"
#include "db/sqlite.hpp"
#include "kms/store.hpp"

namespace li::kms {

using crypto::Vault;
using db::Database;
using db::Query;
using db::Transaction;

struct Store::Parts {
  Options options;
  Database database;
  Vault vault;
  std::mutex lock;           ///< around the one connection
  std::int64_t replays = 0;  ///< about how many there are; counting them anew takes time

  Parts(Options with, Database over, Vault sealing) : options(std::move(with)), database(std::move(over)), vault(std::move(sealing)) {}

  /// Room for one more seen message.
  [[nodiscard]] Result<void> make_room(Time now);

  /// The row of a subscriber by name; an Error when there is none.
  [[nodiscard]] Result<std::int64_t> id_of(std::string_view name);
};

/// Brings the tables to the newest version; each step is one transaction.
[[nodiscard]] Result<void> migrate(Database& database);

/// "no subscriber 'x'" and the like.
[[nodiscard]] tl::unexpected<Error> no_such(std::string_view what, std::string_view name);
[[nodiscard]] tl::unexpected<Error> exists(std::string_view what, std::string_view name);

}  // namespace li::kms
