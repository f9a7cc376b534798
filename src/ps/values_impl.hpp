// ps/values_impl.hpp: numbers out of content octets, and single values into a Writer.
#pragma once

#include "schema/value.hpp"
#include "schema/writer.hpp"

namespace li::ps {

/// The value of an INTEGER or ENUMERATED that is not negative; of one beyond 64 bits the last eight octets.
[[nodiscard]] inline std::uint64_t number_of(ByteView content) {
  std::uint64_t value = 0;
  for (const auto octet : content) value = value << 8 | octet;
  return value;
}

inline void put_number(schema::Writer& out, const schema::Member& member, std::uint64_t value) {
  out.member(member, schema::unsigned_content(value));
}

}  // namespace li::ps
