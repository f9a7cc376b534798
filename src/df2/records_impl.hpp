// df2/records_impl.hpp: the records of a session: what they say, and out they go.
//
// Source:  TS 33.107 7A.3.0 (SIP), 7A.7.2 (keys and their failure), 7A.3.1 (running session); TS 101 671 H.1.
// Units:   times are UTC.
// Errors:  of the spool.
// Owns:    nothing but the rules.
#pragma once

#include "df2/clock_impl.hpp"
#include "df2/event_impl.hpp"
#include "df2/handover.hpp"
#include "df2/session_impl.hpp"
#include "df2/turn_impl.hpp"

namespace li::df2 {

class Recorder {
 public:
  Recorder(std::shared_ptr<const PipelineRules> rules, ZoneClock clock, const Teller& teller)
      : rules_(rules), clock_(clock), handover_(rules), teller_(teller) {}

  /// The session is null for a message that names none.
  [[nodiscard]] Result<void> sip(const Turn& turn, const Warrant& warrant, const Session* session, const Event& event) const;
  [[nodiscard]] Result<void> start(const Turn& turn, const Warrant& warrant, const Session& session, const Event& event) const;
  /// A record of no session that was made elsewhere, under our head.
  [[nodiscard]] Result<void> other(const Turn& turn, const Warrant& warrant, const Event& event) const;
  /// `partly`: some crypto sessions have no key.
  [[nodiscard]] Result<void> keys(const Turn& turn, const Warrant& warrant, const Session& session, std::vector<hi2::CCKeyInfo> keys,
                                  bool partly) const;
  [[nodiscard]] Result<void> failure(const Turn& turn, const Warrant& warrant, const Session& session) const;

 private:
  [[nodiscard]] hi2::IriBuilder begin(const Warrant& warrant, const Session* session, TimePoint time) const;
  [[nodiscard]] Result<void> finish(const Turn& turn, const Warrant& warrant, const Session* session, TimePoint time,
                                    const hi2::IriBuilder& builder, std::string_view event) const;
  [[nodiscard]] Result<void> hand_over(const Turn& turn, const Warrant& warrant, const Session* session, TimePoint time, ByteView record,
                                       std::string_view event) const;

  std::shared_ptr<const PipelineRules> rules_;
  ZoneClock clock_;
  Handover handover_;
  const Teller& teller_;
};

}  // namespace li::df2
