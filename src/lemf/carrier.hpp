// lemf/carrier.hpp: a packet or a record, and what the PDU that carried it says of it.
//
// Source:  TS 33.108 Annex B.12 (VoIP-HI3-IMS), Annex N.2 (voipCorrelationNumber is a value of imsVoIP); ETSI TS 102 232-1 5.2 (header).
// Units:   none.
// Errors:  none.
// Owns:    plain values.
#pragma once

#include "media/packet.hpp"

namespace li::lemf {

/// A communication identity number, and whose it is: each element counts its own.
struct Communication {
  std::uint32_t number = 0;
  Bytes operator_identifier;
  Bytes network_element_identifier;   ///< empty: none
  std::string delivery_country_code;  ///< empty: none
  auto operator<=>(const Communication&) const = default;
};

/// Of a packet out of a capture it says nothing.
struct Carrier {
  enum class Direction : std::uint8_t { unknown, from_target, to_target, combined };

  std::string lawful_interception_identifier;  ///< empty: none, so it may be anybody's
  Bytes correlation;                           ///< empty: none
  std::optional<Communication> communication;
  Direction direction = Direction::unknown;
  auto operator<=>(const Carrier&) const = default;
};
/// "from target", "to target", "combined"; empty for an unknown one.
[[nodiscard]] std::string_view to_string(Carrier::Direction direction);

struct CarriedPacket {
  media::UdpPacket packet;
  Carrier carrier = {};
  bool timed = true;  ///< whether `packet.time` is known
};

/// What the PS-PDU of a record says of it.
struct RecordCarrier {
  std::optional<Communication> communication = {};
  std::optional<media::PacketTime> time = {};  ///< for records with local time, which say no zone
};

}  // namespace li::lemf
