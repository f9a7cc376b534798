// delivery/sqlite_spool.hpp: the spool in one SQLite file.
//
// Entries, states and uploads are sealed with a data key of their LIID; LIIDs with a key of the store; contexts of numbers and of X2 are
// stored as keyed hashes. A batch is one transaction and one flush to the disk. Confirmations ride along with the next batch, or are
// written by themselves a moment later: a crash in between means that a few entries are sent again. Senders read over a connection of
// their own, so a slow disk does not hold them up. What was delivered is overwritten, and the log that still holds it cut off, a moment
// after its confirmation is written.
//
// Source:  docs/decisions.md (encrypted at rest; group commit; erased means gone); delivery/spool.hpp says what each function does.
// Units:   pages are of 4096 octets; times are UTC.
// Errors:  as delivery/spool.hpp. open() fails with a wrong master key, and when another daemon has the spool open. One row that can't be
//          opened holds up no other.
// Owns:    the file, its log, a lock file beside it, and a thread that writes confirmations and the log back.
#pragma once

#include "crypto/random.hpp"
#include "delivery/spool.hpp"

namespace li::delivery {

class SqliteSpool : public Spool {
 public:
  /// A row that was changed or moved, and can't be opened: it is left out, and stays where it is until its LIID is erased.
  struct Unreadable {
    std::string table;  ///< "entries", "states", "uploads"; "owners": all that its key sealed
    std::int64_t row = 0;
    Bytes liid;               ///< empty when that can't be told
    std::string destination;  ///< "?" and its number when it is none that anybody knows
    Error error;
  };
  struct Options {
    std::string path;
    std::uint64_t max_pages = 0;                     ///< batches that would make the file larger fail; 0: no limit but the disk's
    std::chrono::milliseconds confirm_delay{50};     ///< at most so long a confirmation is not on the disk
    std::chrono::milliseconds overwrite_delay{500};  ///< between two cuts of the log
    crypto::Random random = crypto::random;          ///< unless a test says otherwise
    std::chrono::milliseconds patience{5'000};       ///< with another process that has the file locked
    /// Called by the spool's thread when it can't write confirmations, or cut off the log: it tries again.
    std::function<void(const Error&)> on_fault;
    /// Called once for each, by whoever meets it.
    std::function<void(const Unreadable&)> on_unreadable;
  };
  enum class Role {
    daemon,          ///< one at a time
    administration,  ///< any number, beside a daemon: no thread, each change is written at once
  };

  /// Makes the file, readable by its owner only; it must not exist.
  [[nodiscard]] static Result<void> create(const Options& options, const SecretBytes& master);
  /// Opens it, and brings its tables to this version.
  [[nodiscard]] static Result<std::unique_ptr<SqliteSpool>> open(const Options& options, const SecretBytes& master,
                                                                 Role role = Role::daemon);
  ~SqliteSpool() override;
  SqliteSpool(const SqliteSpool&) = delete;
  SqliteSpool& operator=(const SqliteSpool&) = delete;

  [[nodiscard]] Result<std::unique_ptr<Batch>> begin() override;
  [[nodiscard]] Result<std::vector<Waiting>> read(std::string_view destination, std::int64_t after, std::size_t most,
                                                  std::size_t most_octets) override;
  [[nodiscard]] Result<void> confirm(std::string_view destination, const std::vector<std::int64_t>& ids) override;
  [[nodiscard]] Result<std::optional<Upload>> upload(std::string_view destination) override;
  [[nodiscard]] Result<void> begin_upload(std::string_view destination, const Upload& upload) override;
  [[nodiscard]] Result<std::uint64_t> next_file_number(std::string_view destination, ByteView liid) override;
  [[nodiscard]] Result<std::vector<State>> kept(std::string_view kind) override;
  [[nodiscard]] Result<Depth> depth(std::string_view destination) override;
  [[nodiscard]] Result<std::vector<Bytes>> liids() override;
  /// An Error of kind `limit` when another process keeps the log from being cut off: everything is erased but there. Call it again.
  [[nodiscard]] Result<std::uint64_t> erase(ByteView liid) override;
  [[nodiscard]] Result<std::uint64_t> erasures() override;
  [[nodiscard]] Result<void> tidy(TimePoint sightings_before) override;

  /// What waits, for people: by destination and LIID.
  struct Listed {
    std::string destination;  ///< as in Unreadable
    Bytes liid;               ///< empty when it can't be opened
    std::uint64_t entries = 0;
    std::uint64_t unreadable = 0;  ///< of them
    TimePoint oldest{};
  };
  [[nodiscard]] Result<std::vector<Listed>> list();

  struct Parts;

 private:
  explicit SqliteSpool(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace li::delivery
