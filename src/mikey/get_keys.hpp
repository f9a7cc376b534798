// mikey/get_keys.hpp: what a KMS that is asked for the keys of a call must answer.
//
// Source:  TS 33.107 clause 7A.7.2 (get_keys; the KMS checks that the messages concern the target); RFC 6043.
// Units:   as call.hpp.
// Errors:  a Refusal; `target` when everything is right but for the target, which is an attack signal.
// Owns:    as call.hpp.
#pragma once

#include <map>

#include "mikey/call.hpp"

namespace li::mikey {

struct GetKeys {
  Transfer transfer;
  std::optional<Transfer> initial;  ///< when `transfer` is a CSB update
  std::string target;               ///< public KMS identity
};

/// Identities in tickets that stand for several, and their members.
using Groups = std::map<std::string, std::vector<std::string>>;

/// Verifies, derives, and checks that the target is the initiator, the responder that answered, or the group that the ticket names
/// when a member answered.
[[nodiscard]] Answer<CallKeys> get_keys(const GetKeys& request, const OpenTicket& open, const CallRules& rules, const Groups& groups,
                                        Trace* trace = nullptr);

/// Whether two public identities are the same: scheme and host without regard to case, the user part exactly.
[[nodiscard]] bool same_identity(std::string_view a, std::string_view b);

/// Whether `member` is one of the identities that `group` stands for.
[[nodiscard]] bool is_member(const Groups& groups, std::string_view group, std::string_view member);

[[nodiscard]] bool concerns(std::string_view target, const Parties& parties, const Groups& groups);

}  // namespace li::mikey
