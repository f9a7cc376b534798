// hi2/mikey_case_exchange.hpp: the messages of an exchange case, verified and opened.
//
// Source:  docs/mikey-vectors.md; RFC 6043 clause 4.
// Errors:  CaseFault.
// Owns:    an Exchange owns its messages and keys.
#pragma once

#include "hi2/mikey_case.hpp"
#include "mikey/kms_exchange.hpp"

namespace li::tool {

struct Said {
  const char* name;
  Bytes octets;
  mikey::Message message;
};

/// A request to the KMS and its answer.
struct Asked {
  Said request, answer;
  SecretBytes psk;
  mikey::Granted granted;
};

struct Exchange {
  std::optional<Asked> request, resolve;
  std::optional<Said> init, resp;

  [[nodiscard]] mikey::Transfer transfer() const { return {init->octets, resp ? std::optional<ByteView>(resp->octets) : std::nullopt}; }
};

/// Builds every message again from its values and the keys, with the same RANDs and time stamps: the octets must be the same.
void rebuild(const Json& one, const Exchange& exchange, Differences& differences);

}  // namespace li::tool
