// lemf/store.hpp: what a LEMF has confirmed: PDUs and records, sealed for each LIID, each of them once, and what is missing.
//
// Source:  ETSI TS 102 232-1 5.2.5 (numbers; what is missing shows by them), 6.3 (after a reconnection PDUs come again); docs/lemf.md.
// Units:   times are UTC.
// Errors:  ErrorKind::limit is a full disk, or another process that keeps the store locked (db::kLocked): nothing of the call is there, and
// it
//          may be tried again. Any other is a fault of the store.
// Owns:    the store owns its connection. Any number of threads may use it: what they put at the same time is one transaction.
#pragma once

#include <memory>

#include "crypto/random.hpp"
#include "lemf/arrival.hpp"

namespace li::lemf {

struct StoreOptions {
  std::string path;
  crypto::Random random = crypto::random;
  std::chrono::milliseconds patience{5000};  ///< with another process that writes
  std::int64_t max_pages = 0;                ///< the file may not become larger; 0: as large as the disk
  std::size_t remembered = 4096;             ///< contexts, and LIIDs, in memory; of all others the database knows
};

/// A file of the drop folder: taken once, in pieces that are a Delivery each.
struct FileMark {
  std::string name;  ///< with its folder
  Bytes sha256;
  Bytes liid;                          ///< of a name of method A; the mark goes with it
  std::optional<Numbering> numbering;  ///< of a name of method A, when its number fits
  std::uint64_t at = 0;                ///< arrivals of the file before those of this piece
  bool last = true;                    ///< nothing comes behind this piece
};

/// What is put together is stored together.
struct Delivery {
  std::vector<Arrival> arrivals;
  std::optional<FileMark> file;
  TimePoint received{};  ///< of the file
};

/// Something that somebody should know.
struct Notice {
  enum class What : std::uint8_t {
    conflict,       ///< other octets under a number that was here: stored apart
    file_conflict,  ///< another file under a name that was here: stored
    file_mismatch,  ///< a file of method A holds records of another LIID than its name says: stored
    disagreement,   ///< header and record of a PDU do not say the same; `context` has what: stored
    gap,            ///< numbers first to last did not come
    gap_closed,     ///< the last of them has come
    reset,          ///< numbers begin anew
  };
  What what = What::gap;
  Bytes liid;
  std::string context;  ///< "operator 31015, element mf1, CIN 7, iRIPayloadSequence"
  std::uint64_t first = 0, last = 0;
};
[[nodiscard]] std::string_view name_of(Notice::What what);

/// What became of a Delivery.
struct Outcome {
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;  ///< the same number and octets were here: dropped
  std::uint64_t conflicts = 0;   ///< among those stored
  bool file_was_here = false;    ///< the same name and content, all of it: nothing was stored
  std::uint64_t file_taken = 0;  ///< arrivals of the file that are stored now
  std::vector<Notice> notices;
};

struct Counts {
  std::uint64_t items = 0;
  std::uint64_t gaps_open = 0;
  std::uint64_t remembered = 0;  ///< contexts in memory
};

class Store {
 public:
  /// A new file, which must not exist.
  [[nodiscard]] static Result<void> create(const StoreOptions& options, const SecretBytes& master);
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const StoreOptions& options, const SecretBytes& master);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Returns when it is on the disk.
  [[nodiscard]] Result<Outcome> put(const Delivery& delivery);

  [[nodiscard]] Result<Counts> counts();

  /// Everything of that LIID, beyond recovery: its data key in the first transaction, its rows in small ones, so that others can store
  /// meanwhile. Rows of an erasing that was stopped go too. The number of items.
  [[nodiscard]] Result<std::uint64_t> erase(ByteView liid);

  class Impl;

 private:
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace li::lemf
