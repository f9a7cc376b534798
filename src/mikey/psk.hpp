// mikey/psk.hpp: the pre-shared key mode of plain MIKEY, as SDP of others carries it.
//
// Source:  RFC 3830 clauses 3.1, 4.1.3, 4.1.4, 5.2 and 6.2.
// Units:   T as it stands on the wire.
// Errors:  a Refusal when a message is not right; building fails when a field does not fit.
// Owns:    results own their octets and keys.
#pragma once

#include "mikey/build.hpp"

namespace li::mikey {

struct PskInit {
  Stamp stamp;
  bool v = true;  ///< a verification message is wanted
  std::vector<SrtpId> map;
  Bytes rand;
  std::optional<Id> id_i, id_r;
  std::vector<SecurityPolicy> policies;
  std::vector<KeyData> keys;
  Encr encr = Encr::aes_cm_128;
};

/// I_MESSAGE: HDR, T, RAND, [IDi], [IDr], {SP}, KEMAC.
[[nodiscard]] Result<Bytes> build_psk_init(const PskInit& spec, ByteView psk);

/// Verification message: HDR, T, [IDr], V; T and CSB ID are those of `init`.
[[nodiscard]] Result<Bytes> build_psk_verification(ByteView init, const std::optional<Id>& id_r, ByteView psk,
                                                   Auth auth = Auth::hmac_sha_1_160);

/// Verifies I_MESSAGE, takes its keys out and derives the session keys: for session i, with the key at i or the only one.
[[nodiscard]] Answer<std::vector<SessionKey>> open_psk_init(ByteView init, ByteView psk);

/// Whether `verification` answers `init`. `id_i` and `id_r` stand in for identities that the messages leave out.
[[nodiscard]] bool verify_psk_verification(ByteView verification, ByteView init, ByteView psk, ByteView id_i = {}, ByteView id_r = {});

}  // namespace li::mikey
