// base/identifier.hpp: identifiers of records, which are octets, as people read them.
//
// Source:  ETSI TS 102 232-1 Annex A.2 (LIID, operator and element identifiers are OCTET STRINGs).
// Units:   octets.
// Errors:  none.
// Owns:    results own their data.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace li {

/// Characters where all are printable ASCII, "0x" and hexadecimal digits otherwise.
[[nodiscard]] std::string readable(ByteView octets);

}  // namespace li
