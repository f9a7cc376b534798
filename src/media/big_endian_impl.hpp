// media/big_endian_impl.hpp: numbers in network order.
//
// Units:   octets.
// Errors:  none: the caller has looked at the size.
#pragma once

#include "base/bytes.hpp"

namespace li::media {

[[nodiscard]] inline std::uint16_t read16(ByteView octets, std::size_t at) {
  return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

[[nodiscard]] inline std::uint32_t read32(ByteView octets, std::size_t at) {
  return std::uint32_t{read16(octets, at)} << 16 | read16(octets, at + 2);
}

inline void put16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

inline void put32(Bytes& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

}  // namespace li::media
