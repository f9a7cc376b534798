// mikey/exchange_impl.hpp: a Transfer exchange that has been read and verified, and what session keys are made from.
//
// Source:  RFC 6043 clauses 4.2.2, 5.1.3 and 5.2; RFC 3830 clause 4.
// Errors:  an Answer: the refusal and its clause.
// Owns:    an Established owns its keys, which are wiped.
#pragma once

#include "mikey/call.hpp"

namespace li::mikey {

/// What an initial exchange leaves behind for its session keys and for CSB updates.
struct Established {
  Prf prf = Prf::mikey_1;  ///< of the HDR
  std::uint32_t csb_id = 0;
  Flags flags;
  Bytes rand_i, rand_r;                           ///< as they enter the labels of session keys: empty when H or G is 0
  Bytes sent_rand_i, sent_rand_r, sent_rand_kms;  ///< as the messages have them
  bool lacks_rand_r = false;                      ///< flag G, but TRANSFER_RESP is missing: no key can be derived
  Bytes id_i, id_r;                               ///< as the MACs cover them
  Bytes ticket;                                   ///< the TICKET payload without its Next payload octet
  std::vector<KeyData> keys;                      ///< the newest first
  std::vector<SecurityPolicy> policies;           ///< the newest first
  std::vector<GenericId> map;                     ///< of the last message
  bool map_is_final = false;                      ///< a response said which policy each session takes
  std::optional<KeySchedule> last;                ///< what protected the last message
  Parties parties;
  bool authenticated = true;
  Bytes tpk_id;
};

/// Verifies the initial exchange.
[[nodiscard]] Answer<Established> establish(const Transfer& transfer, const OpenTicket& open, const CallRules& rules, Trace* trace);

/// Verifies a CSB update and takes its keys, policies and map over.
[[nodiscard]] Answer<void> apply_update(Established& call, const Transfer& update, const CallRules& rules);

/// Takes the keys of a KEMAC in front of the others.
[[nodiscard]] Answer<void> take_kemac(Established& call, const Message& message, const KeySchedule& schedule, bool allowed,
                                      const char* whose);
/// Takes the SP payloads in front of the others.
void take_policies(Established& call, const Message& message);
/// Takes the map of a message; of a response, every session must name one policy.
[[nodiscard]] Answer<void> take_map(Established& call, const Message& message, bool is_response);

[[nodiscard]] std::vector<SessionKey> session_keys(const Established& call);

/// Whether `t` lies in the validity time of the ticket.
[[nodiscard]] Answer<void> check_validity(const TicketPolicy& policy, const Timestamp* t, std::uint64_t now);

/// A message of the wanted type, with V as its last payload.
[[nodiscard]] Answer<Message> read_transfer(ByteView octets, DataType type);
[[nodiscard]] inline const Verification& last_v(const Message& message) { return std::get<Verification>(message.payloads.back().body); }
/// The message without its own MAC.
[[nodiscard]] inline ByteView before_mac(const Message& message, ByteView octets) {
  return octets.first(message.payloads.back().offset + 2);
}

[[nodiscard]] Bytes data_of(const Idr* idr);

}  // namespace li::mikey
