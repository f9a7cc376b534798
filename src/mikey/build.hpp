// mikey/build.hpp: the messages of the Ticket Transfer exchange as the two user equipments make them.
//
// Source:  RFC 6043 clauses 4.2.2 and 5.2; the order of payloads is that of the clause.
// Units:   T as it stands on the wire; NTP seconds since 1900.
// Errors:  out_of_range or unexpected when the message would break a rule of RFC 6043 clauses 6.10 (what the flags allow), 6.1.1 (maps of
//          responses) or 12.1 (sizes of RANDs and algorithms), or use a key stream twice.
// Owns:    results own their octets; specifications own what they hold.
#pragma once

#include "mikey/call.hpp"

namespace li::mikey {

/// What every message has.
struct Stamp {
  std::uint8_t prf = 0;
  std::uint32_t csb_id = 0;
  Timestamp t;
  Auth auth = Auth::hmac_sha_1_160;
};

/// An NTP-UTC T.
[[nodiscard]] Timestamp ntp_utc(std::uint64_t seconds, std::uint32_t fraction = 0);

struct TransferInit {
  Stamp stamp;
  std::vector<GenericId> map;
  Bytes rand_i;
  std::optional<Idr> id_i, id_r;
  std::vector<SecurityPolicy> policies;
  std::vector<GeneralExt> extensions;  ///< SDP IDs (RFC 4567 clause 4.1.4)
  Ticket ticket;                       ///< as REQUEST_RESP gave it
  std::vector<KeyData> keys;           ///< for a KEMAC, with flag L
  Encr encr = Encr::aes_cm_128;
};

/// TRANSFER_INIT of the initiator, with Initiator Data when the ticket forks. `secrets` are those of REQUEST_RESP.
[[nodiscard]] Result<Bytes> build_transfer_init(const TransferInit& spec, const TicketSecrets& secrets);

struct TransferResp {
  Timestamp t;
  Auth auth = Auth::hmac_sha_1_160;
  std::vector<GenericId> map;  ///< one policy, session data and SPI for each session
  Bytes rand_r;                ///< with flag G
  std::optional<Idr> id_r;     ///< without forking; with it, IDRr is that of `secrets`
  std::vector<SecurityPolicy> policies;
  std::vector<GeneralExt> extensions;
  std::vector<KeyData> keys;  ///< for a KEMAC, with flag M
  Encr encr = Encr::aes_cm_128;
};

/// TRANSFER_RESP of the responder to `init`, which it has verified. `secrets` are those of RESOLVE_RESP.
[[nodiscard]] Result<Bytes> build_transfer_resp(const TransferResp& spec, ByteView init, const TicketSecrets& secrets);

/// What protects CSB updates of a call: the keys of the last message of its initial exchange.
[[nodiscard]] Answer<KeySchedule> update_schedule(const Transfer& initial, const OpenTicket& open, const CallRules& rules);

/// A CSB update: of `spec`, ticket and RAND are left out. `wants_answer` is flag V.
[[nodiscard]] Result<Bytes> build_update_init(const TransferInit& spec, const KeySchedule& schedule, bool wants_answer, ByteView id_i,
                                              ByteView id_r);
[[nodiscard]] Result<Bytes> build_update_resp(const TransferResp& spec, ByteView update_init, const KeySchedule& schedule);

}  // namespace li::mikey
