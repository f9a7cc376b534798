#include "crypto/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "crypto/openssl_impl.hpp"

namespace li::crypto {
namespace {

const char* name(Hash hash) { return hash == Hash::sha1 ? "SHA1" : "SHA256"; }

// Fetched once: looking an algorithm up costs more than a short MAC.
EVP_MAC* hmac_algorithm() {
  static EVP_MAC* const algorithm = needed(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "HMAC");
  return algorithm;
}

// A context with its digest set: init with a key is all that is left for each MAC.
EVP_MAC_CTX* context(Hash hash) {
  thread_local MacContext contexts[2];
  auto& context = contexts[hash == Hash::sha1 ? 0 : 1];
  if (!context) {
    context.reset(needed(EVP_MAC_CTX_new(hmac_algorithm()), "HMAC"));
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", const_cast<char*>(name(hash)), 0),
                                     OSSL_PARAM_construct_end()};
    must(EVP_MAC_CTX_set_params(context.get(), parameters), "HMAC");
  }
  return context.get();
}

}  // namespace

std::size_t size(Hash hash) { return hash == Hash::sha1 ? 20 : 32; }

Bytes digest(Hash hash, ByteView data) {
  Bytes out(size(hash));
  must(EVP_Digest(data.data(), data.size(), out.data(), nullptr, hash == Hash::sha1 ? EVP_sha1() : EVP_sha256(), nullptr), "digest");
  return out;
}

SecretBytes hmac(Hash hash, ByteView key, std::initializer_list<ByteView> parts) {
  auto* const mac = context(hash);
  static const std::uint8_t nothing = 0;  // a null key would mean "the last one again"
  must(EVP_MAC_init(mac, key.empty() ? &nothing : key.data(), key.size(), nullptr), "HMAC");
  for (const auto part : parts) must(EVP_MAC_update(mac, part.data(), part.size()), "HMAC");
  std::uint8_t out[32];
  std::size_t length = 0;
  must(EVP_MAC_final(mac, out, &length, sizeof out), "HMAC");
  SecretBytes result{ByteView(out, length)};
  wipe(out, sizeof out);
  // The context would keep the key schedule for the life of the thread.
  must(EVP_MAC_init(mac, &nothing, 1, nullptr), "HMAC");
  return result;
}

bool same(ByteView a, ByteView b) { return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0); }

}  // namespace li::crypto
