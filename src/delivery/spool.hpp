// delivery/spool.hpp: what must be on the disk before anybody is told that it was taken: PDUs and files that wait for a LEMF, the numbers
// that were given to them, and the state of the sessions that they came from. An interface: the file (sqlite_spool.hpp) is its first
// implementation.
//
// Source:  docs/decisions.md (spool first; numbers survive restarts; encrypted at rest); ETSI TS 102 232-1 5.2.5 (numbers), TS 33.107
//          8.2.2 (buffers are erasable beyond recovery).
// Units:   octets; times are UTC.
// Errors:  ErrorKind::limit is a full disk, unless is_busy() says that another process has the store locked: nothing of the batch is there,
//          and it may be tried again. Any other is a fault of the store. A row that can't be opened is no Error: it is left out, and told.
// Owns:    the spool owns its files. What it gives is overwritten when freed. All may be called by any thread; a Batch belongs to one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "ps/pdu.hpp"

namespace li::delivery {

/// What a sequence number counts in: the whole key of TS 102 232-1 5.2.5.
struct NumberContext {
  Bytes liid;
  Bytes operator_identifier;
  std::optional<Bytes> network_element_identifier;
  std::optional<std::uint32_t> communication_identity_number;
  std::optional<std::string> delivery_country_code;
  ps::PayloadKind kind = ps::PayloadKind::iri;
  std::string destination;  ///< each LEMF counts by itself
};

/// A PS-PDU, or a record for a file.
struct Entry {
  std::string destination;
  Bytes liid;
  RecordBytes octets;
  TimePoint event{};  ///< when it happened: the delivery lag counts from here
};

/// One that waits for its LEMF.
struct Waiting {
  std::int64_t id = 0;  ///< rises; the order of delivery
  Bytes liid;
  RecordBytes octets;
  TimePoint event{};
};

/// Whether a PDU of X2 was here before.
enum class Sight {
  first,
  repeated,    ///< the same octets
  conflicting  ///< other octets under the same number: the sender began to count anew, or worse
};
struct Sighting {
  Sight sight = Sight::first;
  std::optional<std::uint32_t> last;  ///< the number taken before this one in its context
};

/// Something that outlives a restart; sealed with the LIID's key, and gone when the LIID is erased.
struct State {
  std::string kind;  ///< of a closed list of the caller's
  Bytes liid;
  Bytes key;
  RecordBytes value;
};

/// A place in a file upload that survives a restart: a retry uses its name again.
struct Upload {
  std::string name;
  std::vector<std::int64_t> ids;
};

struct Depth {
  std::uint64_t entries = 0;
  std::optional<TimePoint> oldest;
};

class Spool {
 public:
  /// One transaction: all of it or, without commit(), nothing.
  class Batch {
   public:
    virtual ~Batch() = default;
    /// 0, 1 ... 2^32-1, 0.
    [[nodiscard]] virtual Result<std::uint32_t> next_number(const NumberContext& context) = 0;
    /// 1, 2 ... of a counter of that name, over all restarts.
    [[nodiscard]] virtual Result<std::uint64_t> next_id(std::string_view counter) = 0;
    [[nodiscard]] virtual Result<void> append(const Entry& entry) = 0;
    /// `context` tells one sequence of X2 from another.
    [[nodiscard]] virtual Result<Sighting> sight(ByteView context, std::uint32_t number, ByteView octets, TimePoint now) = 0;
    [[nodiscard]] virtual Result<void> keep(const State& state) = 0;
    [[nodiscard]] virtual Result<void> forget(std::string_view kind, ByteView liid, ByteView key) = 0;
    /// The session with that CIN is over: what is counted for it goes. Its CIN may not be used again, or a LEMF would see old numbers.
    [[nodiscard]] virtual Result<void> forget_numbers(ByteView liid, std::uint32_t communication_identity_number) = 0;
    /// Returns when it is on the disk.
    [[nodiscard]] virtual Result<void> commit() = 0;
  };

  virtual ~Spool() = default;
  /// Waits while another batch is open.
  [[nodiscard]] virtual Result<std::unique_ptr<Batch>> begin() = 0;

  /// Entries behind `after` that can be opened, in their order; at least one, if there is one, and then no more octets than `most_octets`.
  [[nodiscard]] virtual Result<std::vector<Waiting>> read(std::string_view destination, std::int64_t after, std::size_t most,
                                                          std::size_t most_octets) = 0;
  /// The LEMF has them. They are overwritten.
  [[nodiscard]] virtual Result<void> confirm(std::string_view destination, const std::vector<std::int64_t>& ids) = 0;

  /// Upload that was begun and not confirmed; nothing without one. begin_upload() remembers one.
  [[nodiscard]] virtual Result<std::optional<Upload>> upload(std::string_view destination) = 0;
  [[nodiscard]] virtual Result<void> begin_upload(std::string_view destination, const Upload& upload) = 0;
  /// A number for method A's file names: 0, 1 ... of that destination and LIID.
  [[nodiscard]] virtual Result<std::uint64_t> next_file_number(std::string_view destination, ByteView liid) = 0;

  [[nodiscard]] virtual Result<std::vector<State>> kept(std::string_view kind) = 0;

  [[nodiscard]] virtual Result<Depth> depth(std::string_view destination) = 0;
  /// LIIDs that have a key here.
  [[nodiscard]] virtual Result<std::vector<Bytes>> liids() = 0;
  /// Everything of that LIID, beyond recovery: entries, state and data key. The number of entries that nobody had confirmed.
  [[nodiscard]] virtual Result<std::uint64_t> erase(ByteView liid) = 0;
  /// Rises when something was erased, by another process too. Costs next to nothing.
  [[nodiscard]] virtual Result<std::uint64_t> erasures() = 0;
  /// Sightings older than that are forgotten; the write-ahead log is made empty.
  [[nodiscard]] virtual Result<void> tidy(TimePoint sightings_before) = 0;

  /// Called after each commit that holds entries, by the committing thread: to wake senders. Set before threads run.
  std::function<void()> on_entries;
};

/// Nothing is wrong but that another process has the store locked: the same may be tried again.
[[nodiscard]] bool is_busy(const Error& error);

}  // namespace li::delivery
