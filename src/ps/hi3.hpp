// ps/hi3.hpp: a media packet of an IMS call as HI3 carries it.
//
// Source:  3GPP TS 33.108 Annex B.12 (VoIP-HI3-IMS r15 version-1).
// Units:   octets.
// Errors:  decode refuses what the walk refuses, encode what the module does not allow.
// Owns:    results own their octets.
#pragma once

#include <optional>

#include "ps/pdu.hpp"

namespace li::ps {

enum class MediaDirection : std::uint8_t { from_target = 1, to_target = 2, combined = 3, unknown = 4 };

struct VoipCc {
  std::optional<Bytes> lawful_interception_identifier;
  Bytes voip_correlation_number;  ///< the cc value of imsVoIP in the IRI record
  std::uint16_t sequence_number = 0;
  MediaDirection direction = MediaDirection::unknown;
  RecordBytes payload;  ///< RTP, SRTP or RTCP, with the headers in front that the network left on
  bool operator==(const VoipCc&) const = default;
};

/// Members that are not in VoipCc are read over.
[[nodiscard]] Result<VoipCc> decode_voip_cc(ByteView octets);
[[nodiscard]] Result<RecordBytes> encode_voip_cc(const VoipCc& packet);

}  // namespace li::ps
