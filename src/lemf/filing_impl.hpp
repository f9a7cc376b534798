// lemf/filing_impl.hpp: one file of the drop folder on its way into the store, and the LIID that its name says.
//
// Source:  docs/lemf.md (drop folder); TS 101 671 C.2 for names.
// Units:   records.
// Errors:  those of the store.
// Owns:    nothing; store, name and report must outlive it.
#pragma once

#include "lemf/drop_folder.hpp"
#include "lemf/file_records_impl.hpp"

namespace li::lemf {

/// As a mediation function writes an LIID: as it is, or in hexadecimal digits.
[[nodiscard]] bool names(const std::string& said, ByteView liid);

class Filing {
 public:
  /// What is told goes into `report`.
  Filing(Store& store, TimePoint now, const delivery::ParsedFileName& said, FileMark mark, FileReport& report)
      : store_(store), now_(now), said_(said), mark_(std::move(mark)), report_(report) {}

  [[nodiscard]] Result<void> put(FilePiece& piece);

 private:
  void begin(const FilePiece& piece);
  void name_all(FilePiece& piece);
  void add(Outcome& put);

  Store& store_;
  const TimePoint now_;
  const delivery::ParsedFileName& said_;
  FileMark mark_;
  FileReport& report_;
  std::uint64_t taken_ = 0;
  bool mismatch_ = false;
};

}  // namespace li::lemf
