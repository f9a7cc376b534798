// ps/hi3.hpp: media packets of a call as HI3 carries them: alone, or in the CC payload of a PS-PDU.
//
// Source:  3GPP TS 33.108 Annex B.12 (VoIP-HI3-IMS r15 version-1); ETSI TS 102 232-1 Annex A.2 (CCPayload), TS 102 232-5 (IPMMCC),
//          TS 102 232-7 12.3.
// Units:   octets; times are UTC, and encode writes whole seconds.
// Errors:  decode refuses what the walk refuses, encode what the module does not allow.
// Owns:    results own their octets.
#pragma once

#include <optional>
#include <vector>

#include "ps/instant.hpp"

namespace li::ps {

enum class MediaDirection : std::uint8_t { from_target = 1, to_target = 2, combined = 3, unknown = 4 };

struct VoipCc {
  std::optional<Bytes> lawful_interception_identifier;
  Bytes voip_correlation_number;  ///< the cc value of imsVoIP in the IRI record
  std::optional<Instant> time;    ///< nothing for a local time, whose zone is not said
  std::uint16_t sequence_number = 0;
  MediaDirection direction = MediaDirection::unknown;
  RecordBytes payload;  ///< RTP, SRTP or RTCP, with the headers in front that the network left on
  bool operator==(const VoipCc&) const = default;
};

/// Members that are not in VoipCc are read over.
[[nodiscard]] Result<VoipCc> decode_voip_cc(ByteView octets);
[[nodiscard]] Result<RecordBytes> encode_voip_cc(const VoipCc& packet);

/// What a packet in a CC payload begins with.
enum class FirstHeader : std::uint8_t {
  unknown,  ///< nothing says
  ip,
  udp,
  rtp,
  other,  ///< it is no packet of RTP
};

/// An item of cCPayloadSequence.
struct CcPacket {
  std::string_view name;                                ///< alternative of CCContents; empty for one that is not known
  std::optional<Bytes> lawful_interception_identifier;  ///< of VoIP-HI3-IMS
  Bytes voip_correlation_number;                        ///< likewise
  MediaDirection direction = MediaDirection::unknown;
  std::optional<Instant> time;  ///< its own, else that of the PDU
  FirstHeader first_header = FirstHeader::unknown;
  std::optional<RecordBytes> payload;  ///< of voipCC-CC-PDU, iPMMCC and iPCC
};

[[nodiscard]] std::vector<CcPacket> cc_packets(const Pdu& pdu);

}  // namespace li::ps
