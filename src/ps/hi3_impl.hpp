// ps/hi3_impl.hpp: members of VoIP-HI3-IMS, alone and in a PS-PDU.
//
// Source:  TS 33.108 VoIP-HI3-IMS; TS 102 232-5 and -7 (voipCC-CC-PDU).
// Units:   as ps/hi3.hpp.
// Errors:  none: a member of another kind is left out.
// Owns:    nothing; the schema outlives it.
#pragma once

#include "ps/hi3.hpp"
#include "schema/node.hpp"

namespace li::ps {

struct VoipMembers {
  VoipMembers();
  const schema::Type& type = voip_cc_pdu_type();
  const schema::Member *header, *payload, *domain, *liid, *correlation, *time, *utc_time, *sequence, *direction;
};

[[nodiscard]] const VoipMembers& voip();

/// A primitive value of a Voip-CC-PDU; any other changes nothing.
void take_voip(VoipCc& packet, const schema::Node& node, ByteView octets);

}  // namespace li::ps
