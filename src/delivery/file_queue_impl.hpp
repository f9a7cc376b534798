// delivery/file_queue_impl.hpp: what of the spool makes the next file: when it is due, its entries, its name. Used by one thread.
//
// Source:  TS 101 671 C.2 (methods A and B).
// Units:   octets; a steady clock.
// Errors:  those of the spool, and take_fault() says that it was one.
// Owns:    nothing but its counts; settings and spool must outlive it.
#pragma once

#include "delivery/file_sender.hpp"

namespace li::delivery {

struct OutgoingFile {
  Upload upload;
  Bytes liid;  ///< of its first entry
  RecordBytes octets;
  std::vector<TimePoint> events;
};

class FileQueue {
 public:
  using Clock = std::chrono::steady_clock;
  FileQueue(const FileSenderSettings& settings, Spool& spool) : settings_(settings), spool_(spool) {}

  /// Counts what came since the last look. When a file is due now, all entries seen so far are, until next() finds no more of them.
  [[nodiscard]] Result<void> look();
  [[nodiscard]] bool due() const { return due_until_.has_value(); }
  /// When a file will be due if nothing more comes.
  [[nodiscard]] std::optional<Clock::time_point> due_at() const;

  /// A file that was begun, and whose fate is not known; as it was, but for entries that were erased.
  [[nodiscard]] Result<std::optional<OutgoingFile>> begun();
  /// The next file that is due, without a name. Method A: all of one LIID.
  [[nodiscard]] Result<std::optional<OutgoingFile>> next();
  /// Gives it a new name, on the disk: from now on it is begun().
  [[nodiscard]] Result<void> begin(OutgoingFile& file);
  [[nodiscard]] Result<void> confirm(const OutgoingFile& file) { return checked(spool_.confirm(settings_.destination, file.upload.ids)); }
  /// Whether the last failure was the spool's.
  [[nodiscard]] bool take_fault() { return std::exchange(failed_, false); }

 private:
  [[nodiscard]] Result<std::vector<Waiting>> read(std::int64_t after);
  [[nodiscard]] Result<std::string> new_name(const Bytes& liid);
  [[nodiscard]] Result<std::uint64_t> next_id();
  template <typename T>
  [[nodiscard]] Result<T> checked(Result<T> result) {
    failed_ = !result;
    return result;
  }

  const FileSenderSettings& settings_;
  Spool& spool_;
  std::optional<Clock::time_point> first_seen_;  // when the first entry was seen that is not due yet
  std::size_t seen_octets_ = 0;                  // of those
  std::int64_t seen_last_ = 0;
  std::optional<std::int64_t> due_until_;  // entries up to this one are due
  bool failed_ = false;
};

}  // namespace li::delivery
