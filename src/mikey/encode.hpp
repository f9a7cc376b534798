// mikey/encode.hpp: a MIKEY message, a chain of payloads or keys to octets; the mirror of decode.hpp.
//
// Source:  RFC 3830 clause 6, RFC 6043 clause 6 and appendix A.
// Units:   octets.
// Errors:  out_of_range when a field does not fit its length or count on the wire.
// Owns:    results own their octets; those that may hold keys wipe them.
#pragma once

#include "mikey/decode.hpp"

namespace li::mikey {

/// decode(encode(m)) equals m for every message that decode gave; Next payload numbers follow from the order.
[[nodiscard]] Result<Bytes> encode(const Message& message);

/// One payload with the given Next payload octet.
[[nodiscard]] Result<Bytes> encode_payload(const Payload& payload, std::uint8_t next);

/// "First payload" octet and chain, as TP Data and Initiator Data have them.
[[nodiscard]] Result<Bytes> encode_field(const std::vector<Payload>& chain);

/// Ticket Data: starts with the THDR and has no first octet.
[[nodiscard]] Result<Bytes> encode_ticket_data(const std::vector<Payload>& chain);

/// The plaintext of a KEMAC.
[[nodiscard]] Result<SecretBytes> encode_keys(std::span<const KeyData> keys);

}  // namespace li::mikey
