// tests/df2/site.hpp: a DF2/MF as operators run it: a folder with its configuration, keys and certificates, the daemon, a network function
// that sends to it, and a LEMF that takes its records.
#pragma once

#include <condition_variable>
#include <mutex>
#include <sstream>

#include "df2/admin.hpp"
#include "df2/daemon.hpp"
#include "tests/support/certificates.hpp"

namespace li::df2::test {

using namespace std::chrono_literals;

constexpr auto kWait = 20s;
constexpr auto kXid = "3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b";

/// The CA that all in these tests trust.
[[nodiscard]] li::test::Authority& authority();
[[nodiscard]] std::shared_ptr<net::TlsContext> tls_of(const net::TlsSettings& settings);
[[nodiscard]] std::string read_file(const std::string& path);

/// Takes PS-PDUs, and confirms them at once.
class Lemf {
 public:
  explicit Lemf(std::uint16_t port = 0);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  /// Waits until so many PDUs have come.
  bool wait_for(std::size_t count);
  [[nodiscard]] std::size_t count();

 private:
  void serve(net::TlsStream& stream);
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t pdus_ = 0;
  std::unique_ptr<net::StreamServer> server_;
};

/// A network function, over X2.
class Sender {
 public:
  Sender(std::uint16_t port, const net::TlsSettings& tls);
  [[nodiscard]] bool connected() const { return stream_ != nullptr; }
  /// An INVITE of a session of its own, with the next sequence number.
  void event(const std::string& call_id, const std::string& xid = kXid);
  void keepalive(std::uint32_t number);
  void octets(ByteView octets);
  /// The number of the next acknowledgement; nothing when the connection ends or the time is over.
  [[nodiscard]] std::optional<std::uint32_t> acknowledged();
  [[nodiscard]] bool ended();

 private:
  std::unique_ptr<net::TlsStream> stream_;
  x2::Stream pdus_;
  std::uint32_t number_ = 0;
};

class Site {
 public:
  Site();
  ~Site() { stop(); }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  li::test::TemporaryFolder folder;
  std::atomic<std::int64_t> seconds = 0;  ///< behind kStart
  Lemf lemf;
  std::chrono::milliseconds grace = 5s;
  std::string crl, x2_more, warrants_more;
  std::unique_ptr<Daemon> daemon;

  [[nodiscard]] std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  [[nodiscard]] std::string config() const { return path("hi2-df2.toml"); }
  /// A file that only its owner may read.
  std::string write(const std::string& name, std::string_view text) const;
  /// Writes the configuration and the warrants, one for `kXid` that ends a day behind the start.
  void write_all();
  void start();
  void stop() { daemon.reset(); }
  [[nodiscard]] Daemon::Surroundings around();
  [[nodiscard]] std::string start_fails();
  [[nodiscard]] std::string page(const std::string& path);
  [[nodiscard]] std::string log() const { return log_.str(); }
  [[nodiscard]] std::string trail() const { return read_file(path("df2.audit")); }
  [[nodiscard]] Sender sender();

 private:
  li::test::Identity server_;
  std::ostringstream log_;
};

[[nodiscard]] const net::TlsSettings& cscf_tls();

}  // namespace li::df2::test
