// kms/identity.hpp: public identities, as subscribers, groups, tickets and the LI list name them.
//
// Source:  RFC 3830 clause 6.7 (URI, NAI); RFC 3986 clause 6.2.2.1 (scheme and host have no case).
// Units:   text.
// Errors:  check_identity says what is wrong.
// Owns:    results own their text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mikey/message.hpp"

namespace li::kms {

/// A URI ("sip:alice@home1.example") or an NAI ("alice@home1.example", which has no port): printable ASCII without spaces.
[[nodiscard]] Result<void> check_identity(std::string_view identity);

/// Whether an IDR that holds it is a URI or an NAI. All who write or read one ask here.
[[nodiscard]] mikey::IdType id_type_of(std::string_view identity);

/// One text for all spellings that mikey::same_identity holds for the same: scheme and host in lower case.
[[nodiscard]] std::string canonical_identity(std::string_view identity);

/// The canonical identity that an IDR payload names; nothing for a byte string, for what is no identity, and for a URI that says it is an
/// NAI, or the other way round.
[[nodiscard]] std::optional<std::string> identity_of(const mikey::Idr& idr);

/// For a byte string in a log: itself where it is plain text, else its hexadecimal digits.
[[nodiscard]] std::string plain(ByteView octets);

}  // namespace li::kms
