// crypto/vault.hpp: what seals the secrets that a store keeps.
//
// Source:  docs/decisions.md: keys at rest are encrypted. A random data key seals them (AES-256-GCM); the master key, which is never in
//          the store, wraps the data key, so that the master key can change without a look at every row.
// Units:   a master key is 32 octets.
// Errors:  a wrong master key, or a sealed value that was changed or stands in another row than it was made for.
// Owns:    the data key; threads may share a vault.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/secret.hpp"
#include "crypto/random.hpp"

namespace li::crypto {

inline constexpr std::size_t kMasterKeySize = 32;

class Vault {
 public:
  /// A vault with a new data key, and that key wrapped, to be kept. `purpose` says of which store it is: it opens with the same words only.
  struct Made;
  [[nodiscard]] static Result<Made> make(const SecretBytes& master, const Random& random, std::string_view purpose);
  [[nodiscard]] static Result<Vault> open(const SecretBytes& master, ByteView wrapped, std::string_view purpose);

  /// `place` says where the value stands: table and row. It opens nowhere else.
  [[nodiscard]] Result<Bytes> seal(const SecretBytes& secret, std::string_view table, std::initializer_list<ByteView> row) const;
  [[nodiscard]] Result<SecretBytes> open(ByteView sealed, std::string_view table, std::initializer_list<ByteView> row) const;

  /// Finds equal octets again: 32 octets, by which nobody without the data key can tell whether a guess of `octets` is right.
  [[nodiscard]] Bytes digest(ByteView octets, std::string_view table) const;

 private:
  explicit Vault(SecretBytes data_key) : data_key_(std::move(data_key)) {}
  SecretBytes data_key_;
};

struct Vault::Made {
  Vault vault;
  Bytes wrapped;
};

}  // namespace li::crypto
