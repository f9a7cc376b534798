// crypto/hash.hpp: digests and message authentication codes.
//
// Source:  FIPS 180-4 (SHA-1, SHA-2); RFC 2104 (HMAC).
// Units:   octets.
// Errors:  none; what OpenSSL refuses here is a bug of the caller or a broken library, and throws std::runtime_error.
// Owns:    results own their octets, and wipe them: a MAC may become a key.
#pragma once

#include <initializer_list>
#include <memory>

#include "base/secret.hpp"

namespace li::crypto {

enum class Hash { sha1, sha256, sha384, sha512 };

/// Octets of a digest: 20, 32, 48 or 64.
[[nodiscard]] std::size_t size(Hash hash);

[[nodiscard]] Bytes digest(Hash hash, ByteView data);

/// A digest over octets that come in pieces.
class RunningDigest {
 public:
  explicit RunningDigest(Hash hash);
  RunningDigest(RunningDigest&&) noexcept;
  RunningDigest& operator=(RunningDigest&&) noexcept;
  ~RunningDigest();
  void add(ByteView data);
  /// The digest of everything added; begins anew.
  [[nodiscard]] Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// HMAC over `parts`, one behind the other.
[[nodiscard]] SecretBytes hmac(Hash hash, ByteView key, std::initializer_list<ByteView> parts);

/// Compares in a time that tells nothing of where the first difference lies; sizes may differ.
[[nodiscard]] bool same(ByteView a, ByteView b);

}  // namespace li::crypto
