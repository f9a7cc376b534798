// delivery/link_impl.hpp: what both ends of a link write and say.
//
// Source:  TS 102 232-1 clause 6.3.
// Units:   times in UTC.
// Errors:  name who broke which rule.
#pragma once

#include "base/time.hpp"
#include "ps/pdu.hpp"

namespace li::delivery {

inline constexpr auto kLinkClause = "TS 102 232-1 6.3";

/// "20261120110001.204Z"
[[nodiscard]] inline std::string generalized_utc(TimePoint time) { return to_generalized_local(time, std::chrono::minutes(0)) + "Z"; }

[[nodiscard]] inline std::string name_of(const ps::Pdu& pdu) {
  if (!pdu.tri) return std::string(ps::name_of(pdu.kind));
  return *pdu.tri == ps::Tri::unknown ? "a TRI that is not known" : std::string(ps::name_of(*pdu.tri));
}

[[nodiscard]] inline tl::unexpected<Error> broken(const char* who, const ps::Pdu& pdu, const char* rule) {
  return failure(ErrorKind::unexpected, std::string(who) + " sent " + name_of(pdu) + " " + rule, kLinkClause);
}

/// Neither is anybody's business.
[[nodiscard]] inline bool is_filling(const ps::Pdu& pdu) { return pdu.tri == ps::Tri::test || pdu.tri == ps::Tri::padding; }

}  // namespace li::delivery
