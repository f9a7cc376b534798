// base/text.hpp: text from records, which may be anything, made fit to be read and shown.
//
// Source:  RFC 3629 (UTF-8); ISO 6429 for the control characters that a terminal acts on.
// Units:   octets.
// Errors:  none.
// Owns:    results own their data.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace li {

[[nodiscard]] bool is_utf8(ByteView text);

/// UTF-8 with a full stop for each control character (C0, DEL, C1) and each octet that is not UTF-8, so that what a record says
/// can't steer a terminal.
[[nodiscard]] std::string printable(ByteView text);
[[nodiscard]] inline std::string printable(std::string_view text) { return printable(as_bytes(text)); }

// ASCII letters only, whatever the locale.
[[nodiscard]] constexpr char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
[[nodiscard]] std::string in_small(std::string_view text);
[[nodiscard]] bool same_letters(std::string_view a, std::string_view b);  ///< but for large and small ones

/// UTF-8 text as it stands inside a JSON string (RFC 8259 clause 7): quotation mark, backslash, control characters and DEL escaped.
void append_json_escaped(std::string& out, std::string_view text);

/// The same with its quotation marks.
void append_json_string(std::string& out, std::string_view text);

}  // namespace li
