// net/header_impl.hpp: what the header of a request must have before its body is read, beyond what Beast looks at.
//
// Source:  RFC 9112 clauses 3.2 and 6.1, RFC 9110 clause 10.1.1.
// Errors:  a status of HTTP.
#pragma once

#include "net/beast_impl.hpp"

namespace li::net {

using RequestHeader = http::request_header<http::fields>;

/// The status to refuse it with, or 0. Only one coding of the body is known, so that its end is never guessed (RFC 9112 clauses 3.2, 6.1;
/// RFC 9110 clause 10.1.1).
[[nodiscard]] inline unsigned fault_of(const RequestHeader& header) {
  const bool is_old = header.version() < 11;
  const auto hosts = header.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !is_old)) return 400;
  const auto codings = header.count(http::field::transfer_encoding);
  if (codings > 0 && is_old) return 400;
  if (codings > 1 || (codings == 1 && !beast::iequals(header[http::field::transfer_encoding], "chunked"))) return 501;
  const auto expects = header.count(http::field::expect);
  if (expects > 1 || (expects == 1 && !beast::iequals(header[http::field::expect], "100-continue"))) return 417;
  return 0;
}

[[nodiscard]] inline bool wants_continue(const RequestHeader& header) {
  return header.version() >= 11 && header.count(http::field::expect) > 0;
}

}  // namespace li::net
