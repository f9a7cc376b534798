// schema/content_impl.hpp: whether content octets are a value of their type. Shared by the reader and the writer.
#pragma once

#include "schema/node.hpp"

namespace li::schema {

enum class Problem : std::uint8_t {
  none,
  // The octets can't be read as the type: an Error.
  wrong_size,   // BOOLEAN, INTEGER, ENUMERATED, NULL, OID, BIT STRING: too few or too many octets
  oid_cut,      // the last arc has no last octet
  oid_huge,     // an arc beyond 64 bits
  bits_unused,  // unused bits above 7, or in an empty string
  // A value, but not one that the module allows: a Finding.
  not_minimal,  // INTEGER or ENUMERATED with a superfluous leading octet
  oid_padded,   // an arc with a leading 80 octet
  huge_number,  // beyond 64 bits: kept as octets
  unknown_enumerator,
  out_of_bounds,
  bad_characters,  // not of the string type's alphabet: kept as octets
  bad_time,
};

[[nodiscard]] constexpr bool is_fatal(Problem problem) { return problem != Problem::none && problem <= Problem::bits_unused; }
/// The octets can't be shown in the form of the kind.
[[nodiscard]] constexpr bool keeps_octets(Problem problem) { return problem == Problem::huge_number || problem == Problem::bad_characters; }

[[nodiscard]] Problem judge(const Type& type, const Bounds& bounds, ByteView content);

struct Judgement {
  std::string text;
  std::string clause;
};
[[nodiscard]] Judgement describe(Problem problem, const Type& type, const Bounds& bounds, ByteView content);

/// Two's complement, up to 64 bits; unsigned values of 64 bits come back as their bit pattern with `is_unsigned`.
struct Number {
  std::int64_t value = 0;
  bool is_unsigned = false;
};
[[nodiscard]] std::optional<Number> read_number(ByteView content);

/// How many of the units that bounds count: octets, bits, characters.
[[nodiscard]] std::int64_t size_of(const Type& type, ByteView content);

}  // namespace li::schema
