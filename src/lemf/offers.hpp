// lemf/offers.hpp: the session descriptions of a call, paired: which answer belongs to which offer.
//
// Source:  RFC 3264; RFC 3261 13.2.1, 14; RFC 3262 5; RFC 3311 5 (where offer and answer may stand).
// Units:   none.
// Errors:  what can't be read as SIP or SDP is an Error, and the rest goes on.
// Owns:    exchanges share the descriptions, in which there may be keys.
#pragma once

#include <map>
#include <memory>

#include "sip/sdp.hpp"

namespace li::lemf {

using Description = std::shared_ptr<const sip::Sdp>;

/// A round of offer and answer. Forks give several with the same offer.
struct Exchange {
  Description offer;
  Description answer;  ///< null where none was seen
};

class Offers {
 public:
  /// A SIP message of the call, as the records have it. Messages may come twice, also changed by the CSCF on their way.
  [[nodiscard]] Result<void> add_message(ByteView sip);
  /// Descriptions of a running session.
  [[nodiscard]] Result<void> add_pair(std::optional<ByteView> offer, std::optional<ByteView> answer);

  /// All rounds so far, the latest last; offers that nobody answered stand before the answered ones.
  [[nodiscard]] std::vector<Exchange> exchanges() const;

 private:
  struct Body {
    RecordBytes text;
    Description sdp;
  };
  /// Descriptions that stand for the same thing: the same message, once as received and once as sent on.
  using Versions = std::vector<Body>;
  struct Round {
    Versions offers;
    Versions answers;
  };
  static bool add(Versions& versions, ByteView text, Description sdp);
  Round& round(const std::string& key);

  static constexpr std::size_t kMaxVersions = 32;
  static constexpr std::size_t kMaxRounds = 1000;
  std::map<std::string, std::size_t> by_transaction_;  // Call-ID, CSeq number and method
  std::map<std::string, std::size_t> unanswered_;      // Call-ID: the offer of a response, which ACK or PRACK answers
  std::vector<Round> rounds_;
};

}  // namespace li::lemf
