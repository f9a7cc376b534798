#include "base/bytes.hpp"

#include <array>

namespace li {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

constexpr int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void append_hex(std::string& out, ByteView octets) {
  std::size_t at = out.size();
  out.resize(at + 2 * octets.size());
  for (const auto octet : octets) {
    out[at++] = kDigits[octet >> 4];
    out[at++] = kDigits[octet & 0x0F];
  }
}

std::string to_hex(ByteView octets) {
  std::string out;
  append_hex(out, octets);
  return out;
}

Result<Bytes> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) {
    return failure(ErrorKind::malformed, "an odd number of hexadecimal digits (" + std::to_string(digits.size()) + ")");
  }
  Bytes out;
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit_value(digits[i]);
    const int low = digit_value(digits[i + 1]);
    if (high < 0 || low < 0) {
      return failure(ErrorKind::malformed, "character " + std::to_string(high < 0 ? i + 1 : i + 2) + " is no hexadecimal digit");
    }
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

}  // namespace li
