// df2/progress_impl.hpp: what a message means for its session beside its keys: by which names it is known, whether it was seen, whether
// the session goes on.
//
// Source:  RFC 3261 clauses 12, 15 and 17 (dialogs, BYE, retransmissions); RFC 7315 5.6 (icid).
// Units:   times are UTC.
// Errors:  none.
// Owns:    nothing.
#pragma once

#include "df2/event_impl.hpp"
#include "df2/offers_impl.hpp"
#include "df2/turn_impl.hpp"

namespace li::df2 {

/// Call-ID first, then icid; for what has neither, the correlation ID of X2.
[[nodiscard]] std::vector<Hash> names_of(const Event& event);

/// A request with sender, branch, CSeq, Request-URI, From, To and body of one before, or a response that is the same throughout, and no
/// more than 32 seconds apart (timers B and H of RFC 3261). Notes it.
[[nodiscard]] bool seen_before(Session& session, const SipEvent& event, TimePoint time);

void progress(Session& session, const SipEvent& event, TimePoint now);

/// Keys of a=crypto, for DF3.
void tell_sdes(const SipEvent& event, const Warrant& warrant, const Session& session, const Teller& teller);

}  // namespace li::df2
