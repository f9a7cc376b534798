// capture/form.hpp: what a file is, told from how it starts: records, PDUs, or something else.
//
// Source:  pcap and pcapng magic numbers; TS 102 232-1 5.2 (PS-PDU); TS 103 221-2 5.1 (X2/X3 PDU); TS 33.108 and TS 101 671 OIDs.
// Units:   octets.
// Errors:  none: nothing is returned for a start that is not known.
// Owns:    plain values.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace li::capture {

/// How many octets recognize() likes to see.
inline constexpr std::size_t kStart = 256;

enum class Form : std::uint8_t { records, ps, hi3, x2 };

/// PDUs of TS 102 232-1, of VoIP-HI3-IMS or of TS 103 221-2; records for anything else.
[[nodiscard]] Form form_of(ByteView start);
/// "ber", "ps", "hi3", "x2"
[[nodiscard]] std::optional<Form> form_by_name(std::string_view name);
[[nodiscard]] std::string_view name_of(Form form);

/// A sentence that says what a file without records is and what to do, or nothing.
[[nodiscard]] std::optional<std::string> recognize(ByteView start);

/// What a domain identifier that is not of UmtsHI2Operations or EpsHI2Operations names, or nothing.
[[nodiscard]] std::optional<std::string_view> name_of_domain(ByteView oid);

}  // namespace li::capture
