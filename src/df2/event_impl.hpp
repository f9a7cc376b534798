// df2/event_impl.hpp: an X2 PDU as the pipeline sees it: when, which way, whose, and what the SIP message in it says.
//
// Source:  TS 103 221-2 clauses 5.2 and 5.3; TS 33.107 7A.3.0.
// Units:   times are UTC.
// Errors:  none; a message that can't be read stays octets.
// Owns:    an Event borrows the PDU, which must outlive it.
#pragma once

#include "df2/material_impl.hpp"
#include "hi2/record.hpp"
#include "sip/message.hpp"
#include "sip/sdp.hpp"
#include "x2/pdu.hpp"

namespace li::df2 {

/// A SIP message, or, from a start of interception, one half of a running session.
struct SipEvent {
  ByteView octets;
  std::optional<sip::Message> message;  ///< none: it can't be read
  std::string call_id;                  ///< of a message that can't be read, too, as far as it is to be found
  std::vector<sip::Sdp> sdps;
  std::vector<KeyLine> lines;       ///< an m= line each, those of the session's own SDP first
  std::vector<std::string> unread;  ///< what could hold SDP and can't be read, for a human
};

struct Event {
  enum class Kind { sip, start, other, unsupported };
  Kind kind = Kind::unsupported;
  std::optional<TimePoint> told;  ///< when the network says it happened
  TimePoint time{};               ///< that, or now
  std::optional<hi2::Initiator> initiator;
  std::vector<std::string> matched;  ///< URIs of attribute 17
  std::uint64_t correlation_id = 0;
  SipEvent sip;                         ///< of a start: the offer; none in a record of kind `other`
  SipEvent answer;                      ///< of a start
  std::optional<hi2::IriRecord> start;  ///< when it came as one; of kind `other` it goes on as it is, under a head of ours
  std::string format;                   ///< of an unsupported one, for a human
};

[[nodiscard]] Event read_event(const x2::Pdu& pdu, TimePoint now);

/// Reads the message and what keys its media.
[[nodiscard]] SipEvent read_sip(ByteView octets);
/// The same of headers and SDP that come apart.
[[nodiscard]] SipEvent read_half(ByteView headers, ByteView sdp);

}  // namespace li::df2
