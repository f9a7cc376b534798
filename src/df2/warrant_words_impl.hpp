// df2/warrant_words_impl.hpp: the forms that the values of a warrant must have. Each gives what is wrong, or nothing.
//
// Source:  TS 103 280 clause 6.1, TS 101 671 D.5, ISO 3166-1.
// Errors:  a text for the warrant's line; empty: nothing is wrong.
#pragma once

#include <string>
#include <string_view>

namespace li::df2 {

/// TS 103 280 6.1, without the characters that no file name has.
[[nodiscard]] std::string wrong_liid(std::string_view text);
/// A SIP, SIPS or TEL URI or an IMEI URN.
[[nodiscard]] std::string wrong_target(std::string_view text);
/// What the KMS knows a target by: a SIP, SIPS or TEL URI.
[[nodiscard]] std::string wrong_kms_identity(std::string_view text);
/// TS 101 671 D.5, Network-Identifier.
[[nodiscard]] std::string wrong_operator(std::string_view text);
[[nodiscard]] std::string wrong_network_element(std::string_view text);
/// ISO 3166-1 alpha-2.
[[nodiscard]] std::string wrong_country(std::string_view text);

}  // namespace li::df2
