// delivery/sqlite_spool_impl.hpp: the spool's connections, locks and keys, for the files that hold its functions.
//
// Source:  docs/decisions.md.
// Errors:  those of db; what is sealed and does not open is one.
// Owns:    connections and keys; the locks are for whoever uses them.
#pragma once

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "crypto/vault.hpp"
#include "db/sqlite.hpp"
#include "delivery/sqlite_spool.hpp"

namespace li::delivery {

using crypto::Vault;
using db::Database;
using db::Query;
using db::Transaction;

/// Of a log that can't be cut off yet.
inline constexpr std::string_view kLogIsRead = "spool: another process reads; what was erased stays in the log until the next time";

/// What opens the store: never in it but sealed.
struct StoreKeys {
  Vault vault;           ///< seals what belongs to no single LIID
  SecretBytes wrapping;  ///< wraps the data keys of LIIDs
  SecretBytes naming;    ///< of the hashes that stand for names
  crypto::Random random;

  /// 16 octets that say nothing without the key. `what` keeps names of different tables apart.
  [[nodiscard]] Bytes name(std::string_view what, std::initializer_list<ByteView> parts) const;
};
[[nodiscard]] Result<void> make_store_keys(Database& database, const SecretBytes& master, const crypto::Random& random);
[[nodiscard]] Result<StoreKeys> open_store_keys(Database& database, const SecretBytes& master, const crypto::Random& random);

/// A LIID and its data key. The number is never used again, so that rows of an erased owner can't be taken for another's.
struct Owner {
  std::int64_t id;
  Bytes liid;
  Vault vault;
};

/// The owners that a connection has met. Used under the connection's lock.
class Owners {
 public:
  explicit Owners(const StoreKeys& keys) : keys_(&keys) {}
  /// Nothing when the LIID has no key here.
  [[nodiscard]] Result<std::shared_ptr<const Owner>> find(Database& database, ByteView liid);
  [[nodiscard]] Result<std::shared_ptr<const Owner>> find(Database& database, std::int64_t id);
  [[nodiscard]] Result<std::shared_ptr<const Owner>> find_or_make(Database& database, ByteView liid);
  /// Another key for a LIID whose own can't be opened. The old one and what it sealed stay; numbers are counted on.
  [[nodiscard]] Result<std::shared_ptr<const Owner>> replace(Database& database, ByteView liid);
  /// 0 when there is none.
  [[nodiscard]] std::int64_t row_of(Database& database, ByteView liid) const;
  /// Of an owner whose key can't be opened; empty when the LIID can't either.
  [[nodiscard]] Bytes liid_of(Database& database, std::int64_t id) const;
  void clear() { by_liid_.clear(), by_id_.clear(); }

 private:
  [[nodiscard]] Result<std::shared_ptr<const Owner>> open(Query query);
  [[nodiscard]] Result<std::shared_ptr<const Owner>> make(Database& database, ByteView liid);

  const StoreKeys* keys_;
  std::map<Bytes, std::shared_ptr<const Owner>> by_liid_;
  std::map<std::int64_t, std::shared_ptr<const Owner>> by_id_;
};

struct Connection {
  std::mutex lock;
  Database database;
  Owners owners;
  std::map<std::string, std::int64_t, std::less<>> destinations;

  Connection(Database opened, const StoreKeys& keys) : database(std::move(opened)), owners(keys) {}
  /// The number of a destination; nothing when nobody has appended to it.
  [[nodiscard]] Result<std::optional<std::int64_t>> destination(std::string_view name);
  [[nodiscard]] Result<std::int64_t> destination_or_new(std::string_view name);
  void forget() { owners.clear(), destinations.clear(); }
};

/// Confirmed, and not yet removed from the disk.
class Confirmed {
 public:
  using Ids = std::set<std::int64_t>;
  void add(std::int64_t destination, const std::vector<std::int64_t>& ids);
  [[nodiscard]] std::map<std::int64_t, Ids> all() const;
  [[nodiscard]] Ids behind(std::int64_t destination, std::int64_t after) const;
  void removed(const std::map<std::int64_t, Ids>& ids);
  [[nodiscard]] bool empty() const;

 private:
  mutable std::mutex lock_;
  std::map<std::int64_t, Ids> ids_;
};

/// What the spool's thread has to do, and when.
struct Chores {
  using Clock = std::chrono::steady_clock;
  std::mutex lock;
  std::condition_variable wake;
  bool stop = false;
  bool write_back = false;                    ///< the log has grown
  std::optional<Clock::time_point> flush_at;  ///< there are confirmations
  std::optional<Clock::time_point> cut_at;    ///< the log holds what was removed from the file
  std::uint64_t octets = 0;                   ///< written since the last write_back
  std::thread thread;

