#include "crypto/random.hpp"

#include <openssl/rand.h>

#include "crypto/openssl_impl.hpp"

namespace li::crypto {

void random(std::span<std::uint8_t> out) {
  if (!out.empty()) must(RAND_bytes(out.data(), static_cast<int>(out.size())), "random octets");
}

SecretBytes random_secret(std::size_t octets) {
  RecordBytes out;
  out.resize(octets);
  random(out);
  return SecretBytes(out);
}

}  // namespace li::crypto
