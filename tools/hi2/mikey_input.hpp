// hi2/mikey_input.hpp: MIKEY messages in whatever they come in.
//
// Source:  RFC 4567 (base64 in a=key-mgmt).
// Errors:  of the whole input, or of one message in it.
// Owns:    results own their octets, which are wiped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace li::tool {

struct MikeyInput {
  Result<SecretBytes> octets;  ///< or why base64 in its place can't be read
  std::string where;           ///< "session level", "m= line 2"; empty when the input is the message
};

/// The messages in `input`, which is of the form "raw", "hex", "base64" or "sip" (SIP message, SDP, or a=key-mgmt lines alone), or of
/// what it looks like for "auto".
[[nodiscard]] Result<std::vector<MikeyInput>> mikey_messages(ByteView input, std::string_view form);

}  // namespace li::tool
