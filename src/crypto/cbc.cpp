#include "crypto/cbc.hpp"

#include "crypto/openssl_impl.hpp"

namespace li::crypto {
namespace {

const EVP_CIPHER* algorithm(BlockCipher cipher) {
  switch (cipher) {
    case BlockCipher::aes192: return EVP_aes_192_cbc();
    case BlockCipher::aes256: return EVP_aes_256_cbc();
    case BlockCipher::triple_des: return EVP_des_ede3_cbc();
  }
  return nullptr;
}

Result<RecordBytes> run(BlockCipher cipher, bool encrypt, ByteView key, ByteView first_block, ByteView data) {
  const auto block = block_size(cipher);
  if (key.size() != key_size(cipher) || first_block.size() != block || data.size() % block != 0 || data.size() > INT32_MAX) {
    return failure(ErrorKind::out_of_range, "the cipher takes a key of " + std::to_string(key_size(cipher)) +
                                                " octets, and text in blocks of " + std::to_string(block));
  }
  const CipherContext context(needed(EVP_CIPHER_CTX_new(), "cipher"));
  must(EVP_CipherInit_ex2(context.get(), algorithm(cipher), key.data(), first_block.data(), encrypt ? 1 : 0, nullptr), "CBC");
  must(EVP_CIPHER_CTX_set_padding(context.get(), 0), "CBC");
  RecordBytes out;
  out.resize(data.size() + block);
  int length = 0;
  if (!data.empty()) must(EVP_CipherUpdate(context.get(), out.data(), &length, data.data(), static_cast<int>(data.size())), "CBC");
  out.resize(static_cast<std::size_t>(length));
  return out;
}

}  // namespace

std::size_t key_size(BlockCipher cipher) { return cipher == BlockCipher::aes256 ? 32 : 24; }
std::size_t block_size(BlockCipher cipher) { return cipher == BlockCipher::triple_des ? 8 : 16; }

Result<RecordBytes> cbc_encrypt(BlockCipher cipher, ByteView key, ByteView first_block, ByteView plain) {
  return run(cipher, true, key, first_block, plain);
}

Result<RecordBytes> cbc_decrypt(BlockCipher cipher, ByteView key, ByteView first_block, ByteView encrypted) {
  return run(cipher, false, key, first_block, encrypted);
}

}  // namespace li::crypto
