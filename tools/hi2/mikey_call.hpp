// hi2/mikey_call.hpp: a call between Alice and Bob with a KMS, played offline.
//
// Source:  RFC 6043 clause 4.
// Errors:  a message that is refused is a bug of ours: std::logic_error.
// Owns:    a PlayedCall owns messages and keys.
#pragma once

#include <optional>

#include "mikey/get_keys.hpp"
#include "mikey/kms_exchange.hpp"

namespace li::tool {

struct CallPlan {
  mikey::Prf prf = mikey::Prf::mikey_1;
  bool forking = true;
  std::optional<std::uint64_t> seed;  ///< the same octets each time, times included; without it all is random and now
};

struct Subscriber {
  std::string identity;
  std::string psk_id;
  SecretBytes psk;
};

struct PlayedCall {
  Subscriber alice, bob;
  std::string tpk_id;
  SecretBytes tpk, mpk;
  Bytes request_init, request_resp, transfer_init, resolve_init, resolve_resp, transfer_resp;
  mikey::TicketSecrets initiator, responder;  ///< what REQUEST_RESP and RESOLVE_RESP gave
  mikey::CallKeys alice_keys, bob_keys, kms_keys;

  [[nodiscard]] bool agree() const;
};

/// Every message is verified by whoever gets it. Throws std::logic_error when one is refused: that is a bug here.
[[nodiscard]] PlayedCall play_call(const CallPlan& plan);

}  // namespace li::tool
