// ps/hi3_impl.hpp: members of VoIP-HI3-IMS, alone and in a PS-PDU.
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
