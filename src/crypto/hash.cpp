#include "crypto/hash.hpp"

#include <iterator>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "crypto/openssl_impl.hpp"

namespace li::crypto {
namespace {

struct Algorithm {
  const char* name;
  const EVP_MD* (*digest)();
  std::size_t octets;
};
constexpr Algorithm kAlgorithms[] = {
    {"SHA1", EVP_sha1, 20}, {"SHA256", EVP_sha256, 32}, {"SHA384", EVP_sha384, 48}, {"SHA512", EVP_sha512, 64}};

const Algorithm& algorithm(Hash hash) { return kAlgorithms[static_cast<std::size_t>(hash)]; }

// Fetched once: looking an algorithm up costs more than a short MAC.
EVP_MAC* hmac_algorithm() {
  static EVP_MAC* const algorithm = needed(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "HMAC");
  return algorithm;
}

// A context with its digest set: init with a key is all that is left for each MAC.
EVP_MAC_CTX* context(Hash hash) {
  thread_local MacContext contexts[std::size(kAlgorithms)];
  auto& context = contexts[static_cast<std::size_t>(hash)];
  if (!context) {
    context.reset(needed(EVP_MAC_CTX_new(hmac_algorithm()), "HMAC"));
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", const_cast<char*>(algorithm(hash).name), 0),
                                     OSSL_PARAM_construct_end()};
    must(EVP_MAC_CTX_set_params(context.get(), parameters), "HMAC");
  }
  return context.get();
}

}  // namespace

std::size_t size(Hash hash) { return algorithm(hash).octets; }

Bytes digest(Hash hash, ByteView data) {
  Bytes out(size(hash));
  must(EVP_Digest(data.data(), data.size(), out.data(), nullptr, algorithm(hash).digest(), nullptr), "digest");
  return out;
}

struct RunningDigest::State {
  Hash hash;
  DigestContext context{needed(EVP_MD_CTX_new(), "digest")};
  void begin() { must(EVP_DigestInit_ex2(context.get(), algorithm(hash).digest(), nullptr), "digest"); }
};

RunningDigest::RunningDigest(Hash hash) : state_(std::make_unique<State>()) {
  state_->hash = hash;
  state_->begin();
}
RunningDigest::RunningDigest(RunningDigest&&) noexcept = default;
RunningDigest& RunningDigest::operator=(RunningDigest&&) noexcept = default;
RunningDigest::~RunningDigest() = default;

void RunningDigest::add(ByteView data) { must(EVP_DigestUpdate(state_->context.get(), data.data(), data.size()), "digest"); }

Bytes RunningDigest::finish() {
  Bytes out(size(state_->hash));
  must(EVP_DigestFinal_ex(state_->context.get(), out.data(), nullptr), "digest");
  state_->begin();
  return out;
}

SecretBytes hmac(Hash hash, ByteView key, std::initializer_list<ByteView> parts) {
  auto* const mac = context(hash);
  static const std::uint8_t nothing = 0;  // a null key would mean "the last one again"
  must(EVP_MAC_init(mac, key.empty() ? &nothing : key.data(), key.size(), nullptr), "HMAC");
  for (const auto part : parts) must(EVP_MAC_update(mac, part.data(), part.size()), "HMAC");
  std::uint8_t out[64];
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
