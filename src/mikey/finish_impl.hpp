// mikey/finish_impl.hpp: the last payload of a message that is being built, and checks on what was received.
#pragma once

#include "crypto/key.hpp"
#include "mikey/build.hpp"
#include "mikey/encode.hpp"

namespace li::mikey {

/// Appends V over the message and `more`.
[[nodiscard]] Result<Bytes> finish_with_v(Message message, Auth auth, const KeySchedule& schedule, const std::vector<ByteView>& more);

/// Appends SIGN over the message and `more`.
[[nodiscard]] Result<Bytes> finish_with_sign(Message message, const crypto::PrivateKey& key, crypto::Signature kind, crypto::Hash hash,
                                             const std::vector<ByteView>& more);

/// The message up to its MAC or signature; empty when V or SIGN is not the last payload.
[[nodiscard]] ByteView without_proof(const Message& message, ByteView octets);

/// RFC 6043 clause 12.1: the 256-bit algorithms come together or not at all.
[[nodiscard]] Result<void> check_sizes(std::uint8_t prf, Encr encr, Auth auth);

/// RFC 6043 clause 12.1: 128 bits at the least.
[[nodiscard]] Result<void> check_rand(ByteView rand);

[[nodiscard]] Header header_of(DataType type, const Stamp& stamp);
[[nodiscard]] std::vector<ByteView> joined(std::vector<ByteView> parts, const std::vector<ByteView>& more);
void add(std::vector<Payload>& chain, const std::optional<Idr>& idr);

}  // namespace li::mikey
