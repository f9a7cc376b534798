// hi2/sip_look.hpp: a plain look at the lines of a SIP message, enough for a list. It judges nothing.
#pragma once

#include <string>
#include <string_view>

namespace li::tool {

struct SipLook {
  std::string start;  ///< "INVITE", or "200 OK (INVITE)"
  std::string from;   ///< user@host or number
  std::string to;
  bool ticket = false;  ///< a=key-mgmt:mikey
  bool sdes = false;    ///< a=crypto with a key
};

[[nodiscard]] SipLook look_at_sip(std::string_view message);
/// Only the key management of an SDP body.
void look_at_sdp(std::string_view sdp, SipLook& look);

}  // namespace li::tool
