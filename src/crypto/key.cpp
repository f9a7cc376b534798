#include "crypto/key.hpp"

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/key_impl.hpp"

namespace li::crypto {
namespace {

const EVP_MD* signed_digest(Hash hash) { return hash == Hash::sha1 ? EVP_sha1() : EVP_sha256(); }

Bio reader(ByteView text) { return Bio(needed(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "memory")); }

// Asked for the password of an encrypted key: there is none to give.
int no_password(char*, int, int, void*) { return -1; }

bool set_padding(EVP_PKEY_CTX* context, Padding padding) {
  return EVP_PKEY_CTX_set_rsa_padding(context, padding == Padding::pkcs1 ? RSA_PKCS1_PADDING : RSA_PKCS1_OAEP_PADDING) > 0;
}

bool set_padding(EVP_PKEY_CTX* context, Signature kind) {
  if (kind == Signature::rsa_pkcs1) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

bool is_rsa(const EVP_PKEY* key) { return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA; }

}  // namespace

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  auto* const key = PEM_read_bio_PUBKEY(reader(as_bytes(pem)).get(), nullptr, no_password, nullptr);
  if (key == nullptr) return failure(ErrorKind::malformed, "no public key in PEM form", "RFC 7468 13");
  return PublicKey(share(key));
}

Result<PublicKey> PublicKey::from_ed25519(ByteView raw) {
  auto* const key = raw.size() == 32 ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size()) : nullptr;
  if (key == nullptr) return failure(ErrorKind::malformed, "an Ed25519 public key has 32 octets", "RFC 8032 5.1.5");
  return PublicKey(share(key));
}

bool PublicKey::is_rsa() const { return crypto::is_rsa(handle_->key.get()); }

std::string PublicKey::to_pem() const {
  const Bio out(needed(BIO_new(BIO_s_mem()), "memory"));
  must(PEM_write_bio_PUBKEY(out.get(), handle_->key.get()), "public key as PEM");
  return text_of(out);
}

Result<Bytes> PublicKey::encrypt(Padding padding, ByteView data) const {
  const KeyContext context(EVP_PKEY_CTX_new(handle_->key.get(), nullptr));
  std::size_t length = static_cast<std::size_t>(EVP_PKEY_get_size(handle_->key.get()));
  Bytes out(length);
  if (!is_rsa() || !context || EVP_PKEY_encrypt_init(context.get()) <= 0 || !set_padding(context.get(), padding) ||
      EVP_PKEY_encrypt(context.get(), out.data(), &length, data.data(), data.size()) <= 0) {
    return failure(ErrorKind::out_of_range, "not an RSA key, or too much data for it", "RFC 8017 7");
  }
  out.resize(length);
  return out;
}

bool PublicKey::verify(Signature kind, Hash hash, ByteView data, ByteView signature) const {
  if (!is_rsa()) return false;
  const DigestContext context(needed(EVP_MD_CTX_new(), "verify"));
  EVP_PKEY_CTX* parameters = nullptr;
  return EVP_DigestVerifyInit(context.get(), &parameters, signed_digest(hash), nullptr, handle_->key.get()) > 0 &&
         set_padding(parameters, kind) &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(), data.size()) == 1;
}

bool PublicKey::verify(ByteView data, ByteView signature) const {
  if (EVP_PKEY_get_base_id(handle_->key.get()) != EVP_PKEY_ED25519) return false;
  const DigestContext context(needed(EVP_MD_CTX_new(), "verify"));
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle_->key.get()) > 0 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(), data.size()) == 1;
}

Result<PrivateKey> PrivateKey::from_pem(ByteView pem) {
  auto* const key = PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, no_password, nullptr);
  if (key == nullptr) return failure(ErrorKind::malformed, "no private key in PEM form without a password", "RFC 7468 10");
  return PrivateKey(share(key));
}

PrivateKey PrivateKey::new_ed25519() { return PrivateKey(share(needed(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), "new key"))); }

PrivateKey PrivateKey::new_rsa(unsigned bits) {
  return PrivateKey(share(needed(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}), "new key")));
}

bool PrivateKey::is_rsa() const { return crypto::is_rsa(handle_->key.get()); }

PublicKey PrivateKey::public_key() const { return *PublicKey::from_pem(PublicKey(handle_).to_pem()); }

SecretBytes PrivateKey::to_pem() const {
  const Bio out(needed(BIO_new(BIO_s_secmem()), "memory"));
  must(PEM_write_bio_PKCS8PrivateKey(out.get(), handle_->key.get(), nullptr, nullptr, 0, nullptr, nullptr), "private key as PEM");
  char* data = nullptr;
  const auto length = BIO_get_mem_data(out.get(), &data);
  return SecretBytes(ByteView(reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(length)));
}

Result<SecretBytes> PrivateKey::decrypt(Padding padding, ByteView data) const {
  const KeyContext context(EVP_PKEY_CTX_new(handle_->key.get(), nullptr));
  std::size_t length = static_cast<std::size_t>(EVP_PKEY_get_size(handle_->key.get()));
  RecordBytes out;
  out.resize(length);
  if (!is_rsa() || !context || EVP_PKEY_decrypt_init(context.get()) <= 0 || !set_padding(context.get(), padding) ||
      EVP_PKEY_decrypt(context.get(), out.data(), &length, data.data(), data.size()) <= 0) {
    return failure(ErrorKind::malformed, "does not decrypt with this key", "RFC 8017 7");
  }
  return SecretBytes(ByteView(out).first(length));
}

Result<Bytes> PrivateKey::sign(Signature kind, Hash hash, ByteView data) const {
  const DigestContext context(needed(EVP_MD_CTX_new(), "sign"));
  EVP_PKEY_CTX* parameters = nullptr;
  Bytes out(signature_size());
  std::size_t length = out.size();
  if (!is_rsa() || EVP_DigestSignInit(context.get(), &parameters, signed_digest(hash), nullptr, handle_->key.get()) <= 0 ||
      !set_padding(parameters, kind) || EVP_DigestSign(context.get(), out.data(), &length, data.data(), data.size()) <= 0) {
    return failure(ErrorKind::unexpected, "this key makes no RSA signatures", "RFC 8017 8");
  }
  out.resize(length);
  return out;
}

std::size_t PrivateKey::signature_size() const { return static_cast<std::size_t>(EVP_PKEY_get_size(handle_->key.get())); }

Result<Bytes> PrivateKey::sign(ByteView data) const {
  const DigestContext context(needed(EVP_MD_CTX_new(), "sign"));
  Bytes out(64);
  std::size_t length = out.size();
  if (EVP_PKEY_get_base_id(handle_->key.get()) != EVP_PKEY_ED25519 ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, handle_->key.get()) <= 0 ||
      EVP_DigestSign(context.get(), out.data(), &length, data.data(), data.size()) <= 0) {
    return failure(ErrorKind::unexpected, "this key makes no Ed25519 signatures", "RFC 8032");
  }
  return out;
}

}  // namespace li::crypto
