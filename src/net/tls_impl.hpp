// net/tls_impl.hpp: what a TlsContext holds, and what is asked of OpenSSL about a connection.
//
// Source:  RFC 8446, RFC 5280.
// Units:   times in UTC.
// Errors:  a Refusal, of a closed list.
// Owns:    Loaded owns OpenSSL's context, and is shared; a session belongs to its stream.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/tls.hpp"

namespace li::net {

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};

struct TlsContext::Loaded {
  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context;
  std::vector<std::string> peer_names;
  TlsPeers peers = TlsPeers::mutual;
  bool has_certificate = false;
  bool has_ca = false;
  std::chrono::sys_seconds expiry{};
  std::optional<std::chrono::sys_seconds> crl_expiry;
};

/// A session for one connection; the stream that gets it owns it.
[[nodiscard]] SSL* new_server_session(const TlsContext::Loaded& loaded);
[[nodiscard]] SSL* new_client_session(const TlsContext::Loaded& loaded, const std::string& server_name);

/// Why a handshake failed; `error` is OpenSSL's.
[[nodiscard]] Refusal refusal_of(const SSL* session, unsigned long error);

/// The other end's certificate; the address stays empty.
[[nodiscard]] PeerIdentity identity_of(const SSL* session);

/// When the other end's certificate ends; far away without one.
[[nodiscard]] std::chrono::sys_seconds peer_expiry(const SSL* session);

/// Whether the other end may stay, on a connection that lives on while files are read again and certificates end.
class Standing {
 public:
  explicit Standing(std::shared_ptr<const TlsContext::Loaded> loaded) : loaded_(std::move(loaded)) {}
  /// The handshake is done.
  void begin(const SSL* session) { expiry_ = peer_expiry(session); }
  /// Judges the certificate that was shown by what is loaded now, if that has changed, or the certificate has ended.
  [[nodiscard]] std::optional<Refusal> judge(const TlsContext& tls, const SSL* session);

 private:
  std::shared_ptr<const TlsContext::Loaded> loaded_;
  std::chrono::sys_seconds expiry_ = std::chrono::sys_seconds::max();
};

/// A time that can't be read is the epoch.
[[nodiscard]] std::chrono::sys_seconds to_time(const ASN1_TIME* time);

}  // namespace li::net
