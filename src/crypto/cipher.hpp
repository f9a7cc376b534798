// crypto/cipher.hpp: the ciphers of MIKEY and of what is kept at rest.
//
// Source:  RFC 3830 clause 4.2.3 (AES in counter mode, AES key wrap), RFC 3394, NIST SP 800-38D (GCM).
// Units:   octets. Keys of AES are 16 or 32 octets, a counter block is 16, a GCM nonce 12, its tag 16.
// Errors:  unwrap and open fail when the key is not the one that was used, or the data was changed; the text never says more.
//          A key, block or nonce of a wrong size is an Error of kind out_of_range.
// Owns:    results own their octets and wipe them.
#pragma once

#include "base/secret.hpp"

namespace li::crypto {

/// AES-CM: `data` XOR AES(key, block), AES(key, block + 1), ... The same call encrypts and decrypts.
[[nodiscard]] Result<SecretBytes> aes_ctr(ByteView key, ByteView first_block, ByteView data);

/// RFC 3394 with an 8-octet initial value; `data` is at least 16 octets and a multiple of 8, the result 8 octets longer.
[[nodiscard]] Result<SecretBytes> aes_wrap(ByteView key, ByteView initial_value, ByteView data);
[[nodiscard]] Result<SecretBytes> aes_unwrap(ByteView key, ByteView initial_value, ByteView data);

inline constexpr std::size_t kGcmNonce = 12;
inline constexpr std::size_t kGcmTag = 16;

/// AES-256-GCM with a fresh random nonce: nonce ++ ciphertext ++ tag. `context` is authenticated and not part of the result: say there
/// what the data is (table, row, column), so that sealed values can't change places.
[[nodiscard]] Result<Bytes> seal(ByteView key, ByteView data, ByteView context);
[[nodiscard]] Result<SecretBytes> open(ByteView key, ByteView sealed, ByteView context);

}  // namespace li::crypto
