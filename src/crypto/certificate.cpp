#include "crypto/certificate.hpp"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "crypto/key_impl.hpp"

namespace li::crypto {

struct Certificate::Handle {
  X509Handle x509;
};

namespace {

using Store = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }  // the certificates belong to others
};
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

Certificate share_certificate(X509* x509) {
  return Certificate(std::make_shared<const Certificate::Handle>(Certificate::Handle{X509Handle(x509)}));
}

X509* raw(const Certificate& certificate) { return certificate.handle().x509.get(); }

}  // namespace

Result<Certificate> Certificate::from_der(ByteView der) {
  const auto* at = der.data();
  X509Handle x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!x509 || at != der.data() + der.size()) return failure(ErrorKind::malformed, "no X.509 certificate in DER form", "RFC 5280 4.1");
  return share_certificate(x509.release());
}

Result<std::vector<Certificate>> Certificate::from_pem(std::string_view pem) {
  const Bio bio(needed(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), "memory"));
  std::vector<Certificate> found;
  while (auto* x509 = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) found.push_back(share_certificate(x509));
  if (found.empty()) return failure(ErrorKind::malformed, "no certificate in PEM form", "RFC 7468 5");
  return found;
}

Bytes Certificate::to_der() const {
  Bytes out(static_cast<std::size_t>(i2d_X509(handle_->x509.get(), nullptr)));
  auto* at = out.data();
  must(i2d_X509(handle_->x509.get(), &at), "certificate as DER");
  return out;
}

Result<PublicKey> Certificate::public_key() const {
  auto* const key = X509_get_pubkey(handle_->x509.get());
  if (key == nullptr) return failure(ErrorKind::malformed, "the certificate holds no key that can be read", "RFC 5280 4.1.2.7");
  return PublicKey(share(key));
}

std::vector<std::string> Certificate::names() const {
  std::vector<std::string> found;
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(handle_->x509.get(), NID_subject_alt_name, nullptr, nullptr)));
  if (!names) return found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI && name->type != GEN_DNS && name->type != GEN_EMAIL) continue;
    const auto* text = name->d.ia5;
    found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  return found;
}

std::string Certificate::subject() const {
  const Bio bio(needed(BIO_new(BIO_s_mem()), "memory"));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(handle_->x509.get()), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

Result<void> verify_chain(std::span<const Certificate> chain, std::span<const Certificate> roots, std::int64_t now) {
  if (chain.empty()) return failure(ErrorKind::missing, "no certificate", "RFC 6043 4.2.1.3");
  const Store store(needed(X509_STORE_new(), "certificate store"));
  for (const auto& root : roots) must(X509_STORE_add_cert(store.get(), raw(root)), "certificate store");
  const Stack others(needed(sk_X509_new_null(), "certificates"));
  for (const auto& other : chain.subspan(1)) must(sk_X509_push(others.get(), raw(other)), "certificates");
  const StoreContext context(needed(X509_STORE_CTX_new(), "certificate check"));
  must(X509_STORE_CTX_init(context.get(), store.get(), raw(chain.front()), others.get()), "certificate check");
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(now));
  if (X509_verify_cert(context.get()) == 1) return {};
  return failure(ErrorKind::unexpected,
                 std::string("certificate: ") + X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())), "RFC 5280 6");
}

}  // namespace li::crypto
