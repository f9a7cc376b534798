#include "mikey/refusal.hpp"

#include <array>

namespace li::mikey {
namespace {

constexpr std::array<std::string_view, 17> kWords = {
    "malformed", "no_ticket",      "unsupported_ticket", "unprotected",  "unknown_tpk", "ticket_mac", "decrypt", "not_yet_valid", "expired",
    "init_mac",  "initiator_data", "pair_mismatch",      "resp_missing", "resp_mac",    "policy",     "no_key",  "target"};

}  // namespace

std::string_view word(Reason reason) { return kWords[static_cast<std::size_t>(reason)]; }

std::optional<Reason> reason_of(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<Reason>(i);
  }
  return std::nullopt;
}

}  // namespace li::mikey
