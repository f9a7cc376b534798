// x2/json.hpp: a PDU as JSON and back.
//
// Source:  no standard has a JSON of these PDUs; the shape is ours (docs/json.md).
// Units:   octets in hexadecimal, upper case; the XID as a UUID; header and payload length as the PDU has them.
// Errors:  reading: an Error whose path names the member. `name`, `value` and the two lengths are not read: they follow from the rest.
// Owns:    results own their octets. Nothing is masked here: hand over a copy whose keys are (capture/secrets.hpp).
#pragma once

#include <functional>
#include <istream>
#include <string>

#include "x2/pdu.hpp"

namespace li::x2 {

/// One line without its end, or, indented, several.
[[nodiscard]] std::string to_json(const Pdu& pdu, bool indented = false);

/// Numbers and text of the contents, as JSON has them; nothing for an attribute without a defined structure or of a wrong size.
[[nodiscard]] std::string value_json(const Attribute& attribute);

/// The PDU that one JSON object stands for.
[[nodiscard]] Result<Pdu> from_json(std::string_view text);

/// Reads objects, one after the other or in arrays, to the end of the stream. `take` gets each with its place from 1, or what is wrong
/// with it; false ends the reading. Behind text that is no JSON it can't go on.
void read_json(std::istream& in, const std::function<bool(Result<Pdu>&&, std::size_t number)>& take);

}  // namespace li::x2
