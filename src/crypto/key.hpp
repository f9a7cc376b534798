// crypto/key.hpp: keys of public-key algorithms: RSA for MIKEY's public-key mode, Ed25519 for the audit trail.
//
// Source:  RFC 8017 (RSA: PKCS #1 v1.5, OAEP, PSS), RFC 8032 (Ed25519); RFC 3830 clauses 4.2.5 and 4.2.6.
// Units:   octets.
// Errors:  a text that is no such key, data that does not decrypt: an Error that never holds key octets.
// Owns:    a key owns OpenSSL's object; copies share it, and it never changes. Private keys are wiped by OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "crypto/hash.hpp"

namespace li::crypto {

enum class Padding { pkcs1, oaep };           ///< of RSA encryption
enum class Signature { rsa_pkcs1, rsa_pss };  ///< of RSA signatures

class PublicKey {
 public:
  /// PEM, "BEGIN PUBLIC KEY".
  [[nodiscard]] static Result<PublicKey> from_pem(std::string_view pem);
  /// The 32 octets of an Ed25519 public key.
  [[nodiscard]] static Result<PublicKey> from_ed25519(ByteView raw);

  [[nodiscard]] bool is_rsa() const;
  [[nodiscard]] std::string to_pem() const;
  /// RSA.
  [[nodiscard]] Result<Bytes> encrypt(Padding padding, ByteView data) const;
  [[nodiscard]] bool verify(Signature kind, Hash hash, ByteView data, ByteView signature) const;
  /// Ed25519.
  [[nodiscard]] bool verify(ByteView data, ByteView signature) const;

  struct Handle;
  explicit PublicKey(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}

 private:
  std::shared_ptr<const Handle> handle_;
};

class PrivateKey {
 public:
  /// PEM, "BEGIN PRIVATE KEY" or the older forms; encrypted ones are refused.
  [[nodiscard]] static Result<PrivateKey> from_pem(ByteView pem);
  [[nodiscard]] static PrivateKey new_ed25519();
  [[nodiscard]] static PrivateKey new_rsa(unsigned bits);

  [[nodiscard]] bool is_rsa() const;
  [[nodiscard]] PublicKey public_key() const;
  /// PEM, "BEGIN PRIVATE KEY", not encrypted.
  [[nodiscard]] SecretBytes to_pem() const;
  /// RSA. PKCS #1 v1.5 padding that is wrong gives an error like any other; MIKEY's callers must not answer it in another way or
  /// time than a wrong MAC (RFC 3218).
  [[nodiscard]] Result<SecretBytes> decrypt(Padding padding, ByteView data) const;
  [[nodiscard]] Result<Bytes> sign(Signature kind, Hash hash, ByteView data) const;
  /// Octets of a signature of this key.
  [[nodiscard]] std::size_t signature_size() const;
  /// Ed25519: 64 octets.
  [[nodiscard]] Result<Bytes> sign(ByteView data) const;

  explicit PrivateKey(std::shared_ptr<const PublicKey::Handle> handle) : handle_(std::move(handle)) {}

 private:
  std::shared_ptr<const PublicKey::Handle> handle_;
};

}  // namespace li::crypto
