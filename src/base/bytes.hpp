// base/bytes.hpp: octets owned and octets seen, and their hexadecimal form.
//
// Source:  none; the words the rest of the library uses for octet strings.
// Units:   sizes and offsets are octets.
// Errors:  from_hex names the first character that is wrong.
// Owns:    Bytes owns; ByteView does not and is for parameters and for readers that say so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace li {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The octets of a text, without copying.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/// Octets as a text of the same length, without copying and without judging the characters.
[[nodiscard]] inline std::string_view as_text(ByteView octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }

[[nodiscard]] inline Bytes to_bytes(ByteView octets) { return {octets.begin(), octets.end()}; }
[[nodiscard]] inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }

[[nodiscard]] inline bool equal(ByteView a, ByteView b) { return as_text(a) == as_text(b); }

/// Appends two upper-case hexadecimal digits an octet.
void append_hex(std::string& out, ByteView octets);
[[nodiscard]] std::string to_hex(ByteView octets);

/// Reads an even number of hexadecimal digits of either case; nothing may stand between them.
[[nodiscard]] Result<Bytes> from_hex(std::string_view digits);

}  // namespace li
