// From files to OpenSSL's context.
#include "net/tls.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>

#include "base/secret.hpp"
#include "net/tls_impl.hpp"

namespace li::net {
namespace {

using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Crl = std::unique_ptr<X509_CRL, Free<X509_CRL_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL failed: ") + what);
}

tl::unexpected<Error> wrong(const std::string& file, std::string text) {
  ERR_clear_error();
  return failure(Error{ErrorKind::malformed, std::move(text), std::nullopt, file, {}});
}

struct File {
  explicit File(const std::string& name) : descriptor(::open(name.c_str(), O_RDONLY | O_CLOEXEC)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
  int descriptor;
};

// Judges and reads the same open file, so that it can't be exchanged in between.
Result<RecordBytes> read_file(const std::string& name, bool is_key) {
  constexpr std::size_t kMost = 16 << 20;
  const File file(name);
  struct stat status {};
  if (file.descriptor < 0 || ::fstat(file.descriptor, &status) != 0) return wrong(name, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return wrong(name, "not a file");
  if (is_key && status.st_uid != ::geteuid() && status.st_uid != 0)
    return wrong(name, "a key file of user " + std::to_string(status.st_uid) + "; it must belong to root or to the user of this program");
  if (is_key && (status.st_mode & 077) != 0)
    return wrong(name, "a key file that its group or others may use; it must be for its owner alone");
  RecordBytes octets;
  std::size_t size = 0;
  for (;;) {
    octets.resize(size + 16 * 1024);
    const auto got = ::read(file.descriptor, octets.data() + size, octets.size() - size);
    if (got < 0) return wrong(name, std::strerror(errno));
    size += static_cast<std::size_t>(got);
    if (size > kMost) return wrong(name, "too large");
    if (got == 0) break;
  }
  octets.resize(size);
  return octets;
}

Bio open_pem(const RecordBytes& octets) {
  Bio bio(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
  must(bio != nullptr, "memory");
  return bio;
}

int no_passphrase(char*, int, int, void*) { return -1; }  // never ask on a terminal

Result<std::vector<Certificate>> read_certificates(const std::string& file) {
  const auto octets = read_file(file, false);
  if (!octets) return failure(octets.error());
  const auto bio = open_pem(*octets);
  std::vector<Certificate> found;
  while (auto* x509 = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) found.emplace_back(x509);
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return wrong(file, "a certificate in it can't be read");
  if (found.empty()) return wrong(file, "no certificate in PEM form");
  for (const auto& one : found) X509_check_purpose(one.get(), -1, 0);  // reads its extensions now, not when threads share it
  ERR_clear_error();
  return found;
}

Result<void> use_certificate(TlsContext::Loaded& loaded, const TlsSettings& settings) {
  auto chain = read_certificates(settings.certificate_file);
  if (!chain) return failure(chain.error());
  const auto key_octets = read_file(settings.key_file, true);
  if (!key_octets) return failure(key_octets.error());
  const Key key(PEM_read_bio_PrivateKey(open_pem(*key_octets).get(), nullptr, no_passphrase, nullptr));
  if (!key) return wrong(settings.key_file, "no key in PEM form without a passphrase");

  auto* const context = loaded.context.get();
  if (SSL_CTX_use_certificate(context, chain->front().get()) != 1)
    return wrong(settings.certificate_file, "TLS can't use this certificate");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return wrong(settings.key_file, "the key does not belong to the certificate");
  for (std::size_t i = 1; i < chain->size(); ++i) must(SSL_CTX_add1_chain_cert(context, (*chain)[i].get()) == 1, "chain");
  loaded.has_certificate = true;
  loaded.expiry = to_time(X509_get0_notAfter(chain->front().get()));
  return {};
}

Result<void> use_ca(TlsContext::Loaded& loaded, const std::string& file) {
  const auto roots = read_certificates(file);
  if (!roots) return failure(roots.error());
  auto* const store = SSL_CTX_get_cert_store(loaded.context.get());
  for (const auto& root : *roots) {
    must(X509_STORE_add_cert(store, root.get()) == 1, "certificate store");
    must(SSL_CTX_add_client_CA(loaded.context.get(), root.get()) == 1, "list of CAs");
  }
  loaded.has_ca = true;
  return {};
}

Result<void> use_crls(TlsContext::Loaded& loaded, const std::string& file) {
  const auto octets = read_file(file, false);
  if (!octets) return failure(octets.error());
  auto* const store = SSL_CTX_get_cert_store(loaded.context.get());
  const auto bio = open_pem(*octets);
  bool found = false;
  while (const Crl crl{PEM_read_bio_X509_CRL(bio.get(), nullptr, no_passphrase, nullptr)}) {
    must(X509_STORE_add_crl(store, crl.get()) == 1, "certificate store");
    if (const auto* next = X509_CRL_get0_nextUpdate(crl.get()))
      loaded.crl_expiry = std::min(to_time(next), loaded.crl_expiry.value_or(std::chrono::sys_seconds::max()));
    found = true;
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return wrong(file, "a CRL in it can't be read");
  ERR_clear_error();
  if (!found) return wrong(file, "no CRL in PEM form");
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

void harden(SSL_CTX* context) {
  must(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1, "TLS 1.3");
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  must(SSL_CTX_set_num_tickets(context, 0) == 1, "no tickets");
  must(SSL_CTX_set_max_early_data(context, 0) == 1, "no early data");
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

Result<std::shared_ptr<const TlsContext::Loaded>> read_all(const TlsSettings& settings) {
  auto loaded = std::make_shared<TlsContext::Loaded>();
  loaded->context.reset(SSL_CTX_new(TLS_method()));
  must(loaded->context != nullptr, "context");
  loaded->peers = settings.peers;
  loaded->peer_names = settings.peer_names;
  harden(loaded->context.get());

  const bool mutual = settings.peers == TlsPeers::mutual;
  if (mutual && (settings.certificate_file.empty() || settings.ca_file.empty()))
    return failure(ErrorKind::missing, "mutual TLS needs a certificate and a CA", "TS 33.310");
  if (settings.certificate_file.empty() && settings.ca_file.empty()) return failure(ErrorKind::missing, "TLS needs a certificate or a CA");
  Result<void> done;
  if (!settings.certificate_file.empty()) done = use_certificate(*loaded, settings);
  if (done && !settings.ca_file.empty()) done = use_ca(*loaded, settings.ca_file);
  if (done && !settings.crl_file.empty()) done = use_crls(*loaded, settings.crl_file);
  if (!done) return failure(done.error());
  return loaded;
}

}  // namespace

std::chrono::sys_seconds to_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

Result<std::shared_ptr<TlsContext>> TlsContext::load(TlsSettings settings) {
  auto loaded = read_all(settings);
  if (!loaded) return failure(loaded.error());
  return std::make_shared<TlsContext>(std::move(settings), std::move(*loaded));
}

Result<void> TlsContext::reload() {
  auto loaded = read_all(settings_);
  if (!loaded) return failure(loaded.error());
  const std::lock_guard lock(mutex_);
  loaded_ = std::move(*loaded);
  return {};
}

Result<void> TlsContext::reload(std::vector<std::string> peer_names) {
  std::swap(settings_.peer_names, peer_names);
  auto done = reload();
  if (!done) std::swap(settings_.peer_names, peer_names);
  return done;
}

std::shared_ptr<const TlsContext::Loaded> TlsContext::loaded() const {
  const std::lock_guard lock(mutex_);
  return loaded_;
}

std::chrono::sys_seconds TlsContext::certificate_expiry() const { return loaded()->expiry; }

std::optional<std::chrono::sys_seconds> TlsContext::crl_expiry() const { return loaded()->crl_expiry; }

}  // namespace li::net
