// crypto/key_impl.hpp: what a key's handle holds.
#pragma once

#include "crypto/key.hpp"
#include "crypto/openssl_impl.hpp"

namespace li::crypto {

struct PublicKey::Handle {
  KeyHandle key;
};

[[nodiscard]] inline std::shared_ptr<const PublicKey::Handle> share(EVP_PKEY* key) {
  return std::make_shared<const PublicKey::Handle>(PublicKey::Handle{KeyHandle(key)});
}

}  // namespace li::crypto
