// mikey/decode.hpp: octets to a MIKEY message, and to the keys inside a KEMAC.
//
// Source:  RFC 3830 clause 6, RFC 6043 clause 6 and appendix A.
// Units:   octets; an Error's offset counts from the start of what is given.
// Errors:  malformed and truncated name offset, payload and clause; unknown says that the message belongs to another key solution
//          (MIKEY-IBAKE, MIKEY-SAKKE ...) or that a number has no layout.
// Owns:    results own their octets.
#pragma once

#include "mikey/message.hpp"

namespace li::mikey {

/// Reads one whole message; octets left over are an error. Nothing is verified: no MAC, no signature, no time, no rule between fields.
[[nodiscard]] Result<Message> decode(ByteView octets);

/// A Key data sub-payload, RFC 3830 clause 6.13.
struct KeyData {
  std::uint8_t type = 0;
  SecretBytes key;
  SecretBytes salt;  ///< of the +SALT types
  std::uint8_t kv = 0;
  Bytes spi;         ///< KV 1
  Bytes valid_from;  ///< KV 2
  Bytes valid_to;

  [[nodiscard]] KeyType key_type() const { return static_cast<KeyType>(type); }
  [[nodiscard]] KeyData copy() const;
};

/// The plaintext of a KEMAC: one or more Key data sub-payloads.
[[nodiscard]] Result<std::vector<KeyData>> decode_keys(ByteView octets);

}  // namespace li::mikey
