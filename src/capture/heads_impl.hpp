// capture/heads_impl.hpp: what a record or an aggregate starts with (TS 33.108 Annex B.3, B.9).
#pragma once

#include "ber/tlv.hpp"

namespace li::capture {

inline constexpr std::size_t kMaxHeader = 144;  // identifier of 6 octets, length of 127, and room to look inside

[[nodiscard]] inline bool is_record(const ber::Header& header) {
  return header.constructed && header.tag.tag_class == ber::TagClass::context && header.tag.number >= 1 && header.tag.number <= 4;
}
[[nodiscard]] inline bool is_aggregate(const ber::Header& header) { return header.constructed && header.tag == ber::Tag{16}; }
/// Header and content together; a length that no input can have stays one.
[[nodiscard]] inline std::size_t whole_size(const ber::Header& header) {
  return header.length > SIZE_MAX / 4 ? SIZE_MAX / 4 : header.octets + header.length;
}
[[nodiscard]] inline bool is_filler(std::uint8_t octet) { return octet == 0x00 || octet == 0xFF; }

}  // namespace li::capture
