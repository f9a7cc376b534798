// x2/big_endian_impl.hpp: numbers as the PDU has them, most significant octet first.
#pragma once

#include "base/secret.hpp"

namespace li::x2 {

template <typename Number>
[[nodiscard]] Number get(ByteView octets, std::size_t at = 0) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) value = static_cast<Number>(static_cast<std::uint64_t>(value) << 8 | octets[at + i]);
  return value;
}

template <typename Number>
void put(RecordBytes& out, Number value) {
  for (std::size_t i = sizeof(Number); i > 0; --i)
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * (i - 1))));
}

}  // namespace li::x2
