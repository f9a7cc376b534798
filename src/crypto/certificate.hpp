// crypto/certificate.hpp: X.509 certificates as MIKEY's CERT payload carries them.
//
// Source:  RFC 5280; RFC 6043 clause 4.2.1.3 (own certificate first, each next one certifies the one before).
// Units:   time is seconds since 1970.
// Errors:  an Error says what is wrong with the certificate or the chain.
// Owns:    a certificate shares OpenSSL's object, which never changes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crypto/key.hpp"

namespace li::crypto {

class Certificate {
 public:
  [[nodiscard]] static Result<Certificate> from_der(ByteView der);
  /// All certificates of a PEM text, in order; none is an error.
  [[nodiscard]] static Result<std::vector<Certificate>> from_pem(std::string_view pem);

  [[nodiscard]] Bytes to_der() const;
  [[nodiscard]] Result<PublicKey> public_key() const;
  /// Names of the subjectAltName extension: URIs, DNS names and e-mail addresses, as they are written.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::string subject() const;

  struct Handle;
  explicit Certificate(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}
  [[nodiscard]] const Handle& handle() const { return *handle_; }

 private:
  std::shared_ptr<const Handle> handle_;
};

/// Whether `chain` (own certificate first) leads to one of `roots` at the time `now`. Revocation is not looked at.
[[nodiscard]] Result<void> verify_chain(std::span<const Certificate> chain, std::span<const Certificate> roots, std::int64_t now);

}  // namespace li::crypto
