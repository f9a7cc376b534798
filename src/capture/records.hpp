// capture/records.hpp: the records of a file in a range-for, for those who want no more than that.
//
//   for (auto& record : li::capture::records("capture.ber")) {
//     if (!record) { report(record.error()); continue; }   // offset, path, reason; reading goes on
//     use(*record);
//   }
//
// Source:  as reader.hpp.
// Units:   offsets are octets from the start of the file.
// Errors:  damage, a record that can't be read, and a file that can't be opened come as an Error in their place.
// Owns:    Records owns the open file; each record owns its octets and may be moved out. One pass, one record in memory.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>

#include "capture/reader.hpp"

namespace li::capture {

class Records {
 public:
  explicit Records(const std::string& file, ReaderOptions options = {});

  class Iterator {
   public:
    explicit Iterator(Records& records) : records_(&records) {}
    Result<hi2::IriRecord>& operator*() const { return *records_->current_; }
    Iterator& operator++() {
      records_->advance();
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return !records_->current_; }

   private:
    Records* records_;
  };

  /// Reads the first record; may be called once.
  [[nodiscard]] Iterator begin() {
    advance();
    return Iterator(*this);
  }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  void advance();

  std::unique_ptr<std::ifstream> in_;
  std::unique_ptr<RecordReader> reader_;
  std::optional<Result<hi2::IriRecord>> current_;
  std::optional<Error> not_opened_;
};

[[nodiscard]] inline Records records(const std::string& file, ReaderOptions options = {}) { return Records(file, std::move(options)); }

}  // namespace li::capture
