// lemf/media_lines.hpp: what an offer and its answer say of the media: addresses, codecs, and how each direction is protected.
//
// Source:  RFC 3830 6.10 (security policies), RFC 6043 6.1.1 (map of crypto sessions), RFC 4567 7.1 (two crypto sessions an m= line, in
//          order), RFC 4568 (SDES), RFC 5576 (a=ssrc).
// Units:   none.
// Errors:  what of a policy can't be done stands with its choice.
// Owns:    a MediaLine owns what it holds; keys of SDES are in it.
#pragma once

#include <memory>

#include "lemf/offers.hpp"
#include "media/packet.hpp"
#include "media/srtp.hpp"
#include "mikey/message.hpp"

namespace li::lemf {

/// One way in which a stream may be protected.
struct Choice {
  std::optional<std::uint8_t> cs_id;  ///< MIKEY: the key is that of the key record with this CS ID
  std::optional<std::uint32_t> ssrc;
  std::uint32_t roll_over_counter = 0;
  Bytes mki;
  bool any_key_size = false;  ///< the policy names none: that of the key
  media::SrtpPolicy policy;
  std::string unsupported;                            ///< why the policy can't be done
  std::vector<std::shared_ptr<media::SrtpKey>> keys;  ///< SDES
};

enum class Protection : std::uint8_t { none, mikey, sdes, other };

/// One direction of an m= line.
struct MediaLine {
  std::size_t index = 0;  ///< of the m= line, from 0
  std::string type;       ///< "audio"
  bool from_offerer = true;
  media::Endpoint from, to;  ///< of the sender's and the receiver's description; without an address where there is none
  std::vector<std::uint32_t> ssrcs;
  std::vector<sip::Codec> codecs;
  Protection protection = Protection::none;
  std::vector<Choice> choices;  ///< the likeliest first
};

/// Both directions of all m= lines that were not rejected.
[[nodiscard]] std::vector<MediaLine> media_lines(const Exchange& exchange);

/// The SRTP policy that an SP payload says; what it leaves out is RFC 3711's default (RFC 3830 6.10.1). `choice` is completed.
void apply_policy(Choice& choice, const mikey::SecurityPolicy& policy);

}  // namespace li::lemf
