// lemf/store_impl.hpp: the store's connection and what it remembers of it between two transactions.
//
// Source:  docs/lemf.md, docs/decisions.md.
// Units:   milliseconds, UTC.
// Errors:  those of db; kind limit: the disk is full.
// Owns:    the connection and the data keys that it has met.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <vector>

#include "crypto/vault.hpp"
#include "db/sqlite.hpp"
#include "lemf/recent_impl.hpp"
#include "lemf/store.hpp"

namespace li::lemf {

/// Octets of an item open in its own row only.
inline constexpr std::string_view kItems = "items";
/// What the data key of an LIID is wrapped with: it opens for no other.
[[nodiscard]] std::string purpose_of(ByteView liid);
[[nodiscard]] Bytes row_of(std::int64_t id);

[[nodiscard]] Result<void> make_tables(db::Database& database);
/// Refuses a store that a newer program made, and another master key.
[[nodiscard]] Result<void> check_store(db::Database& database, const SecretBytes& master);

/// "operator 31015, element mf1, CIN 7, country NL, iRIPayloadSequence"
[[nodiscard]] std::string describe(const Numbering& numbering);
[[nodiscard]] std::int64_t to_milliseconds(TimePoint time);

/// One sequence of numbers. Places are numbers that know how often they went round.
struct Context {
  std::int64_t id = 0;
  std::int64_t generation = 0;  ///< one more with each reset
  std::int64_t next = 0;        ///< place that is due
};

/// The data key of an LIID, and its row.
struct Sealing {
  std::int64_t id = 0;
  crypto::Vault vault;
};

/// Where a number stands: near the place that is due, before or behind it.
[[nodiscard]] std::int64_t place_of(std::uint32_t number, std::int64_t next);

class Store::Impl {
 public:
  Impl(StoreOptions options, SecretBytes master, db::Database database)
      : options_(std::move(options)),
        master_(std::move(master)),
        database_(std::move(database)),
        sealings_(options_.remembered),
        contexts_(options_.remembered) {}

  /// Group commit: whoever comes first does the work of all that wait.
  [[nodiscard]] Result<Outcome> put(const Delivery& delivery);
  [[nodiscard]] Result<Counts> counts();
  [[nodiscard]] Result<std::uint64_t> erase(ByteView liid);

 private:
  struct Job {
    const Delivery& delivery;
    Outcome outcome = {};
    Result<void> result = {};
    bool done = false;
  };

  void work(std::unique_lock<std::mutex>& lock);
  void store_each(const std::vector<Job*>& jobs);
  [[nodiscard]] Result<void> store_all(const std::vector<Job*>& jobs);
  [[nodiscard]] Result<void> store_jobs(const std::vector<Job*>& jobs);
  [[nodiscard]] Result<void> drop_key(const Bytes& liid);
  [[nodiscard]] Result<std::optional<std::uint64_t>> drop_rows();
  [[nodiscard]] Result<void> cut_log();
  /// Waits for others that write.
  [[nodiscard]] Result<void> begin(std::optional<db::Transaction>& transaction);
  [[nodiscard]] Result<void> store_one(const Delivery& delivery, Outcome& outcome);
  [[nodiscard]] Result<void> refresh();
  void forget();

  [[nodiscard]] Result<Sealing*> sealing_of(const Bytes& liid);
  [[nodiscard]] Result<Sealing*> new_sealing(const Bytes& liid);
  [[nodiscard]] Result<void> take(const Arrival& arrival, Outcome& outcome);
  /// Where an item with a number stands.
  struct Spot {
    const Context* context = nullptr;
    std::int64_t place = 0;
    Bytes digest;  ///< of its octets
    bool conflict = false;
  };
  [[nodiscard]] Result<void> insert(const Sealing& sealing, const Arrival& arrival, const Spot& spot);
  /// What is known of a file.
  struct FileState {
    bool named = false;  ///< another content under its name
    bool here = false;   ///< some of it
    bool whole = false;
    std::uint64_t taken = 0;  ///< of its arrivals
  };
  [[nodiscard]] Result<FileState> state_of(const FileMark& mark);
  [[nodiscard]] Result<void> take_mark(const FileMark& mark, const FileState& was, TimePoint now, Outcome& outcome);

  // store_numbers.cpp
  [[nodiscard]] Result<Context*> context_of(const Sealing& sealing, const Numbering& numbering);
  enum class Sight : std::uint8_t { fresh, duplicate, conflict };
  [[nodiscard]] Result<Sight> look_for(const Spot& spot, std::uint32_t number);
  [[nodiscard]] Result<void> count(const Bytes& liid, const Numbering& numbering, Context& context, std::int64_t place, TimePoint now,
                                   Outcome& outcome);
  [[nodiscard]] Result<void> open_gap(Context& context, std::int64_t last, TimePoint now);
  [[nodiscard]] Result<std::optional<std::pair<std::int64_t, std::int64_t>>> fill_gap(const Context& context, std::int64_t place,
                                                                                      TimePoint now);
  [[nodiscard]] Result<bool> reset(const Arrival& arrival, Outcome& outcome);
  [[nodiscard]] Result<void> write_contexts();
  [[nodiscard]] Result<void> write(const Context& context);

  const StoreOptions options_;
  const SecretBytes master_;

  std::mutex queue_lock_;
  std::condition_variable settled_;
  std::vector<Job*> queue_;
  bool working_ = false;

  std::mutex lock_;  ///< around what is below
  db::Database database_;
  std::int64_t data_version_ = -1;
  std::int64_t last_id_ = 0;
  std::optional<std::uint64_t> items_;  ///< how many there are
  Recent<Bytes, Sealing> sealings_;     // by LIID
  Recent<Bytes, Context> contexts_;
  std::set<const Context*> moved_;  ///< in this transaction
};

}  // namespace li::lemf
