// hi2/mikey_show.hpp: a described MIKEY message as text and as JSON.
//
// Source:  docs/man/hi2-mikey.1, docs/mikey-vectors.md.
// Units:   offsets and sizes in octets.
// Owns:    results own their data.
#pragma once

#include <string>

#include "mikey/describe.hpp"
#include "schema/redact.hpp"

namespace li::tool {

/// Lower-case digits, as the test vectors have them.
[[nodiscard]] std::string hex_text(ByteView octets);

/// A line with type and size, then a payload a block: offset, length, name, and a member a line.
[[nodiscard]] std::string mikey_text(const mikey::Message& message, std::size_t octets, schema::Secrets secrets, bool colour);

/// A decode case as docs/mikey-vectors.md has it.
[[nodiscard]] std::string mikey_json(const std::string& id, const mikey::Message& message, ByteView octets, schema::Secrets secrets);

}  // namespace li::tool
