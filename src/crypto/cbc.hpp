// crypto/cbc.hpp: block ciphers in cipher block chaining, for payloads that are whole blocks.
//
// Source:  NIST SP 800-38A 6.2 (CBC); FIPS 197 (AES); SP 800-67 (triple DES).
// Units:   octets. Nothing is padded.
// Errors:  a key, block or text of a wrong size is an Error of kind out_of_range.
// Owns:    results own their octets and wipe them.
//
// CBC protects nothing against change: who uses it checks a digest too.
#pragma once

#include "base/secret.hpp"

namespace li::crypto {

enum class BlockCipher { aes192, aes256, triple_des };

[[nodiscard]] std::size_t key_size(BlockCipher cipher);
[[nodiscard]] std::size_t block_size(BlockCipher cipher);

[[nodiscard]] Result<RecordBytes> cbc_encrypt(BlockCipher cipher, ByteView key, ByteView first_block, ByteView plain);
[[nodiscard]] Result<RecordBytes> cbc_decrypt(BlockCipher cipher, ByteView key, ByteView first_block, ByteView encrypted);

}  // namespace li::crypto
