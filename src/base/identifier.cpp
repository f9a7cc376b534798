#include "base/identifier.hpp"

#include <algorithm>

namespace li {

std::string readable(ByteView octets) {
  const auto printable = std::all_of(octets.begin(), octets.end(), [](std::uint8_t octet) { return octet >= 0x20 && octet <= 0x7E; });
  return printable ? std::string(as_text(octets)) : "0x" + to_hex(octets);
}

}  // namespace li
