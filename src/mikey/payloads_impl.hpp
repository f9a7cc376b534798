// mikey/payloads_impl.hpp: reading one payload of any kind.
#pragma once

#include "mikey/message.hpp"
#include "mikey/reader_impl.hpp"

namespace li::mikey {

/// Where a chain stands: inside a ticket, what can't be read is kept and not an error (RFC 6043 clause 6.10).
enum class Place { message, ticket };

/// Reads the payload with the number `type`, from its Next payload octet on. Offsets in it are those of `in`.
[[nodiscard]] Payload read_payload(Reader& in, std::uint8_t type, Place place);

/// KV data of a key or a DH value.
void read_validity(Reader& in, std::uint8_t kv, Bytes& spi, Bytes& from, Bytes& to);

}  // namespace li::mikey
