// mikey/refusal.hpp: why keys are not given, as a closed list.
//
// Source:  RFC 6043 clauses 4.2 and 5; TS 33.107 clause 7A.7.2 (the KMS checks that the messages concern the target).
// Units:   none.
// Errors:  none.
// Owns:    a Refusal owns its text, which is for logs of the KMS and never holds a key. Nobody outside learns more than the reason.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace li::mikey {

/// In the order in which they are looked for: the first that holds is the answer.
enum class Reason {
  malformed,           ///< a message can't be read, or is of another type
  no_ticket,           ///< TRANSFER_INIT without a TICKET
  unsupported_ticket,  ///< type, subtype or version of the ticket
  unprotected,         ///< a ticket without encryption or authentication, where that is not allowed
  unknown_tpk,         ///< no such Ticket Protection Key
  ticket_mac,          ///< V of the ticket
  decrypt,             ///< the keys of a ticket or message do not open
  not_yet_valid,       ///< T of TRANSFER_INIT is before TRs
  expired,             ///< T of TRANSFER_INIT is behind TRe
  init_mac,            ///< V of TRANSFER_INIT
  initiator_data,      ///< Vi or Vr
  pair_mismatch,       ///< the two messages are not of one exchange
  resp_missing,        ///< the ticket asks for a TRANSFER_RESP and there is none
  resp_mac,            ///< V of TRANSFER_RESP
  policy,              ///< the messages or the ticket break their own rules
  no_key,              ///< no key for any crypto session
  target,              ///< the target is neither party
};

/// "unknown_tpk", as on Xk and in vectors.
[[nodiscard]] std::string_view word(Reason reason);
[[nodiscard]] std::optional<Reason> reason_of(std::string_view word);

struct Refusal {
  Reason reason;
  std::string detail;
};

template <typename T>
using Answer = tl::expected<T, Refusal>;

[[nodiscard]] inline tl::unexpected<Refusal> refuse(Reason reason, std::string detail = {}) {
  return tl::unexpected<Refusal>(Refusal{reason, std::move(detail)});
}

}  // namespace li::mikey
