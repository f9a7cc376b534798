// hi2/mikey_case_call.hpp: what cases of the kinds get_keys and exchange share.
//
// Source:  docs/mikey-vectors.md.
// Errors:  CaseFault.
#pragma once

#include "hi2/mikey_case.hpp"
#include "mikey/get_keys.hpp"

namespace li::tool {

[[nodiscard]] mikey::Tpks tpks_of(const Json& one);

/// Compares with the case's crypto_sessions; `whose` goes ahead of each difference.
void compare_sessions(const Json& one, const std::vector<mikey::SessionKey>& sessions, const std::string& whose, Differences& differences);

}  // namespace li::tool
