// sip/limits.hpp: how much of a message is read.
//
// Source:  none; every parser of this room takes them, so that a hostile message costs little.
// Units:   octets, and counts.
// Errors:  what is beyond is refused with ErrorKind::limit.
// Owns:    plain values.
#pragma once

#include <cstddef>

namespace li::sip {

struct Limits {
  std::size_t header_octets = 64 * 1024;  ///< start line and headers of a message; headers of a part
  std::size_t body_octets = 1024 * 1024;
  std::size_t list_items = 128;  ///< commas in one header that is read as a list
  std::size_t depth = 4;         ///< multipart inside multipart
  std::size_t parts = 64;        ///< leaves of a multipart body
  std::size_t sdp_octets = 64 * 1024;
  std::size_t media = 256;  ///< m= lines
};

}  // namespace li::sip
