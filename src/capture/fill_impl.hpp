// capture/fill_impl.hpp: the buffer of both readers.
//
// Units:   octets.
// Owns:    nothing; stream and buffer are the reader's.
#pragma once

#include <istream>

#include "base/secret.hpp"

namespace li::capture {

constexpr std::size_t kPiece = 64 * 1024;

/// Reads until `buffer` has so many octets; false when the input has ended, whether that was enough or not.
bool fill(std::istream& in, RecordBytes& buffer, std::size_t octets);

}  // namespace li::capture
