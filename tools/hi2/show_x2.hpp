// hi2/show_x2.hpp: an X2 or X3 PDU as people read it, and octet by octet.
#pragma once

#include "capture/pdus.hpp"
#include "schema/output.hpp"
#include "schema/redact.hpp"
#include "schema/text.hpp"
#include "x2/pdu.hpp"

namespace li::tool {

void show_x2_text(schema::Output& out, const x2::Pdu& pdu, schema::Secrets secrets, const schema::Palette& palette);
/// Offsets are those of the file.
void show_x2_hex(schema::Output& out, const x2::Pdu& pdu, const capture::PduItem& item, schema::Secrets secrets);

/// "9 SIP", "3 from target": a number and what it means.
[[nodiscard]] std::string numbered(unsigned number, std::string_view name);

}  // namespace li::tool
