#include "crypto/cipher.hpp"

#include "crypto/openssl_impl.hpp"
#include "crypto/random.hpp"

namespace li::crypto {
namespace {

enum class Way { decrypt, encrypt };

CipherContext new_context() { return CipherContext(needed(EVP_CIPHER_CTX_new(), "cipher")); }

bool is_aes_key(ByteView key) { return key.size() == 16 || key.size() == 32; }

Result<SecretBytes> wrong_size(const char* what) { return failure(ErrorKind::out_of_range, what); }

Result<SecretBytes> key_wrap(Way way, ByteView key, ByteView initial_value, ByteView data) {
  if (!is_aes_key(key) || initial_value.size() != 8)
    return wrong_size("AES key wrap takes a key of 16 or 32 octets and an initial value of 8");
  const std::size_t least = way == Way::encrypt ? 16 : 24;
  if (data.size() < least || data.size() % 8 != 0) return wrong_size("AES key wrap takes whole blocks of 8 octets, two at the least");
  auto context = new_context();
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  must(EVP_CipherInit_ex2(context.get(), key.size() == 16 ? EVP_aes_128_wrap() : EVP_aes_256_wrap(), key.data(), initial_value.data(),
                          way == Way::encrypt, nullptr),
       "AES key wrap");
  RecordBytes out;
  out.resize(data.size() + 16);
  int length = 0;
  if (EVP_CipherUpdate(context.get(), out.data(), &length, data.data(), static_cast<int>(data.size())) <= 0 || length <= 0) {
    return failure(ErrorKind::malformed, "the wrapped key does not open with this key", "RFC 3394 2.2.3");
  }
  return SecretBytes(ByteView(out).first(static_cast<std::size_t>(length)));
}

}  // namespace

Result<SecretBytes> aes_ctr(ByteView key, ByteView first_block, ByteView data) {
  if (!is_aes_key(key) || first_block.size() != 16) return wrong_size("AES counter mode takes a key of 16 or 32 octets and a block of 16");
  auto context = new_context();
  must(
      EVP_EncryptInit_ex2(context.get(), key.size() == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), key.data(), first_block.data(), nullptr),
      "AES counter mode");
  RecordBytes out;
  out.resize(data.size());
  int length = 0;
  if (!data.empty())
    must(EVP_EncryptUpdate(context.get(), out.data(), &length, data.data(), static_cast<int>(data.size())), "AES counter mode");
  return SecretBytes(out);
}

Result<SecretBytes> aes_wrap(ByteView key, ByteView initial_value, ByteView data) {
  return key_wrap(Way::encrypt, key, initial_value, data);
}

Result<SecretBytes> aes_unwrap(ByteView key, ByteView initial_value, ByteView data) {
  return key_wrap(Way::decrypt, key, initial_value, data);
}

Result<Bytes> seal(ByteView key, ByteView data, ByteView context_data) {
  if (key.size() != 32) return failure(ErrorKind::out_of_range, "AES-256-GCM takes a key of 32 octets");
  Bytes out(kGcmNonce + data.size() + kGcmTag);
  random(std::span(out).first(kGcmNonce));
  auto context = new_context();
  must(EVP_EncryptInit_ex2(context.get(), EVP_aes_256_gcm(), key.data(), out.data(), nullptr), "GCM");
  int length = 0;
  if (!context_data.empty()) {
    must(EVP_EncryptUpdate(context.get(), nullptr, &length, context_data.data(), static_cast<int>(context_data.size())), "GCM");
  }
  if (!data.empty())
    must(EVP_EncryptUpdate(context.get(), out.data() + kGcmNonce, &length, data.data(), static_cast<int>(data.size())), "GCM");
  std::uint8_t rest[16];
  must(EVP_EncryptFinal_ex(context.get(), rest, &length), "GCM");
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTag, out.data() + kGcmNonce + data.size()), "GCM");
  return out;
}

Result<SecretBytes> open(ByteView key, ByteView sealed, ByteView context_data) {
  if (key.size() != 32) return failure(ErrorKind::out_of_range, "AES-256-GCM takes a key of 32 octets");
  if (sealed.size() < kGcmNonce + kGcmTag) return failure(ErrorKind::truncated, "sealed data is shorter than its nonce and tag");
  const auto data = sealed.subspan(kGcmNonce, sealed.size() - kGcmNonce - kGcmTag);
  auto tag = to_bytes(sealed.last(kGcmTag));
  auto context = new_context();
  must(EVP_DecryptInit_ex2(context.get(), EVP_aes_256_gcm(), key.data(), sealed.data(), nullptr), "GCM");
  int length = 0;
  if (!context_data.empty()) {
    must(EVP_DecryptUpdate(context.get(), nullptr, &length, context_data.data(), static_cast<int>(context_data.size())), "GCM");
  }
  RecordBytes out;
  out.resize(data.size());
  if (!data.empty()) must(EVP_DecryptUpdate(context.get(), out.data(), &length, data.data(), static_cast<int>(data.size())), "GCM");
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTag, tag.data()), "GCM");
  std::uint8_t rest[16];
  if (EVP_DecryptFinal_ex(context.get(), rest, &length) <= 0) {
    return failure(ErrorKind::malformed, "sealed data does not open: another key, another place, or changed");
  }
  return SecretBytes(out);
}

}  // namespace li::crypto
