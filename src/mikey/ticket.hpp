// mikey/ticket.hpp: making and opening the MIKEY Base Ticket.
//
// Source:  RFC 6043 clause 6.10 and appendix A.
// Units:   octets; T as it stands on the wire.
// Errors:  open_ticket refuses with a reason; make_ticket fails when something does not fit.
// Owns:    results own their keys.
#pragma once

#include <functional>

#include "crypto/random.hpp"
#include "mikey/protection.hpp"
#include "mikey/refusal.hpp"

namespace li::mikey {

/// What whoever may resolve a ticket gets out of it.
struct TicketSecrets {
  SecretBytes mpki;
  SecretBytes mpkr;           ///< only with flag I; the master, or that of one fork
  std::vector<KeyData> keys;  ///< TGK, TEK and GTGK; the TGKs are those of one fork when `fork` is set
  bool authenticated = true;  ///< false for an unprotected ticket: it proves no origin
  Bytes tpk_id;               ///< empty when the ticket names none

  /// The responder that mpkr and the TGKs are for: what a RESOLVE_RESP gives. None: master keys, forked when needed.
  struct Fork {
    Bytes id_data;
    Bytes rand_kms;
  };
  std::optional<Fork> fork;

  [[nodiscard]] TicketSecrets copy() const;
  /// The keys of one responder; a copy of these when they are that already.
  [[nodiscard]] TicketSecrets forked(Prf ticket_prf, ByteView id_data, ByteView rand_kms) const;
};

/// The Ticket Protection Key with an id, or nothing. No id: the ticket names none.
using Tpks = std::function<std::optional<SecretBytes>(std::optional<ByteView> id)>;

/// A TICKET payload and the message around it, which the ticket's MAC covers a part of.
struct TicketView {
  const Ticket& ticket;
  std::size_t offset;  ///< of the payload
  ByteView message;
};

/// The first TICKET of a message that `decode` gave for `octets`.
[[nodiscard]] std::optional<TicketView> find_ticket(const Message& message, ByteView octets);

/// Verifies the ticket and takes its keys out. Times, rights and Initiator Data are the caller's to check.
[[nodiscard]] Answer<TicketSecrets> open_ticket(const TicketView& view, const Tpks& tpks, bool allow_unprotected);

/// Whether Vi repeats `v` of TRANSFER_INIT, and Vr is right under MPKr. Null: no `v` is at hand (RESOLVE_INIT holds none); Vr can't be
/// checked, as by all but whoever issued the ticket.
[[nodiscard]] bool verify_initiator_data(const TicketView& view, const SecretBytes* mpkr, const Verification* v);

struct TicketSpec {
  TicketPolicy policy;
  Bytes thdr;
  Timestamp t;
  Bytes rand;
  Encr encr = Encr::aes_cm_128;
  Auth auth = Auth::hmac_sha_1_160;
  SecretBytes mpk;
  std::vector<KeyData> keys;  ///< behind the MPK
  Bytes mpk_spi;
  std::optional<Bytes> tpk_id;  ///< IDRpsk
};

/// A ticket under `tpk`, without Initiator Data.
[[nodiscard]] Result<Ticket> make_ticket(const TicketSpec& spec, ByteView tpk);

/// Rules between the flags, RFC 6043 clause 6.10; empty when all hold.
[[nodiscard]] std::string broken_flag_rule(const Flags& flags);

}  // namespace li::mikey
