// crypto/openssl_impl.hpp: owners of OpenSSL's objects, and what to do when it fails.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace li::crypto {

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};

using MacContext = std::unique_ptr<EVP_MAC_CTX, Free<EVP_MAC_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using X509Handle = std::unique_ptr<X509, Free<X509_free>>;

/// Throws when OpenSSL can't do what it always can: a bug of ours or a broken installation.
inline void must(int status, const char* what) {
  if (status <= 0) throw std::runtime_error(std::string("OpenSSL failed: ") + what);
}

template <typename T>
T* needed(T* object, const char* what) {
  if (object == nullptr) throw std::runtime_error(std::string("OpenSSL failed: ") + what);
  return object;
}

}  // namespace li::crypto
