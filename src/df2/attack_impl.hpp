// df2/attack_impl.hpp: what in a message's key management does not look right. It is told at once, with a failure record. The KMS is
// asked all the same: it looks by itself whether the exchange is the target's, and a signal must be no switch to turn keys off.
//
// Source:  docs/decisions.md (attack signals); RFC 6043 12.4; TS 33.107 7A.7.2 (messages must concern the target).
// Units:   times are UTC.
// Errors:  none.
// Owns:    the counts of unresolvable tickets, which a restart forgets.
#pragma once

#include <map>

#include "df2/offers_impl.hpp"
#include "df2/sessions_impl.hpp"
#include "df2/turn_impl.hpp"

namespace li::df2 {

class Guard {
 public:
  Guard(std::shared_ptr<const PipelineRules> rules, const Teller& teller, Sessions& sessions)
      : rules_(std::move(rules)), teller_(teller), sessions_(sessions) {}

  /// Each TRANSFER_INIT once a session. What is suspect is remembered, and told with its reason.
  [[nodiscard]] std::vector<Lost> look(Session& session, const SipEvent& event, const MediaSteps& steps);
  /// Whether IDRr of an answer is none of the message it came in.
  [[nodiscard]] bool is_stranger(const Session& session, const SipEvent& event, const Material& resp) const;
  /// A ticket that gave no keys.
  void count_unresolvable(const Warrant& warrant, TimePoint now);
  /// A reason of a KMS that means somebody tampered.
  [[nodiscard]] static bool is_attack(std::string_view reason);

 private:
  [[nodiscard]] bool was_elsewhere(const Session& session, const SeenTicket& ticket) const;
  [[nodiscard]] const char* fault_of(Session& session, const SipEvent& event, const MediaSteps& steps, const MaterialPtr& init);
  [[nodiscard]] bool fits(const std::string& identity, const sip::Message& message) const;

  struct Count {
    TimePoint since{};
    std::size_t tickets = 0;
  };
  std::shared_ptr<const PipelineRules> rules_;
  const Teller& teller_;
  Sessions& sessions_;
  std::map<std::string, Count> counts_;  // by target
};

}  // namespace li::df2
