// The other end of a TLS connection: its certificate judged, named, refused.
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <stdexcept>

#include "net/tls_impl.hpp"

namespace li::net {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>>;
using NameList = std::vector<std::string>;

NameList names_of(const X509* x509) {
  NameList found;
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI && name->type != GEN_DNS) continue;
    const auto* text = name->d.ia5;
    found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  return found;
}

bool may_be(const X509* x509, const NameList& allowed) {
  if (allowed.empty()) return true;
  const auto names = names_of(x509);
  return std::find_first_of(names.begin(), names.end(), allowed.begin(), allowed.end()) != names.end();
}

void free_names(void*, void* names, CRYPTO_EX_DATA*, int, long, void*) {
  const std::unique_ptr<NameList> owned(static_cast<NameList*>(names));
}

// Where a session keeps the names that the other end may have.
int names_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_names);
  return index;
}

// Looks at the names inside the handshake, so that a wrong one gets an alert like any other bad certificate.
int judge(int good, X509_STORE_CTX* store) {
  if (good == 0 || X509_STORE_CTX_get_error_depth(store) != 0) return good;
  const auto* session = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* allowed = static_cast<const NameList*>(SSL_get_ex_data(session, names_index()));
  if (allowed != nullptr && may_be(X509_STORE_CTX_get_current_cert(store), *allowed)) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

SSL* new_session(const TlsContext::Loaded& loaded, NameList names) {
  auto* const session = SSL_new(loaded.context.get());
  auto owned = std::make_unique<NameList>(std::move(names));
  if (session == nullptr || SSL_set_ex_data(session, names_index(), owned.get()) != 1) throw std::runtime_error("OpenSSL failed: session");
  (void)owned.release();  // the session frees it
  return session;
}

bool is_dns_name(const std::string& name) {
  return name.find(':') == std::string::npos && name.find_first_not_of("0123456789.") != std::string::npos;
}

Refusal refusal_of_certificate(long status) {
  switch (status) {
    case X509_V_ERR_CERT_REVOKED: return Refusal::revoked;
    case X509_V_ERR_CERT_HAS_EXPIRED: return Refusal::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return Refusal::not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH: return Refusal::wrong_name;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED: return Refusal::unknown_ca;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR: return Refusal::crl_unusable;
    default: return Refusal::bad_certificate;
  }
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::plain_http: return "plain_http";
    case Refusal::not_tls: return "not_tls";
    case Refusal::old_version: return "old_version";
    case Refusal::no_certificate: return "no_certificate";
    case Refusal::unknown_ca: return "unknown_ca";
    case Refusal::revoked: return "revoked";
    case Refusal::expired: return "expired";
    case Refusal::not_yet_valid: return "not_yet_valid";
    case Refusal::wrong_name: return "wrong_name";
    case Refusal::crl_unusable: return "crl_unusable";
    case Refusal::bad_certificate: return "bad_certificate";
    case Refusal::refused_by_peer: return "refused_by_peer";
    case Refusal::closed: return "closed";
    case Refusal::timeout: return "timeout";
    case Refusal::protocol: return "protocol";
    case Refusal::too_many_connections: return "too_many_connections";
  }
  return "protocol";
}

SSL* new_server_session(const TlsContext::Loaded& loaded) {
  auto* const session = new_session(loaded, loaded.peer_names);
  const bool mutual = loaded.peers == TlsPeers::mutual;
  SSL_set_verify(session, mutual ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE, judge);
  return session;
}

SSL* new_client_session(const TlsContext::Loaded& loaded, const std::string& server_name) {
  auto* const session = new_session(loaded, {server_name});
  SSL_set_verify(session, SSL_VERIFY_PEER, judge);
  // OpenSSL's macro for this casts in the old style.
  auto name = server_name;
  if (is_dns_name(name)) SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  return session;
}

Refusal refusal_of(const SSL* session, unsigned long error) {
  const auto reason = ERR_GET_REASON(error);
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST: return Refusal::plain_http;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_UNEXPECTED_MESSAGE: return Refusal::not_tls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_UNKNOWN_PROTOCOL: return Refusal::old_version;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return Refusal::no_certificate;
    case SSL_R_CERTIFICATE_VERIFY_FAILED: return refusal_of_certificate(SSL_get_verify_result(session));
    default: return reason > SSL_AD_REASON_OFFSET ? Refusal::refused_by_peer : Refusal::protocol;  // alerts lie above the offset
  }
}

PeerIdentity identity_of(const SSL* session) {
  PeerIdentity peer;
  const auto* const x509 = SSL_get0_peer_certificate(session);
  if (x509 == nullptr) return peer;
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio) throw std::bad_alloc();
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(x509), 0, XN_FLAG_RFC2253);
  const char* text = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &text);
  peer.subject.assign(text, static_cast<std::size_t>(length));
  peer.names = names_of(x509);
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), nullptr));
  if (auto* const digits = number ? BN_bn2hex(number.get()) : nullptr) {
    peer.serial = digits;
    OPENSSL_free(digits);
  }
  return peer;
}

std::chrono::sys_seconds peer_expiry(const SSL* session) {
  const auto* const x509 = SSL_get0_peer_certificate(session);
  return x509 != nullptr ? to_time(X509_get0_notAfter(x509)) : std::chrono::sys_seconds::max();
}

namespace {

std::optional<Refusal> judge_again(const TlsContext::Loaded& loaded, const SSL* session) {
  const bool server = SSL_is_server(session) == 1;
  if (server && loaded.peers == TlsPeers::server_only) return std::nullopt;
  auto* const x509 = SSL_get0_peer_certificate(session);
  if (x509 == nullptr) return Refusal::no_certificate;
  const StoreContext store(X509_STORE_CTX_new());
  if (!store ||
      X509_STORE_CTX_init(store.get(), SSL_CTX_get_cert_store(loaded.context.get()), x509, SSL_get_peer_cert_chain(session)) != 1 ||
      X509_STORE_CTX_set_default(store.get(), server ? "ssl_client" : "ssl_server") != 1)
    throw std::runtime_error("OpenSSL failed: verification");
  if (X509_verify_cert(store.get()) != 1) {
    ERR_clear_error();
    return refusal_of_certificate(X509_STORE_CTX_get_error(store.get()));
  }
  const auto* const of_session = static_cast<const NameList*>(SSL_get_ex_data(session, names_index()));
  if (!may_be(x509, server ? loaded.peer_names : *of_session)) return Refusal::wrong_name;
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> Standing::judge(const TlsContext& tls, const SSL* session) {
  auto latest = tls.loaded();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());  // the year 9999 has no nanoseconds
  if (latest == loaded_ && now < expiry_) return std::nullopt;
  const auto refusal = judge_again(*latest, session);
  if (!refusal) loaded_ = std::move(latest);
  return refusal;
}

}  // namespace li::net
