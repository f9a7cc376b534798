#include "crypto/vault.hpp"

#include <array>

#include "crypto/cipher.hpp"
#include "crypto/hash.hpp"

namespace li::crypto {

namespace {

Result<void> check_size(const SecretBytes& master) {
  if (master.size() == kMasterKeySize) return {};
  return failure(ErrorKind::out_of_range, "a master key has 32 octets");
}

/// The table's name and the row's columns, each with its length before it: two places never give the same octets.
Bytes context(std::string_view table, std::initializer_list<ByteView> row) {
  Bytes out;
  const auto add = [&out](ByteView part) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(part.size() >> shift));
    out.insert(out.end(), part.begin(), part.end());
  };
  add(as_bytes(table));
  for (const auto column : row) add(column);
  return out;
}

}  // namespace

Result<Vault::Made> Vault::make(const SecretBytes& master, const Random& random, std::string_view purpose) {
  if (auto sized = check_size(master); !sized) return failure(sized.error());
  std::array<std::uint8_t, 32> octets{};
  random(octets);
  SecretBytes data_key{ByteView(octets)};
  wipe(octets.data(), octets.size());
  auto wrapped = crypto::seal(master.reveal(), data_key.reveal(), as_bytes(purpose));
  if (!wrapped) return failure(wrapped.error());
  return Made{Vault(std::move(data_key)), std::move(*wrapped)};
}

Result<Vault> Vault::open(const SecretBytes& master, ByteView wrapped, std::string_view purpose) {
  if (auto sized = check_size(master); !sized) return failure(sized.error());
  auto data_key = crypto::open(master.reveal(), wrapped, as_bytes(purpose));
  if (!data_key) return failure(ErrorKind::unexpected, "the master key is not the one that this store was made with");
  return Vault(std::move(*data_key));
}

Result<Bytes> Vault::seal(const SecretBytes& secret, std::string_view table, std::initializer_list<ByteView> row) const {
  return crypto::seal(data_key_.reveal(), secret.reveal(), context(table, row));
}

Result<SecretBytes> Vault::open(ByteView sealed, std::string_view table, std::initializer_list<ByteView> row) const {
  auto opened = crypto::open(data_key_.reveal(), sealed, context(table, row));
  if (!opened) return failure(ErrorKind::malformed, "store: a sealed value of table " + std::string(table) + " was changed or moved");
  return opened;
}

// A key of its own: that of the cipher is used for nothing else.
Bytes Vault::digest(ByteView octets, std::string_view table) const {
  const auto key = hmac(Hash::sha256, data_key_.reveal(), {as_bytes("digest of "), as_bytes(table)});
  return to_bytes(hmac(Hash::sha256, key.reveal(), {octets}).reveal());
}

}  // namespace li::crypto
