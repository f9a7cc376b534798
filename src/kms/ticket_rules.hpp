// kms/ticket_rules.hpp: what a KMS grants, as its configuration says, and why it refuses.
//
// Source:  RFC 6043 clauses 4.2.1.5, 4.2.3.5, 5.4 and 6.10. The profile of TS 33.328 is not confirmed, so all of it is configuration.
// Units:   seconds.
// Errors:  none.
// Owns:    plain values.
#pragma once

#include <chrono>

#include "crypto/certificate.hpp"
#include "mikey/message.hpp"

namespace li::kms {

/// Why a Ticket Request or Ticket Resolve is refused, in the order in which it is looked for. Only `error` numbers of RFC 3830 leave the
/// KMS.
enum class Fault {
  malformed,        ///< no MIKEY message, or one that lacks a payload
  wrong_type,       ///< another message than this place takes
  auth_failure,     ///< unknown key, wrong MAC or signature, a certificate that is not known or not valid: never told apart
  time,             ///< T is too far from the KMS's clock, or tells no time
  replay,           ///< seen before
  other_kms,        ///< IDRkms is not ours
  identity,         ///< IDRi or IDRr is not the sender's
  algorithms,       ///< an algorithm that is not allowed, or a mixture
  ticket_type,      ///< type, subtype or version
  policy,           ///< a requested policy that can't be granted
  unprotected,      ///< a ticket without encryption or authentication
  unknown_tpk,      ///< no such Ticket Protection Key
  ticket_mac,       ///< V of the ticket
  decrypt,          ///< the ticket's keys do not open
  not_yet_valid,    ///< before TRs
  expired,          ///< behind TRe
  not_authorised,   ///< the ticket names neither the responder nor a group of it
  initiator_data,   ///< Vr
  kms_unreachable,  ///< the issuing KMS does not answer
  refused_by_kms,   ///< the issuing KMS refuses, or its answer is not right
  unavailable,      ///< store or audit trail fail
};

/// "not_authorised": the word in audit and metrics.
[[nodiscard]] std::string_view word(Fault fault);
/// What an Error message says of it.
[[nodiscard]] mikey::ErrorNumber error_number(Fault fault);

struct TicketRules {
  std::vector<std::string> kms_identities;        ///< IDRkms that are ours; the first one goes into tickets
  std::vector<std::uint16_t> ticket_types{1, 2};  ///< accepted; the one asked for is granted
  std::uint8_t subtype = 1;
  std::uint8_t version = 1;
  mikey::Flags required = mikey::Flags::from_letters("DEFGHI");  ///< granted whether asked for or not
  mikey::Flags forbidden = mikey::Flags::from_letters("K");      ///< never granted
  std::chrono::seconds lifetime{std::chrono::hours(24)};
  std::chrono::seconds clock_skew{300};
  std::vector<mikey::Prf> algorithms{mikey::Prf::mikey_1, mikey::Prf::hmac_sha_256};  ///< the 128-bit set, the 256-bit set
  std::vector<mikey::KeyType> key_types{mikey::KeyType::tgk, mikey::KeyType::tgk_salt};
  std::size_t max_keys = 8;
  std::size_t max_responders = 32;
  bool allow_unprotected = false;
};

/// What public-key mode needs.
struct PublicKeyRules {
  crypto::PrivateKey key;                  ///< RSA; opens PKE
  std::vector<crypto::Certificate> roots;  ///< of subscribers' certificates
};

/// Flags that are set in either, or in one and not in the other.
[[nodiscard]] mikey::Flags with(const mikey::Flags& flags, const mikey::Flags& more);
[[nodiscard]] mikey::Flags without(const mikey::Flags& flags, const mikey::Flags& less);

}  // namespace li::kms
