// mikey/protection.hpp: MACs over parts of messages, and the encryption of a KEMAC.
//
// Source:  RFC 3830 clauses 4.2.3, 4.2.4, 6.2; RFC 6043 clauses 5.5, 6.2 and appendix A.1.
// Units:   octets.
// Errors:  an algorithm number that is not known, keys that do not decrypt or are no chain of keys, sizes that an algorithm can't
//          take; never with octets of a key.
// Owns:    results own their octets.
#pragma once

#include "mikey/decode.hpp"
#include "mikey/keys.hpp"

namespace li::mikey {

/// The MAC of V or KEMAC with `auth` over `parts`; empty for NULL.
[[nodiscard]] Bytes mac(Auth auth, const KeySchedule& schedule, std::initializer_list<ByteView> parts);

/// The same over any number of parts.
[[nodiscard]] Bytes mac(Auth auth, const KeySchedule& schedule, const std::vector<ByteView>& parts);

/// Whether `v` holds the MAC over `parts`, compared in constant time. NULL is never right.
[[nodiscard]] bool verifies(const Verification& v, const KeySchedule& schedule, const std::vector<ByteView>& parts);

/// The T value as the 64 bits that an IV needs: COUNTER with leading zeros, NTP-UTC-32 with trailing ones.
[[nodiscard]] Bytes timestamp64(std::uint8_t ts_type, ByteView value);

/// What a KEMAC's encryption needs beside the keys: CSB ID of the HDR (0xFFFFFFFF in a ticket) and T of the carrying message.
struct KemacPlace {
  std::uint32_t csb_id = 0xFFFFFFFF;
  Bytes t;  ///< 64 bits
};

/// A KEMAC with MAC alg NULL, as all of MIKEY-TICKET has it.
[[nodiscard]] Result<Kemac> seal_keys(Encr encr, const KeySchedule& schedule, const KemacPlace& place, std::span<const KeyData> keys);
[[nodiscard]] Result<std::vector<KeyData>> open_keys(const Kemac& kemac, const KeySchedule& schedule, const KemacPlace& place);

}  // namespace li::mikey
