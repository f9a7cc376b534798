// support/certificates.hpp: certificates made on the spot by the openssl command, in a folder that goes with them.
#pragma once

#include <filesystem>
#include <string>

#include "net/tls.hpp"

namespace li::test {

/// A folder below the system's temporary one, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A certificate and its key, as files.
struct Identity {
  std::string certificate_file;
  std::string key_file;
};

/// What a certificate is to say. Times are written YYYYMMDDhhmmssZ; an empty one is a day from now, on either side.
struct Wanted {
  std::string names;  ///< of the subjectAltName: "DNS:kms.example,URI:sip:kms@example"
  std::string start, end;
  std::string purpose = "serverAuth,clientAuth";
};

/// A CA with its files.
class Authority {
 public:
  explicit Authority(const std::string& common_name = "Test CA");

  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }
  [[nodiscard]] Identity issue(const Wanted& wanted);
  [[nodiscard]] Identity issue(const std::string& names) { return issue(Wanted{names, {}, {}}); }
  void revoke(const Identity& identity);
  /// Writes a CRL with all that is revoked so far; `end` as in Wanted.
  [[nodiscard]] std::string crl(const std::string& end = {});

  /// Settings of somebody with that identity who trusts this CA.
  [[nodiscard]] net::TlsSettings settings(const Identity& identity) const {
    return {identity.certificate_file, identity.key_file, ca_file_, {}, {}};
  }

 private:
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  void openssl(const std::string& arguments) const;

  TemporaryFolder folder_;
  std::string ca_file_;
  int issued_ = 0;
};

/// Runs a command of the shell and gives all that it printed.
[[nodiscard]] std::string output_of(const std::string& command);

}  // namespace li::test
