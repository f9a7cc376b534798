// schema/redact.hpp: what of a value must not be shown, decided in one place for every form of output.
//
// Source:  key material of CCKeyInfo and PTCEncryptionInfo (TS 33.108), `inline:` of a=crypto (RFC 4568
//          9.1), keys in a=key-mgmt when the MIKEY message does not encrypt them (RFC 4567, RFC 3830 6.2, RFC 6043 6.10),
//          k=clear and k=base64 (RFC 4566 5.12).
// Units:   octet positions in the value.
// Errors:  none: a MIKEY message that can't be read counts as unprotected.
// Owns:    plain values.
#pragma once

#include <vector>

#include "schema/type.hpp"

namespace li::schema {

/// Whether key material is shown as it is.
enum class Secrets : std::uint8_t { hide, show };

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The ranges of `octets` that hold key material, in order.
[[nodiscard]] std::vector<Range> secrets_in(Secrecy secrecy, ByteView octets);

/// The ranges of a whole encoded value that hold key material, in order. Of octets that can't be read as the type everything counts from
/// where reading stops, unless not even its first member is there: then they are something else, or encrypted.
[[nodiscard]] std::vector<Range> secrets_in_value(const Type& type, ByteView octets);

/// True if a secret in `octets` is nothing but asterisks: the mark that mask() left.
[[nodiscard]] bool was_masked(Secrecy secrecy, ByteView octets);

/// The octets with an asterisk for each secret one.
[[nodiscard]] Bytes mask(ByteView octets, const std::vector<Range>& secrets);

/// True if a TLV that the module does not name may hold a key: it stands beside keys, or has the shape of a CCKeyInfo (as the key
/// list of the other module has). Its octets are masked then.
[[nodiscard]] bool may_hold_key(const Type& parent, ByteView tlv);

/// A 1 for each secret octet, a 0 for each other.
[[nodiscard]] Bytes flags(std::size_t octets, const std::vector<Range>& secrets);

}  // namespace li::schema
