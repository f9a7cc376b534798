// ber/tlv.hpp: identifier and length octets, read and measured.
//
// Source:  X.690 (2021) clauses 8.1.2 (identifier), 8.1.3 (length), 8.1.5 (end-of-contents), 8.7 and 8.23
//          (strings in segments).
// Units:   all offsets and lengths are octets; offsets count from the start of the view given.
// Errors:  read_header returns a Fault, which costs nothing when all is well; the other functions return an
//          Error with the offset of the TLV (or end-of-contents) that is wrong. Input decides nothing about recursion:
//          everything here is iterative.
// Owns:    nothing; join_segments appends to a buffer of the caller.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace li::ber {

enum class TagClass : std::uint8_t { universal = 0, application = 1, context = 2, private_use = 3 };

struct Tag {
  std::uint32_t number = 0;
  TagClass tag_class = TagClass::universal;
  friend bool operator==(const Tag&, const Tag&) = default;
};

/// "[4]", "[APPLICATION 3]", "[UNIVERSAL 16]": as ASN.1 writes it.
[[nodiscard]] std::string to_string(Tag tag);

/// What a caller is ready to read. The defaults are for one IRI record.
struct Limits {
  std::size_t max_depth = 64;                 ///< nested TLVs; at most kDepthCap
  std::size_t max_octets = 16 * 1024 * 1024;  ///< of one value
  std::size_t max_nodes = 100'000;            ///< TLVs in one value
};

/// No limit on depth reaches further than this: the readers keep their place in arrays of this size.
inline constexpr std::size_t kDepthCap = 128;

/// Identifier and length octets of one TLV.
struct Header {
  Tag tag;
  bool constructed = false;
  bool indefinite = false;  ///< length octet 80; `length` is 0 then
  std::uint8_t octets = 0;  ///< size of identifier and length octets together
  std::size_t length = 0;   ///< content octets
};

enum class Fault : std::uint8_t {
  none,
  cut_identifier,        ///< input ends inside the identifier octets
  cut_length,            ///< input ends inside the length octets
  tag_padded,            ///< high tag number with a leading 80 octet
  tag_short_in_long,     ///< tag number below 31 in the high form
  tag_huge,              ///< tag number beyond 32 bits
  length_reserved,       ///< length octet FF
  length_huge,           ///< length beyond 64 bits
  indefinite_primitive,  ///< primitive encoding of indefinite length
  past_end,              ///< content runs past the end of what encloses it
};

/// Reads the header at `at`; a definite length must fit before `end`. On a fault `out` holds what was read.
[[nodiscard]] Fault read_header(ByteView octets, std::size_t at, std::size_t end, Header& out);

/// The fault in words, with its place and clause. `past_end` says by how many octets.
[[nodiscard]] Error describe(Fault fault, const Header& header, std::size_t at, std::size_t end);

/// How far a TLV reaches, checked in its whole depth: every header, every end-of-contents, every length
/// inside its parent. Returns its size in octets. Content of primitive encodings is not looked at.
/// `count`, if given, grows by the TLVs read.
[[nodiscard]] Result<std::size_t> measure(ByteView octets, const Limits& limits = {}, std::size_t* count = nullptr);

/// A constructed string: where it ends, and its segments joined.
struct Segments {
  std::size_t end = 0;           ///< offset behind the string, its end-of-contents included
  std::size_t nodes = 0;         ///< TLVs read
  std::uint8_t unused_bits = 0;  ///< of the last segment, for a BIT STRING
};

/// Appends the content of a constructed string's segments to `out`. `at` is the offset behind the string's
/// own header; `end` is where its content ends (definite) or where it must have ended (indefinite).
/// Segments carry the universal tag `segment` (4, or 3 for a BIT STRING, whose unused bits octets are left out).
[[nodiscard]] Result<Segments> join_segments(ByteView octets, std::size_t at, std::size_t end, bool indefinite, std::uint32_t segment,
                                             const Limits& limits, RecordBytes& out);

}  // namespace li::ber
