#include "net/dial_impl.hpp"

#include <openssl/err.h>

namespace li::net {

std::optional<Endpoints> endpoints_of(const std::string& host, std::uint16_t port, std::chrono::steady_clock::time_point deadline) {
  const auto addresses = system_look_ups().find(host, deadline);
  if (!addresses) return std::nullopt;
  Endpoints found;
  for (const auto& address : *addresses) found.emplace_back(boost::asio::ip::make_address(address), port);
  return found;
}

std::string reason_of(const boost::system::error_code& failure) {
  const auto* text = ERR_reason_error_string(static_cast<unsigned long>(failure.value()));
  return text != nullptr ? text : failure.message();
}

std::string why_refused(const SSL* session, const boost::system::error_code& failure) {
  const auto error = static_cast<unsigned long>(failure.value());
  const bool ours = ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  return ours ? "the server's certificate: " + std::string(to_string(refusal_of(session, error))) : reason_of(failure);
}

}  // namespace li::net
