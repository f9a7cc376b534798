// sip/sdp_impl.hpp: the steps of parse_sdp: lines, grammar by sofia's parser, attributes by ours.
//
// Source:  RFC 4566 clause 9.
// Units:   offsets are octets from the start of the description.
// Errors:  as in sdp.hpp.
// Owns:    lines are views into the description.
//
// Attributes do not go through sofia's parser: it drops those of rejected m= lines, folds directions away, takes doubled colons
// for one, needs time with the square of rtpmap lines, and knows no offsets; and so no key ever comes into its memory.
#pragma once

#include <charconv>
#include <string_view>
#include <vector>

#include "sip/sdp.hpp"

namespace li::sip {

struct SdpLine {
  char type = 0;
  std::string_view value;  ///< behind "x="
  std::size_t offset = 0;  ///< of the line
};

/// "name" or "name:value"
struct Attribute {
  std::string_view name;
  std::string_view value;
  std::size_t offset = 0;  ///< of the value
};

[[nodiscard]] Result<std::vector<SdpLine>> split_sdp(std::string_view text);
[[nodiscard]] Attribute attribute_of(const SdpLine& line);

/// Types, ports, protocols, formats and addresses of the m= lines; `lines` without those of attributes and keys.
[[nodiscard]] Result<std::vector<Media>> read_grammar(const std::vector<SdpLine>& lines);

[[nodiscard]] KeyManagement read_key_management(const Attribute& attribute);
[[nodiscard]] Result<Crypto> read_crypto(const Attribute& attribute);

/// Takes an attribute that is none of these two, of an m= line, or of the session when `media` stands for its defaults. False for
/// a fault; what is not known is no fault.
[[nodiscard]] bool take_attribute(const Attribute& attribute, Media& media);

/// A decimal number, all of the text.
template <typename Number>
[[nodiscard]] bool read_number(std::string_view text, Number& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace li::sip
