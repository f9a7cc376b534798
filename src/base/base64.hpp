// base/base64.hpp: octets as base64 text and back, strictly.
//
// Source:  RFC 4648 clause 4 (alphabet, padding), 3.3 (nothing else between), 3.5 (unused bits are zero).
// Units:   offsets count characters.
// Errors:  malformed, with the offset of the first character that is wrong, or of the end where characters are missing there.
//          What is read is exactly what encoding gives: no line ends, no missing padding, no second form of the same octets.
// Owns:    results own their data; those of the secret variants are overwritten when freed.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace li {

[[nodiscard]] std::string to_base64(ByteView octets);
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

/// The same for keys: neither text nor octets stay behind in memory.
[[nodiscard]] RecordBytes secret_to_base64(ByteView octets);
[[nodiscard]] Result<SecretBytes> secret_from_base64(std::string_view text);

}  // namespace li
