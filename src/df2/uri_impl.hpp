// df2/uri_impl.hpp: whether two URIs name the same user, and who of a warrant's targets a message names.
//
// Source:  RFC 3261 19.1.4, RFC 3966 clause 4 (numbers without visual separators), RFC 7254 (urn:gsma:imei), TS 33.107 7A.3.0, 20.3.2.1
//          (headers that name a target).
// Units:   none.
// Errors:  a text that is no URI equals itself only.
// Owns:    plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sip/message.hpp"

namespace li::df2 {

/// A SIP URI by user and host, a telephone number by its digits; parameters and headers do not count. sip: and tel: are the same when
/// both hold the same international number.
[[nodiscard]] bool same_user(std::string_view a, std::string_view b);

/// All URIs by which a message names parties: Request-URI, From, To, P-Asserted-Identity and the headers of TS 33.107; of Contact the
/// equipment's, as "urn:gsma:imei:...".
[[nodiscard]] std::vector<std::string> named_in(const sip::Message& message);

/// 15 digits (14 and a 0) of urn:gsma:imei:TAC-SNR-x; empty for another text.
[[nodiscard]] std::string imei_digits(std::string_view urn);

/// Host of a SIP URI, in small letters, without port; empty for another.
[[nodiscard]] std::string host_of(std::string_view uri);

[[nodiscard]] bool has_scheme(std::string_view uri, std::string_view scheme);

}  // namespace li::df2
