// mikey/keys.hpp: the key derivations of MIKEY and MIKEY-TICKET.
//
// Source:  RFC 3830 clauses 4.1.2 to 4.1.4 and 4.2.3; RFC 6043 clauses 5.1 and 6.10, appendix A.2.
// Units:   octets, also for key lengths.
// Errors:  none; every input gives a key.
// Owns:    keys are SecretBytes. A KeySchedule owns a copy of its input key.
#pragma once

#include "base/secret.hpp"
#include "mikey/registry.hpp"

namespace li::mikey {

/// The PRF of clause 4.1.2: the first `octets` of P(s_1) XOR ... XOR P(s_n).
[[nodiscard]] SecretBytes prf(Prf function, ByteView inkey, ByteView label, std::size_t octets);

enum class Direction : std::uint8_t { init = 1, resp = 2 };

/// What protects one message or ticket: encryption, authentication and salting key from one input key.
class KeySchedule {
 public:
  /// RFC 6043 clause 5.1.2: from a PSK, an envelope key, MPKi or MPKr'. A RAND that does not enter is empty.
  [[nodiscard]] static KeySchedule message(Prf function, ByteView key, std::uint32_t csb_id, Direction direction, ByteView rand_i,
                                           ByteView rand_r);
  /// Appendix A.2.1: from the TPK and the RAND of the ticket.
  [[nodiscard]] static KeySchedule ticket(Prf function, ByteView tpk, ByteView rand);
  /// Clause 6.10: Vr of Initiator Data, from MPKr.
  [[nodiscard]] static KeySchedule initiator_data(Prf function, ByteView mpkr);
  /// RFC 3830 clause 4.1.4: from a PSK or an envelope key.
  [[nodiscard]] static KeySchedule rfc3830(Prf function, ByteView key, std::uint32_t csb_id, ByteView rand);

  [[nodiscard]] SecretBytes encr_key(std::size_t octets) const;
  [[nodiscard]] SecretBytes auth_key(std::size_t octets) const;
  [[nodiscard]] SecretBytes salt_key(std::size_t octets) const;
  [[nodiscard]] KeySchedule copy() const { return {function_, key_.reveal(), label_}; }

 private:
  KeySchedule(Prf function, ByteView key, Bytes label) : function_(function), key_(key), label_(std::move(label)) {}
  [[nodiscard]] SecretBytes derive(std::uint32_t constant, std::size_t octets) const;

  Prf function_;
  SecretBytes key_;
  Bytes label_;  ///< all of the label behind the constant
};

/// Keys of one crypto session.
struct SessionLabel {
  Prf function = Prf::mikey_1;
  Bytes label;  ///< behind the constant

  /// RFC 6043 clause 5.1.3; a RAND that does not enter (flags H and G) is empty.
  [[nodiscard]] static SessionLabel ticket(Prf function, std::uint8_t cs_id, ByteView rand_i, ByteView rand_r);
  /// RFC 3830 clause 4.1.3.
  [[nodiscard]] static SessionLabel rfc3830(Prf function, std::uint8_t cs_id, std::uint32_t csb_id, ByteView rand);

  [[nodiscard]] SecretBytes tek(ByteView tgk, std::size_t octets) const;
  [[nodiscard]] SecretBytes salt(ByteView tgk, std::size_t octets) const;
};

/// MPKi and MPKr of a ticket, appendix A.2.2. As long as `mpk`.
[[nodiscard]] SecretBytes derive_mpki(Prf ticket_prf, ByteView mpk, ByteView ticket_rand);
[[nodiscard]] SecretBytes derive_mpkr(Prf ticket_prf, ByteView mpk, ByteView ticket_rand);

/// Key forking, clause 5.1.1: the key of the responder named `id_data`. As long as the input.
[[nodiscard]] SecretBytes fork_mpkr(Prf ticket_prf, ByteView mpkr, ByteView id_data, ByteView rand_kms);
[[nodiscard]] SecretBytes fork_tgk(Prf ticket_prf, ByteView tgk, ByteView id_data, ByteView rand_kms);

}  // namespace li::mikey
