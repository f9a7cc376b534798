// tests/delivery/ftp_server.hpp: Debian's vsftpd with the configuration of samples/lemf, in a process of its own.
//
// It needs root, or a kernel that lets others make a user namespace: users, PAM and the drop folder are its own, by a private mount
// namespace, so nothing of the system changes. Where vsftpd is missing or does not start the test fails.
#pragma once

#include <sys/types.h>

#include "support/certificates.hpp"
#include "tests/delivery/lab.hpp"

namespace li::delivery::test {

inline constexpr auto kFtpName = "ftp.lemf.example";
inline constexpr auto kFtpUser = "mf1";
inline constexpr auto kOtherFtpUser = "mf2";  ///< with the same password
inline constexpr auto kFtpPassword = "a long pass/word: @%";

class FtpServer {
 public:
  explicit FtpServer(const li::test::Authority& authority, const li::test::Identity& identity);
  ~FtpServer() { stop(); }
  FtpServer(const FtpServer&) = delete;
  FtpServer& operator=(const FtpServer&) = delete;

  /// More lines of configuration. Waits until it listens.
  void start(const std::string& more = {});
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// In the folder of that user.
  [[nodiscard]] std::string drop(const std::string& name, const std::string& user = kFtpUser) const {
    return scratch_.path("drop/" + user + "/" + name);
  }
  [[nodiscard]] std::vector<std::string> files() const;
  [[nodiscard]] std::string log() const { return read_file(scratch_.path("log")); }

 private:
  void write(const std::string& name, const std::string& text) const;
  void write_users() const;

  Scratch scratch_;
  const li::test::Authority& authority_;
  li::test::Identity identity_;
  std::uint16_t port_ = 0;
  pid_t child_ = -1;
};

}  // namespace li::delivery::test
