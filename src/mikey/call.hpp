// mikey/call.hpp: from TRANSFER_INIT and TRANSFER_RESP to the session keys of a call, each step verified.
//
// Source:  RFC 6043 clauses 4.2.2, 5.1.3, 5.2 and 5.5; the order of the steps is that of Reason.
// Units:   NTP seconds since 1900-01-01, counted on past 2036 (RFC 4330 clause 3).
// Errors:  a Refusal with its reason.
// Owns:    results own their keys; the octets must live as long as the call that takes them.
#pragma once

#include "mikey/ticket.hpp"

namespace li::mikey {

/// The messages of one Ticket Transfer exchange.
struct Transfer {
  ByteView init;
  std::optional<ByteView> resp;
};

struct CallRules {
  std::uint64_t now = 0;            ///< for a T that tells no time (COUNTER)
  bool allow_missing_resp = false;  ///< go on without the TRANSFER_RESP that flag F promises
  bool allow_unprotected = false;
};

/// Opens a ticket: with the TPK, with what a RESOLVE_RESP or REQUEST_RESP gave, or by asking another KMS.
using OpenTicket = std::function<Answer<TicketSecrets>(const TicketView& ticket)>;

/// Keys of one crypto session, or why there are none.
struct SessionKey {
  std::uint8_t cs_id = 0;
  SecretBytes key;   ///< SRTP master key (TEK)
  SecretBytes salt;  ///< SRTP master salt; empty when a carried TEK comes without one
  Bytes spi;         ///< MKI
  std::optional<std::uint32_t> ssrc;
  std::optional<Reason> reason;
};

/// Who took part, as the verified messages say.
struct Parties {
  std::optional<Idr> ticket_initiator;
  std::vector<Idr> ticket_responders;
  std::optional<Idr> initiator;  ///< of TRANSFER_INIT
  std::optional<Idr> answered;   ///< IDRr of TRANSFER_RESP
  bool forked = false;           ///< the keys are bound to `answered`: only that responder and the ticket's requester have them
};

struct CallKeys {
  std::vector<SessionKey> sessions;  ///< in the order of the final map
  Parties parties;
  bool authenticated = true;  ///< false for an unprotected ticket
  Bytes tpk_id;
};

/// Keys met on the way, for those who look for the step that went wrong.
struct Trace {
  SecretBytes mpki, mpkr, mpkr_forked, init_auth_key, resp_auth_key;
};

/// The keys of a call. `update` is a later exchange of the same CSB (re-INVITE), which can be opened only with the initial one.
/// At least one session has its key; when none has, the refusal is that of the first.
[[nodiscard]] Answer<CallKeys> derive_call(const Transfer& initial, const std::optional<Transfer>& update, const OpenTicket& open,
                                           const CallRules& rules, Trace* trace = nullptr);

}  // namespace li::mikey
