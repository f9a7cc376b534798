// ber/writer.hpp: TLVs written with definite lengths in the fewest octets.
//
// Source:  X.690 clauses 8.1.2, 8.1.3 and 10.1 (the length form of DER).
// Units:   octets.
// Errors:  none; what is written is well formed. close() without open() is a bug of the caller.
// Owns:    Writer owns the octets until take(). They are wiped when they are given up.
#pragma once

#include "ber/tlv.hpp"

namespace li::ber {

class Writer {
 public:
  /// Identifier octets and a place for the length. Returns the mark that close() wants.
  std::size_t open(Tag tag);
  /// Writes the length of what came since open().
  void close(std::size_t mark);

  void primitive(Tag tag, ByteView content);
  void header(Tag tag, bool constructed, std::size_t length);
  /// Octets as they are: a whole TLV, or content inside an open one.
  void raw(ByteView octets) { append(octets_, octets); }

  [[nodiscard]] std::size_t size() const { return octets_.size(); }
  [[nodiscard]] ByteView view() const { return octets_; }
  void reserve(std::size_t octets) { octets_.reserve(octets); }
  /// Forgets everything from `size` on.
  void truncate(std::size_t size) { octets_.resize(size); }
  /// Rearranges the octets from `start` on.
  void replace_tail(std::size_t start, ByteView octets);
  [[nodiscard]] RecordBytes take() { return std::move(octets_); }

 private:
  void identifier(Tag tag, bool constructed);
  void length(std::size_t octets);

  RecordBytes octets_;
};

/// One change that definite() makes on its way.
struct Edit {
  enum class What : std::uint8_t { join, join_bits, drop };
  std::size_t offset;  ///< of the identifier octet
  What what;           ///< join the segments of this constructed string (join_bits: BIT STRING), or leave this TLV out
};

/// The same TLV with definite minimal lengths everywhere. `edits`, sorted by offset, names the constructed strings to join
/// (only a schema knows the tagged ones) and the TLVs to leave out.
[[nodiscard]] Result<RecordBytes> definite(ByteView tlv, std::span<const Edit> edits = {}, const Limits& limits = {});

}  // namespace li::ber
