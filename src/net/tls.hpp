// net/tls.hpp: who we are and whom we trust on a TLS connection, and why one was refused.
//
// Source:  TS 33.107 clause 7A.7.4 and TS 33.310 (TLS with certificates); RFC 8446; names as RFC 5280 4.2.1.6 has them.
// Units:   time is UTC.
// Errors:  load() and reload() name the file and what is wrong with it. A key file that its group or others can read is refused.
// Owns:    a TlsContext is shared by the servers and clients that use it, and may be used from several threads.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace li::net {

enum class TlsPeers {
  mutual,       ///< both ends show a certificate
  server_only,  ///< the server shows one, and asks for none: for UEs, which prove themselves inside MIKEY
};

/// All files are PEM. TLS is 1.3, without tickets, resumption or early data.
struct TlsSettings {
  std::string certificate_file;         ///< own certificate first, then the CAs between; none is fine for a client of `server_only`
  std::string key_file;                 ///< its key, not encrypted, readable by its owner only, who is root or we
  std::string ca_file;                  ///< whom we trust; none is fine for a server of `server_only`
  std::string crl_file;                 ///< empty: revocation is not looked at. Else each CA of a chain needs a valid CRL in it
  std::vector<std::string> peer_names;  ///< a client must have one as URI or DNS name of its certificate, letter by letter; empty: any
  TlsPeers peers = TlsPeers::mutual;
};

class TlsContext {
 public:
  [[nodiscard]] static Result<std::shared_ptr<TlsContext>> load(TlsSettings settings);

  /// Reads the files again, for new connections. Those that exist go on, but a server looks at the other end's certificate again before
  /// it answers the next request. On failure all stays as it was.
  [[nodiscard]] Result<void> reload();
  /// The same, with other names that the other end may have. One at a time.
  [[nodiscard]] Result<void> reload(std::vector<std::string> peer_names);

  /// When our own certificate ends; nothing (the epoch) if there is none. It may be too far away for a clock's nanoseconds.
  [[nodiscard]] std::chrono::sys_seconds certificate_expiry() const;
  /// When the first of our CRLs must have been replaced (its next update); nothing without CRLs.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> crl_expiry() const;

  struct Loaded;  // what was read from the files
  TlsContext(TlsSettings settings, std::shared_ptr<const Loaded> loaded) : settings_(std::move(settings)), loaded_(std::move(loaded)) {}
  [[nodiscard]] std::shared_ptr<const Loaded> loaded() const;

 private:
  TlsSettings settings_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Loaded> loaded_;
};

/// Why a server did not let a connection come to a request. The words of to_string() are for logs and audit, and do not change.
enum class Refusal {
  plain_http,            ///< HTTP without TLS on a TLS port
  not_tls,               ///< neither TLS nor HTTP
  old_version,           ///< TLS 1.2 or older
  no_certificate,        ///< the client showed none
  unknown_ca,            ///< no way from its certificate to a CA of ours
  revoked,               ///< its certificate is on the CRL
  expired,               ///< its certificate has ended
  not_yet_valid,         ///< its certificate has not begun
  wrong_name,            ///< none of the names allowed here
  crl_unusable,          ///< our CRL is missing, too old, or not signed by its CA: nobody can be let in
  bad_certificate,       ///< anything else about a certificate, e.g. its purpose
  refused_by_peer,       ///< the client did not like us
  closed,                ///< the connection ended in mid-handshake
  timeout,               ///< the handshake took too long
  protocol,              ///< anything else in the handshake
  too_many_connections,  ///< the listener has all that it may have
};

[[nodiscard]] std::string_view to_string(Refusal refusal);

/// The other end, as its certificate and socket show it.
struct PeerIdentity {
  std::string subject;             ///< as RFC 4514 writes it; empty without a certificate
  std::vector<std::string> names;  ///< URIs and DNS names of the certificate
  std::string serial;              ///< hexadecimal
  std::string address;             ///< without the port
};

}  // namespace li::net
