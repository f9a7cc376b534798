// hi2-callsim/octets.hpp: 32-bit numbers as octets.
//
// Source:  network order.
// Units:   octets.
// Errors:  none.
// Owns:    results own their octets.
#pragma once

#include "base/bytes.hpp"

namespace li::callsim {

[[nodiscard]] inline Bytes big_endian32(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value)};
}

/// The first four octets.
[[nodiscard]] inline std::uint32_t read_big_endian32(ByteView octets) {
  return static_cast<std::uint32_t>(octets[0]) << 24 | static_cast<std::uint32_t>(octets[1]) << 16 |
         static_cast<std::uint32_t>(octets[2]) << 8 | octets[3];
}

}  // namespace li::callsim
