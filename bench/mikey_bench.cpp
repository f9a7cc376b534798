// get_keys without a network, beside the HMACs and the decryption that it can't do without, made with OpenSSL alone.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/mikey/exchange.hpp"

namespace {

using li::Bytes;
using li::mikey::test::Exchange;

// One forked call of two crypto sessions: tickets opened, four MACs verified, keys forked and derived.
void get_keys(benchmark::State& state) {
  Exchange call(static_cast<std::uint8_t>(state.range(0)));
  call.play();
  for (auto _ : state) {
    auto keys = call.get_keys(call.alice);
    if (!keys) state.SkipWithError("no keys");
    benchmark::DoNotOptimize(keys);
  }
}

// 12 keys of two HMACs each, four MACs over ticket, TRANSFER_INIT, Initiator Data and TRANSFER_RESP, and one KEMAC; the 256-bit set
// needs as many: its auth keys are one block of its own PRF.
void openssl_alone(benchmark::State& state) {
  const auto* hash = state.range(0) == 0 ? EVP_sha1() : EVP_sha256();
  const auto* cipher = state.range(0) == 0 ? EVP_aes_128_ctr() : EVP_aes_256_ctr();
  const Bytes key(state.range(0) == 0 ? 16 : 32, 1);
  const Bytes data(600, 2);
  unsigned char out[64];
  for (auto _ : state) {
    for (int i = 0; i < 12; ++i) {
      HMAC(hash, key.data(), static_cast<int>(key.size()), data.data(), 44, out, nullptr);
      HMAC(hash, key.data(), static_cast<int>(key.size()), data.data(), 64, out, nullptr);
    }
    for (const std::size_t size : {280UL, 440UL, 45UL, 560UL})
      HMAC(hash, key.data(), static_cast<int>(key.size()), data.data(), size, out, nullptr);
    auto* context = EVP_CIPHER_CTX_new();
    int length = 0;
    Bytes plain(76);
    EVP_EncryptInit_ex(context, cipher, nullptr, key.data(), data.data());
    EVP_EncryptUpdate(context, plain.data(), &length, data.data(), 60);
    EVP_CIPHER_CTX_free(context);
    benchmark::DoNotOptimize(plain);
  }
}

BENCHMARK(get_keys)->ArgName("prf")->Arg(0)->Arg(1);
BENCHMARK(openssl_alone)->ArgName("prf")->Arg(0)->Arg(1);

}  // namespace

BENCHMARK_MAIN();
