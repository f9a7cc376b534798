// mikey/payloads_impl.hpp: reading one payload of any kind.
//
// Source:  RFC 3830 clause 6, RFC 6043 clause 6.
// Units:   offsets in octets of the message.
// Errors:  kept in the Reader: the first one, with its offset.
// Owns:    results own their octets.
#pragma once

#include "mikey/message.hpp"
#include "mikey/reader_impl.hpp"

namespace li::mikey {

/// Whether payloads of this number have a layout here.
[[nodiscard]] bool has_layout(std::uint8_t type);

/// Reads the payload with the number `type`, from its Next payload octet on. Offsets in it are those of `in`. One without a layout
/// takes all that is left: inside a ticket it is kept and no error (RFC 6043 clause 6.10).
[[nodiscard]] Payload read_payload(Reader& in, std::uint8_t type);

/// KV data of a key or a DH value; `kv_offset` is where the KV stands.
void read_validity(Reader& in, std::uint8_t kv, std::size_t kv_offset, Bytes& spi, Bytes& from, Bytes& to);

}  // namespace li::mikey
