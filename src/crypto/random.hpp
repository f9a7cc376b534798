// crypto/random.hpp: random octets.
//
// Source:  OpenSSL's generator, seeded by the system.
// Units:   octets.
// Errors:  throws std::runtime_error when the system has no randomness: nothing may go on then.
// Owns:    nothing.
#pragma once

#include <functional>
#include <span>

#include "base/secret.hpp"

namespace li::crypto {

/// Fills `out`.
void random(std::span<std::uint8_t> out);

[[nodiscard]] SecretBytes random_secret(std::size_t octets);

/// Where randomness comes from, as an argument: tests and replays give their own.
using Random = std::function<void(std::span<std::uint8_t>)>;

}  // namespace li::crypto
