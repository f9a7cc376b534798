// tests/kms/site.hpp: a KMS as operators run it: a folder with its configuration, keys and certificates, and the daemon.
#pragma once

#include <algorithm>
#include <atomic>
#include <sstream>

#include "kms/admin.hpp"
#include "kms/daemon.hpp"
#include "net/client.hpp"
#include "ops/audit_verify.hpp"
#include "tests/kms/scratch.hpp"
#include "tests/kms/ue.hpp"
#include "tests/support/certificates.hpp"
#include "xk/client.hpp"

namespace li::kms::test {

constexpr auto kDf2 = "df2.li.example";

/// The CA that all in these tests trust.
[[nodiscard]] li::test::Authority& authority();

class Site {
 public:
  explicit Site(std::string domain = "home1.example");
  ~Site() { stop(); }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  std::string domain, kms;
  Scratch scratch;
  TimePoint now = kNow;
  std::unique_ptr<Daemon> daemon;
  std::string peers;    ///< of the configuration: [[peer]]
  std::string xk_more;  ///< of [xk]
  std::string ue_more;  ///< of [ue]
  std::string tickets_more;
  std::string crl;
  std::string certificate;                ///< of the listener of UEs, where it is not that of the others
  std::atomic<bool> clock_fails = false;  ///< the next time, and by an exception
  std::chrono::milliseconds grace = std::chrono::seconds(10);

  [[nodiscard]] std::string config() const { return scratch.path("hi2-kms.toml"); }
  /// Writes configuration and LI list.
  void write();
  void start();
  void stop() { daemon.reset(); }
  [[nodiscard]] Daemon::Surroundings around();
  /// All problems of a start that must fail.
  [[nodiscard]] std::string start_fails();

  [[nodiscard]] Ue subscriber(const std::string& user);
  /// Administration beside the daemon.
  void administer(const std::function<Result<void>(Store&, Time)>& act);

  /// A message of a UE over HTTPS.
  [[nodiscard]] net::HttpResponse post(ByteView message, const std::string& kind);
  [[nodiscard]] mikey::Granted request(Ue& ue, const Wanted& wanted);
  [[nodiscard]] mikey::Granted resolve(Ue& ue, ByteView transfer_init);
  [[nodiscard]] net::ClientSettings xk_settings(const net::TlsSettings& tls) const;
  [[nodiscard]] std::string get_keys(const std::string& target, ByteView init, ByteView resp);
  [[nodiscard]] std::string page(const std::string& path);
  /// The status of an HTTP request with the certificate that is given; 0 when none came.
  [[nodiscard]] unsigned ask(Daemon::Role role, const net::TlsSettings& tls, const std::string& path, const std::string& type);
  [[nodiscard]] std::string log() const { return log_.str(); }
  [[nodiscard]] const li::test::Identity& server() const { return server_; }

  /// The audit trail as text, verified with its anchor once the daemon has stopped.
  [[nodiscard]] std::string trail() const { return read_file(scratch.path("kms.audit")); }
  /// How many of its entries hold all of these texts.
  [[nodiscard]] int entries(const std::vector<std::string>& texts) const;

 private:
  li::test::Identity server_;
  std::ostringstream log_;
};

[[nodiscard]] const net::TlsSettings& df2_tls();

}  // namespace li::kms::test
