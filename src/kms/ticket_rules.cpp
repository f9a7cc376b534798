#include "kms/ticket_rules.hpp"

#include <array>

namespace li::kms {

namespace {

using mikey::ErrorNumber;

struct Entry {
  Fault fault;
  std::string_view word;
  ErrorNumber error;
};

constexpr std::array kFaults{
    Entry{Fault::malformed, "malformed", ErrorNumber::unspecified},
    Entry{Fault::wrong_type, "wrong_type", ErrorNumber::invalid_dt},
    Entry{Fault::auth_failure, "auth_failure", ErrorNumber::auth_failure},
    Entry{Fault::time, "time", ErrorNumber::invalid_ts},
    Entry{Fault::replay, "replay", ErrorNumber::invalid_ts},
    Entry{Fault::other_kms, "other_kms", ErrorNumber::invalid_id},
    Entry{Fault::identity, "identity", ErrorNumber::invalid_id},
    Entry{Fault::algorithms, "algorithms", ErrorNumber::invalid_prf},
    Entry{Fault::ticket_type, "ticket_type", ErrorNumber::invalid_ticket},
    Entry{Fault::policy, "policy", ErrorNumber::invalid_tp_par},
    Entry{Fault::unprotected, "unprotected", ErrorNumber::invalid_ticket},
    Entry{Fault::unknown_tpk, "unknown_tpk", ErrorNumber::invalid_ticket},
    Entry{Fault::ticket_mac, "ticket_mac", ErrorNumber::invalid_ticket},
    Entry{Fault::decrypt, "decrypt", ErrorNumber::invalid_ticket},
    Entry{Fault::not_yet_valid, "not_yet_valid", ErrorNumber::invalid_ticket},
    Entry{Fault::expired, "expired", ErrorNumber::invalid_ticket},
    Entry{Fault::not_authorised, "not_authorised", ErrorNumber::invalid_id},
    Entry{Fault::initiator_data, "initiator_data", ErrorNumber::invalid_ticket},
    Entry{Fault::kms_unreachable, "kms_unreachable", ErrorNumber::unspecified},
    Entry{Fault::refused_by_kms, "refused_by_kms", ErrorNumber::unspecified},
    Entry{Fault::unavailable, "unavailable", ErrorNumber::unspecified},
};

template <typename Combine>
mikey::Flags combine(const mikey::Flags& a, const mikey::Flags& b, Combine both) {
  return {both(a.d, b.d), both(a.e, b.e), both(a.f, b.f), both(a.g, b.g), both(a.h, b.h), both(a.i, b.i),
          both(a.j, b.j), both(a.k, b.k), both(a.l, b.l), both(a.m, b.m), both(a.n, b.n), both(a.o, b.o)};
}

}  // namespace

std::string_view word(Fault fault) { return kFaults.at(static_cast<std::size_t>(fault)).word; }
mikey::ErrorNumber error_number(Fault fault) { return kFaults.at(static_cast<std::size_t>(fault)).error; }

mikey::Flags with(const mikey::Flags& flags, const mikey::Flags& more) {
  return combine(flags, more, [](bool a, bool b) { return a || b; });
}

mikey::Flags without(const mikey::Flags& flags, const mikey::Flags& less) {
  return combine(flags, less, [](bool a, bool b) { return a && !b; });
}

}  // namespace li::kms
