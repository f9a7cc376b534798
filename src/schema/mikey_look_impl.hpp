// schema/mikey_look_impl.hpp: whether a MIKEY message keeps its keys to itself. A look, not a reader: that is another room.
#pragma once

#include <string_view>

namespace li::schema {

/// True only if the message (base64, RFC 3830 clause 6, RFC 6043 clause 6) was followed to its end and each KEMAC with key
/// data, those in a ticket included, names an encryption.
[[nodiscard]] bool mikey_is_protected(std::string_view base64);

}  // namespace li::schema
