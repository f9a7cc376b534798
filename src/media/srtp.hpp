// media/srtp.hpp: SRTP and SRTCP of one stream under one master key, by libsrtp.
//
// Source:  RFC 3711 (SRTP), RFC 6188 (AES-256), RFC 7714 (AES-GCM), RFC 4568 6.2 (names of the suites); RFC 3711 3.3.1 for the
//          index of a packet, of which only the low 16 bits are in it.
// Units:   octets.
// Errors:  create() says what of a policy or key can't be done; a packet fails for one of a few reasons, see SrtpFault.
// Owns:    a session owns its keys and wipes them. It does not copy, and is used by one thread at a time.
//
// With authentication `none` any packet opens under any key: success proves nothing then.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace li::media {

enum class SrtpCipher : std::uint8_t { null, aes_cm, aes_gcm };
enum class SrtpAuthentication : std::uint8_t { none, hmac_sha1 };  ///< AES-GCM authenticates by itself

struct SrtpPolicy {
  SrtpCipher cipher = SrtpCipher::aes_cm;
  std::size_t key_size = 16;  ///< of the master key: 16 or 32
  SrtpAuthentication authentication = SrtpAuthentication::hmac_sha1;
  std::size_t tag_size = 10;       ///< of SRTP: 1..20, AES-GCM 8 or 16
  std::size_t rtcp_tag_size = 10;  ///< RFC 4568 6.2: 10 with the suites _32, too
  bool rtcp_encrypted = true;
  bool operator==(const SrtpPolicy&) const = default;

  [[nodiscard]] std::size_t salt_size() const { return cipher == SrtpCipher::aes_gcm ? 12 : 14; }
};

/// Whether a packet that opens proves the key. Tags under 4 octets are guessed too easily to prove anything.
[[nodiscard]] bool authenticates(const SrtpPolicy& policy);

/// "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM" ...: the suites of a=crypto that are understood.
[[nodiscard]] std::optional<SrtpPolicy> policy_of_suite(std::string_view suite);
/// The other way round; "policy of its own" is nothing.
[[nodiscard]] std::optional<std::string_view> suite_of(const SrtpPolicy& policy);

struct SrtpKey {
  SecretBytes key;   ///< master key
  SecretBytes salt;  ///< master salt; a shorter one, or none, counts as one that ends in zeros (RFC 3711 4.3.1)
  Bytes mki;         ///< stands in each packet when it is not empty

  [[nodiscard]] SrtpKey copy() const { return {key.copy(), salt.copy(), mki}; }
};

enum class SrtpFault : std::uint8_t {
  authentication,  ///< the tag does not fit: another key, another roll-over counter, or a changed packet
  replay,          ///< seen before, or too old to know
  other_key,       ///< its MKI is not of this key
  malformed,       ///< no RTP or RTCP packet, or too short
  exhausted,       ///< the key has served its 2^48 packets
};
[[nodiscard]] std::string_view to_string(SrtpFault fault);

using SrtpOutcome = tl::expected<Bytes, SrtpFault>;

/// What a receiver assumes of a stream that it did not see from its start.
struct SrtpJoin {
  std::uint32_t roll_over_counter = 0;  ///< tried first
  std::uint32_t guesses = 64;           ///< counters from 0 on that are tried while nothing has opened; 64 are a day of 20 ms packets
};

class SrtpSession {
 public:
  [[nodiscard]] static Result<SrtpSession> create(const SrtpPolicy& policy, const SrtpKey& key, std::uint32_t ssrc,
                                                  const SrtpJoin& join = {});
  ~SrtpSession();
  SrtpSession(SrtpSession&&) noexcept;
  SrtpSession& operator=(SrtpSession&&) noexcept;

  /// A packet of the stream's SSRC, sequence numbers going up; a sender protects each once.
  [[nodiscard]] SrtpOutcome protect(ByteView rtp);
  [[nodiscard]] SrtpOutcome protect_rtcp(ByteView rtcp);

  /// A packet that fails changes nothing.
  [[nodiscard]] SrtpOutcome unprotect(ByteView srtp);
  [[nodiscard]] SrtpOutcome unprotect_rtcp(ByteView srtcp);

  /// Of the highest packet that opened or was protected.
  [[nodiscard]] std::uint32_t roll_over_counter() const;
  /// A sender that goes on where another one stopped.
  void set_roll_over_counter(std::uint32_t counter);

 private:
  struct State;
  explicit SrtpSession(std::unique_ptr<State> state);
  [[nodiscard]] SrtpOutcome join(ByteView srtp, SrtpFault fault);
  std::unique_ptr<State> state_;
};

}  // namespace li::media
