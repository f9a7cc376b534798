// kms/grant.hpp: from the policy that a REQUEST_INIT asks for to the one that is granted.
//
// Source:  RFC 6043 clauses 4.2.1.5 and 6.10.
// Units:   octets for keys.
// Errors:  a Fault and a text for the log.
// Owns:    results own their keys.
#pragma once

#include "crypto/random.hpp"
#include "kms/store.hpp"
#include "kms/ticket_rules.hpp"
#include "mikey/decode.hpp"

namespace li::kms {

struct Refused {
  Fault fault;
  std::string detail;  ///< for log and audit; never for the sender
};

template <typename T>
using Verdict = tl::expected<T, Refused>;

[[nodiscard]] inline tl::unexpected<Refused> refused(Fault fault, std::string detail = {}) {
  return tl::unexpected<Refused>(Refused{fault, std::move(detail)});
}

/// All that one PRF func allows: 128-bit or 256-bit algorithms, never mixed (clause 12.1).
struct Algorithms {
  mikey::Prf prf;
  mikey::Encr encr;
  mikey::Auth auth;
  std::size_t key_size;
};
[[nodiscard]] Verdict<Algorithms> algorithms_of(std::uint8_t prf, const TicketRules& rules);

struct Wish {
  const mikey::Tp& policy;
  mikey::Idr initiator;  ///< the authenticated sender
  Algorithms algorithms;
  Time now;
};

struct Grant {
  mikey::TicketPolicy policy;        ///< flag K says whether it differs from the wish
  std::vector<mikey::KeyData> keys;  ///< TGK, TEK, GTGK, freshly drawn
};
[[nodiscard]] Verdict<Grant> grant(const Wish& wish, const TicketRules& rules, const crypto::Random& random);

[[nodiscard]] SecretBytes draw(const crypto::Random& random, std::size_t octets);

}  // namespace li::kms
