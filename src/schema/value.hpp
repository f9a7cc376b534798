// schema/value.hpp: primitive values as text and back, the same for JSON, XER and people.
//
// Source:  X.680 for the forms, X.697 and X.693 for which of them JSON and XER use.
// Units:   none.
// Errors:  parse_value says what is wrong with the text.
// Owns:    results own their data.
#pragma once

#include "base/secret.hpp"
#include "schema/type.hpp"

namespace li::schema {

/// Digits for numbers, the identifier for an enumerator (digits for an unknown value), dots for an OID, hexadecimal for an
/// OCTET STRING or BIT STRING of fixed size, the characters of a string. The octets must be a value of the type
/// (Content::valid).
void append_value(std::string& out, const Type& type, ByteView octets);

/// The content octets that the text stands for. For a BIT STRING the digits are whole octets and `bounds` gives the bits.
[[nodiscard]] Result<RecordBytes> parse_value(const Type& type, const Bounds& bounds, std::string_view text);

/// Content octets of a number, in the fewest octets.
[[nodiscard]] RecordBytes number_content(std::int64_t value);
[[nodiscard]] RecordBytes unsigned_content(std::uint64_t value);

/// "0.4.0.2.2.4.1.16.1" for the content octets of an OID.
[[nodiscard]] std::string oid_text(ByteView content, bool relative = false);

}  // namespace li::schema
