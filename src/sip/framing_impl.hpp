// sip/framing_impl.hpp: lines and headers, before their values are looked at.
//
// Source:  RFC 3261 7.3.1 and 25.1 (header fields, folding); RFC 2046 5.1 uses the same form.
// Units:   offsets are octets from the start of `text`.
// Errors:  malformed, truncated, limit; a NUL or a single CR is refused, since others end a value or a line there.
// Owns:    results own their data; views point into `text`.
#pragma once

#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "sip/message.hpp"

namespace li::sip {

[[nodiscard]] inline tl::unexpected<Error> fault(ErrorKind kind, std::string text, std::size_t offset, std::string clause) {
  return failure(Error{kind, std::move(text), offset, {}, std::move(clause)});
}

[[nodiscard]] std::string_view trimmed(std::string_view text);

/// One line without its end, CRLF or LF.
struct Line {
  std::string_view text;
  std::size_t offset = 0;
  bool ended = false;  ///< false when the text ends without a line end
};

/// Takes the line at `at` and moves behind its end.
[[nodiscard]] Line take_line(std::string_view text, std::size_t& at);

/// Refuses NUL and a single CR.
[[nodiscard]] Result<void> check_line(const Line& line);

/// Header lines from `at` to the empty line, and moves behind it; `at - start` may not pass the limit.
[[nodiscard]] Result<std::vector<Header>> read_headers(std::string_view text, std::size_t start, std::size_t& at, const Limits& limits);

}  // namespace li::sip
