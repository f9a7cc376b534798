#include <array>
#include <utility>

#include "xk/messages.hpp"

namespace li::xk {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 21> kWords{
    "malformed", "no_ticket",      "unsupported_ticket", "unknown_tpk",  "ticket_mac", "decrypt", "not_yet_valid", "expired",
    "init_mac",  "initiator_data", "pair_mismatch",      "resp_missing", "resp_mac",   "policy",  "no_key",        "unprotected",
    "target",    "not_listed",     "not_authorised",     "rate_limited", "unavailable"};

static_assert(kWords.size() == static_cast<std::size_t>(Reason::unavailable) + 1);

}  // namespace

std::string_view to_string(Reason reason) { return kWords.at(static_cast<std::size_t>(reason)); }

std::optional<Reason> parse_reason(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<Reason>(i);
  }
  return std::nullopt;
}

}  // namespace li::xk
