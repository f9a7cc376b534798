// net/dial_impl.hpp: what those who open a connection have in common: where to, and why it failed.
//
// Errors:  words for logs; none has a key.
// Owns:    results own their data.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "net/look_up_impl.hpp"
#include "net/tls_impl.hpp"

namespace li::net {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// Nothing when the time was over; empty when the name is not known.
[[nodiscard]] std::optional<Endpoints> endpoints_of(const std::string& host, std::uint16_t port,
                                                    std::chrono::steady_clock::time_point deadline);

/// OpenSSL's words, where it has some.
[[nodiscard]] std::string reason_of(const boost::system::error_code& failure);

/// Why a client's handshake failed, in TLS itself.
[[nodiscard]] std::string why_refused(const SSL* session, const boost::system::error_code& failure);

}  // namespace li::net
