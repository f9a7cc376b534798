// capture/secrets.hpp: what of an X2 or X3 PDU must not be shown.
//
// Source:  design decision 8, as schema/redact.hpp has it: keys in records, in SIP messages and in SDP.
// Units:   octets.
// Errors:  none.
// Owns:    results own their octets.
#pragma once

#include "schema/type.hpp"
#include "x2/pdu.hpp"

namespace li::capture {

/// The type of a payload that is a value of a module here, told by format and start; else null.
[[nodiscard]] const schema::Type* payload_type(const x2::Pdu& pdu);

/// The PDU with an asterisk for each octet of key material.
[[nodiscard]] x2::Pdu masked(const x2::Pdu& pdu);
/// True if a secret in it is nothing but asterisks.
[[nodiscard]] bool was_masked(const x2::Pdu& pdu);

}  // namespace li::capture
