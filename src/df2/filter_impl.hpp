// df2/filter_impl.hpp: what is taken out of a message before it goes to the LEMF.
//
// Source:  TS 101 671 H.1.2 (IRI only: header and SDP stay, content goes); TS 33.107 7A.1.A (no SDES keys when the network decrypts).
// Units:   octets.
// Errors:  none: what can't be read is taken out rather than let through.
// Owns:    results own their octets.
#pragma once

#include "df2/event_impl.hpp"

namespace li::df2 {

/// IRI only: header and SDP without keys; every other body is emptied, all of MESSAGE, and Content-Length says so. Of what is no SIP
/// message the lines that look like a header stay.
[[nodiscard]] RecordBytes without_content(const SipEvent& event);

/// All but the keys in its SDP, or in that of a message in it: a=crypto, k=, and key management that does not protect what it carries, in
/// whatever attribute they stand. SDP in an encoding that is not undone is emptied.
[[nodiscard]] RecordBytes without_keys(const SipEvent& event);

/// A description without these lines.
[[nodiscard]] RecordBytes sdp_without_keys(ByteView sdp);

/// Start line and headers without anything behind them.
[[nodiscard]] RecordBytes headers_alone(ByteView headers);

/// Headers for a message without body: without Content-Length and what tells of a body, ending in an empty line.
[[nodiscard]] RecordBytes without_body_headers(ByteView headers);

}  // namespace li::df2
