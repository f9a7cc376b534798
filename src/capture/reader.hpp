// capture/reader.hpp: the records of a file or pipe, one at a time, in bounded memory.
//
// Source:  TS 33.108 Annex B.3, B.9 (single records and aggregates); TS 33.108 Annex A.2 for several records in a file.
// Units:   offsets are octets from the start of the input.
// Errors:  damage is an Item in its place; reading goes on behind it. A record's content is not judged here: the caller walks
//          it and calls reject() when that fails, so that reading goes on where the next record really starts.
// Owns:    RecordReader owns its buffer and wipes it; Item::octets is valid until the next call of next().
//
// Zero octets and FF octets between records are filler. An aggregate (SEQUENCE OF) comes in pieces: its begin, each of its
// records, its end; so it may be larger than any limit.
#pragma once

#include <istream>

#include "hi2/record.hpp"

namespace li::capture {

struct Item {
  /// foreign: the input is no file of IRI records at all; `error` says what it is. Nothing comes behind it.
  enum class What : std::uint8_t { record, damage, aggregate_begin, aggregate_end, foreign };
  What what = What::record;
  std::size_t offset = 0;
  ByteView octets;  ///< of a record the whole TLV, of an aggregate its header or its end-of-contents
  hi2::Module module = hi2::Module::umts;
  bool in_aggregate = false;
  std::optional<Error> error;         ///< of damage and foreign; its offset is from the start of the input
  std::optional<std::string> notice;  ///< once per OID: a release that is not known
};

struct ReaderOptions {
  ber::Limits limits;
  std::optional<hi2::Module> module;  ///< for records whose OID names no module
};

class RecordReader {
 public:
  explicit RecordReader(std::istream& in, ReaderOptions options = {});

  /// The next item, or nothing at the end of the input.
  [[nodiscard]] std::optional<Item> next();
  /// The record that next() gave can't be read: where its length may be what is wrong, look for the next record inside it.
  /// `error` tells where it broke: a record that starts just there was swallowed by a wrong length.
  void reject(const Error& error);

 private:
  struct Aggregate {
    std::size_t offset = 0;
    std::size_t end = 0;  // where it must end; unused for an indefinite length
    bool indefinite = false;
    hi2::Module module = hi2::Module::umts;
  };

  [[nodiscard]] std::size_t here() const { return base_ + at_; }
  [[nodiscard]] ByteView rest() const { return ByteView(buffer_).subspan(at_); }
  bool have(std::size_t octets);
  void skip_filler();
  Item start();
  std::optional<Item> first_item();
  std::optional<Item> in_aggregate();
  Item record(const ber::Header& header);
  std::optional<std::size_t> measure(const ber::Header& header, Error& error);
  [[nodiscard]] Error locate(Error error) const;
  Item open_aggregate(const ber::Header& header);
  Item give(std::size_t size, hi2::Module module);
  void note_release(Item& item);
  Item damage(Error error);
  Item close_aggregate();
  void resync(std::size_t from);
  [[nodiscard]] bool record_may_start();
  bool resume_at(std::size_t offset);

  std::istream& in_;
  ReaderOptions options_;
  RecordBytes buffer_;
  std::size_t base_ = 0;       // offset of buffer_[0] in the input
  std::size_t at_ = 0;         // in buffer_
  std::size_t last_ = 0;       // offset of the record given last
  std::size_t broken_at_ = 0;  // where the record given last broke
  bool rejected_ = false;
  bool end_of_input_ = false;
  bool over_ = false;
  bool seen_any_ = false;
  std::optional<Aggregate> aggregate_;
  std::vector<std::string> noticed_;
};

}  // namespace li::capture