  void wait(std::unique_lock<std::mutex>& hold);
};

/// Locks are taken in this order: writing (with which a thread may write), keeper.lock, reader.lock, looker.lock.
struct SqliteSpool::Parts {
  Options options;
  Role role;
  int lock_file;
  StoreKeys keys;
  std::mutex writing;
  Connection batches;  ///< under `writing` alone, its own lock is not used
  Connection keeper;   ///< other writing, looking around, writing the log back. Its limit is higher: a full spool can still be emptied
  Connection reader;   ///< of senders
  Connection looker;   ///< of those who count
  Confirmed confirmed;
  std::mutex unreadable_lock;
  std::set<std::pair<std::string, std::int64_t>> unreadable;  ///< rows that can't be opened and were told, with their table
  std::int64_t erasures = 0;                                  ///< under `writing`: how many there were when the owners were last forgotten

  Chores chores;

  Parts(Options with, Role as, int locked, StoreKeys opened, std::array<std::optional<Database>, 4> opened_files)
      : options(std::move(with)),
        role(as),
        lock_file(locked),
        keys(std::move(opened)),
        batches(std::move(*opened_files[0]), keys),
        keeper(std::move(*opened_files[1]), keys),
        reader(std::move(*opened_files[2]), keys),
        looker(std::move(*opened_files[3]), keys) {}
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  /// Entries behind `after` that can be opened; the last one that was looked at, if there was any.
  [[nodiscard]] Result<std::optional<std::int64_t>> read_some(std::string_view destination, std::int64_t after, std::size_t most,
                                                              std::size_t most_octets, std::vector<Waiting>& found);
  /// One piece of depth(): adds to it what is behind `after`, which it moves.
  [[nodiscard]] Result<bool> count_some(std::string_view destination, std::int64_t& after, Depth& depth);
  [[nodiscard]] Result<void> find_oldest(std::int64_t destination, std::int64_t after, const Confirmed::Ids& taken, Depth& depth);
  void note_unreadable(const Unreadable& row);
  /// The owner of a row; null when it was erased, or when it can't be opened, which is told.
  [[nodiscard]] Result<std::shared_ptr<const Owner>> owner_of(Connection& connection, std::int64_t id);
  /// Over the keeper's connection.
  [[nodiscard]] Result<void> in_transaction(const std::function<Result<void>(Database&)>& act);
  /// Removes what is confirmed, in the transaction that is open on `connection`.
  [[nodiscard]] Result<void> remove(Connection& connection, const std::map<std::int64_t, Confirmed::Ids>& ids);
  /// The same in a transaction of its own.
  [[nodiscard]] Result<void> flush();
  [[nodiscard]] Result<void> write_back();
  /// How long the keeper waits for another process.
  [[nodiscard]] Result<void> be_patient(std::chrono::milliseconds patience);
  /// Writes the log back and cuts it off.
  [[nodiscard]] Result<void> cut();
  /// Of a row whose owner is none: tells it, unless the owner was erased just now. Within the query that gave the row.
  [[nodiscard]] Result<void> note_orphan(Connection& connection, std::int64_t owner, const Unreadable& row);
  /// Tells entries of a destination that is none: no sender meets them.
  [[nodiscard]] Result<void> note_strays();
  /// Removes all rows of erased owners; the number of entries among them.
  [[nodiscard]] Result<std::uint64_t> sweep();
  [[nodiscard]] Result<void> forget_sightings(std::chrono::sys_seconds before);
  /// Owners may have been erased by another process: called in an open transaction of `batches`.
  [[nodiscard]] Result<void> look_for_erasures();
  /// After a commit: so many octets were added, or something was removed.
  void note_commit(std::uint64_t octets, bool removed);

  void note_confirmed();

  void run_chores();
  void stop_chores();
};

/// Brings the tables to the newest version; each step is one transaction.
[[nodiscard]] Result<void> migrate_spool(Database& database);

/// Begins a transaction; `held` is the lock of `writing`.
[[nodiscard]] Result<std::unique_ptr<Spool::Batch>> begin_batch(SqliteSpool& spool, SqliteSpool::Parts& parts,
                                                                std::unique_lock<std::mutex> held);

/// The integer of the one row that a query gives, if it gives one.
[[nodiscard]] Result<std::optional<std::int64_t>> one_integer(Query query);

/// As columns of a place where a sealed value stands.
[[nodiscard]] inline std::array<std::uint8_t, 8> octets_of(std::int64_t number) {
  std::array<std::uint8_t, 8> octets{};
  for (std::size_t i = 0; i < 8; ++i) octets[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (56 - 8 * i));
  return octets;
}

}  // namespace li::delivery
