// df2/offers_impl.hpp: which TRANSFER_RESP answers which TRANSFER_INIT, by the places where SIP carries offers and answers.
//
// Source:  RFC 3264; RFC 3261 13.2.1 (INVITE, 2xx, ACK), RFC 3262 clause 5 (reliable 1xx, PRACK), RFC 3311 (UPDATE), RFC 4567 3.1.
// Units:   none.
// Errors:  none; what has no partner is told as lost.
// Owns:    results share octets with the session.
#pragma once

#include "df2/event_impl.hpp"
#include "df2/session_impl.hpp"

namespace li::df2 {

/// Where a message stands.
struct Place {
  bool request = true;
  int status = 0;
  Method method = Method::other;  ///< of the transaction
  std::uint64_t leg = 0;          ///< the Call-ID
  std::uint64_t dialog = 0;       ///< with both tags, whichever side sent; 0 when To has none
  std::uint64_t from = 0;         ///< From tag
  std::uint32_t cseq = 0;
};
[[nodiscard]] Place place_of(const sip::Message& message);

using MaterialPtr = std::shared_ptr<const Material>;

/// Keys to ask for. Without `resp` when the ticket asks for none.
struct Pairing {
  MaterialPtr init, resp;
  std::optional<Exchange> initial;  ///< of a CSB update
  std::uint64_t dialog = 0;
};

/// Keys that nobody can give: why, and what it is told of once.
struct Lost {
  std::string reason;
  Hash what{};
};

struct MediaSteps {
  std::vector<MaterialPtr> offered;  ///< each TRANSFER_INIT
  std::vector<MaterialPtr> changed;  ///< of those: another ticket under a CSB ID of the session
  std::vector<Pairing> ask;
  std::vector<Lost> lost;
};

/// What a message of the session means for its keys; the session remembers offers and exchanges.
[[nodiscard]] MediaSteps follow_media(Session& session, const SipEvent& event);

/// The same for offer and answer of a running session. The headers of one may be missing.
[[nodiscard]] MediaSteps follow_halves(Session& session, const SipEvent& offer, const SipEvent& answer);

}  // namespace li::df2
