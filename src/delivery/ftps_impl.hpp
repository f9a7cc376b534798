// delivery/ftps_impl.hpp: what a file sender asks of an FTPS server. One connection, used by one thread.
//
// Source:  RFC 959, RFC 4217.
// Units:   octets.
// Errors:  unexpected: refused, by TLS or of the login; any other: to be tried again.
// Owns:    its connection.
#pragma once

#include <functional>
#include <memory>

#include "delivery/file_sender.hpp"

namespace li::delivery {

/// An Error of kind `unexpected` is a refusal: by TLS or of the login. There is no way to a plain connection.
class FtpsClient {
 public:
  /// `give_up` is asked from time to time in mid-transfer.
  FtpsClient(const FtpsTarget& target, std::function<bool()> give_up);
  ~FtpsClient();
  FtpsClient(const FtpsClient&) = delete;
  FtpsClient& operator=(const FtpsClient&) = delete;

  /// Nothing when there is no such file, or when the server does not tell.
  [[nodiscard]] Result<std::optional<std::uint64_t>> size_of(const std::string& name);
  /// Returns when the server has answered that the file has its final name.
  [[nodiscard]] Result<void> upload(const std::string& name, ByteView octets);
  /// The next call opens a new connection, with certificates read anew.
  void forget_connection();

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

}  // namespace li::delivery
