// ps/encryption.hpp: payloads encrypted between mediation function and agency.
//
// Source:  ETSI TS 102 232-1 V3.26.1 Annex G and A.2 (EncryptionContainer, EncryptedPayload).
// Units:   octets; keys of 24 octets (AES-192, triple DES) or 32 (AES-256).
// Errors:  a PDU of another kind, a cipher that is not known here (Blowfish, national ones), a key of a wrong size.
// Owns:    results own their octets.
//
// The steps of Annex G are apart, since a digest is taken between them:
//   contain()   the payload moves into an EncryptionContainer, padded with zeros, encryptionType none: this is what is hashed
//   encrypt()   the same PDU with its container encrypted; the initial block is the sequence number
//   decrypt()   back to the contained form
//   release()   back to a PDU with its payload in place
#pragma once

#include "ps/pdu.hpp"

namespace li::ps {

enum class EncryptionType : std::uint8_t {
  none = 1,
  national_option = 2,
  aes_192_cbc = 3,
  aes_256_cbc = 4,
  blowfish_192_cbc = 5,
  blowfish_256_cbc = 6,
  three_des_cbc = 7,
};

/// Which part of TS 102 232 the payload is of.
enum class EncryptedPayloadType : std::uint8_t { unknown = 1, part2, part3, part4, part5, part6, part7, part1 };

struct Container {
  EncryptionType type = EncryptionType::none;
  RecordBytes payload;  ///< as it stands: EncryptedPayload and zeros, encrypted or not
  std::optional<EncryptedPayloadType> payload_type;
};

/// Sizes of all PDUs so far, on top of the time of the first one.
struct ByteCounter {
  std::uint64_t value = 0;
  explicit ByteCounter(std::uint32_t unix_time) : value(std::uint64_t{unix_time} << 32) {}
  void sent(std::size_t octets) { value += octets; }
};

[[nodiscard]] Result<Container> container(const Pdu& pdu);

/// `type` says up to which block size zeros are added.
[[nodiscard]] Result<RecordBytes> contain(const Pdu& pdu, std::uint64_t byte_counter, EncryptionType type,
                                          std::optional<EncryptedPayloadType> payload_type);
[[nodiscard]] Result<RecordBytes> encrypt(const Pdu& contained, EncryptionType type, const SecretBytes& key);
[[nodiscard]] Result<RecordBytes> decrypt(const Pdu& encrypted, const SecretBytes& key);
[[nodiscard]] Result<RecordBytes> release(const Pdu& contained);

/// The EncryptedPayload that a contained form begins with, without the zeros.
[[nodiscard]] Result<ByteView> encrypted_payload(const Container& contained);

}  // namespace li::ps
