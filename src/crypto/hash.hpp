// crypto/hash.hpp: digests and message authentication codes.
//
// Source:  FIPS 180-4 (SHA-1, SHA-256); RFC 2104 (HMAC).
// Units:   octets.
// Errors:  none; what OpenSSL refuses here is a bug of the caller or a broken library, and throws std::runtime_error.
// Owns:    results own their octets, and wipe them: a MAC may become a key.
#pragma once

#include <initializer_list>

#include "base/secret.hpp"

namespace li::crypto {

enum class Hash { sha1, sha256 };

/// Octets of a digest: 20 or 32.
[[nodiscard]] std::size_t size(Hash hash);

[[nodiscard]] Bytes digest(Hash hash, ByteView data);

/// HMAC over `parts`, one behind the other.
[[nodiscard]] SecretBytes hmac(Hash hash, ByteView key, std::initializer_list<ByteView> parts);

/// Compares in a time that tells nothing of where the first difference lies; sizes may differ.
[[nodiscard]] bool same(ByteView a, ByteView b);

}  // namespace li::crypto
