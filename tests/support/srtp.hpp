// tests/support/srtp.hpp: SRTP by libsrtp, an implementation of others: real RTP packets there and back.
#pragma once

#include <srtp2/srtp.h>

#include <stdexcept>
#include <vector>

#include "base/secret.hpp"

namespace li::test {

/// One direction of one stream: AES-CM of the key's length with HMAC-SHA-1-80.
class Srtp {
 public:
  Srtp(ByteView master_key, ByteView master_salt, std::uint32_t ssrc) {
    static const auto ready = srtp_init();
    if (ready != srtp_err_status_ok) throw std::runtime_error("libsrtp does not start");
    if (master_salt.size() != 14) throw std::runtime_error("a master salt has 14 octets");
    key_.assign(master_key.begin(), master_key.end());
    key_.insert(key_.end(), master_salt.begin(), master_salt.end());
    srtp_policy_t policy{};
    if (master_key.size() == 32) {
      srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtp);
      srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
    } else {
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    }
    policy.ssrc = {ssrc_specific, ssrc};
    policy.key = key_.data();
    if (srtp_create(&session_, &policy) != srtp_err_status_ok) throw std::runtime_error("libsrtp takes no such key");
  }
  ~Srtp() { srtp_dealloc(session_); }
  Srtp(const Srtp&) = delete;
  Srtp& operator=(const Srtp&) = delete;

  [[nodiscard]] Bytes protect(Bytes packet) {
    auto size = static_cast<int>(packet.size());
    packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN);
    if (srtp_protect(session_, packet.data(), &size) != srtp_err_status_ok) throw std::runtime_error("protect");
    packet.resize(static_cast<std::size_t>(size));
    return packet;
  }
  /// Empty when the packet's authentication fails.
  [[nodiscard]] Bytes unprotect(Bytes packet) {
    auto size = static_cast<int>(packet.size());
    if (srtp_unprotect(session_, packet.data(), &size) != srtp_err_status_ok) return {};
    packet.resize(static_cast<std::size_t>(size));
    return packet;
  }

 private:
  Bytes key_;
  srtp_t session_ = nullptr;
};

/// An RTP packet of 20 ms of G.711.
inline Bytes rtp_packet(std::uint16_t sequence, std::uint32_t ssrc) {
  Bytes packet{0x80, 0, static_cast<std::uint8_t>(sequence >> 8), static_cast<std::uint8_t>(sequence)};
  const auto put32 = [&packet](std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) packet.push_back(static_cast<std::uint8_t>(value >> shift));
  };
  put32(sequence * 160U);
  put32(ssrc);
  for (unsigned i = 0; i < 160; ++i) packet.push_back(static_cast<std::uint8_t>(i * 7 + sequence));
  return packet;
}

/// Whether what one side protects under `sent` opens under `got`, packet by packet, across a sequence number of 65535.
inline bool carries_media(ByteView sent_key, ByteView sent_salt, ByteView got_key, ByteView got_salt, std::uint32_t ssrc) {
  Srtp sender(sent_key, sent_salt, ssrc);
  Srtp receiver(got_key, got_salt, ssrc);
  for (unsigned i = 0; i < 50; ++i) {
    const auto packet = rtp_packet(static_cast<std::uint16_t>(65510 + i), ssrc);
    const auto protected_packet = sender.protect(packet);
    if (protected_packet == packet || receiver.unprotect(protected_packet) != packet) return false;
  }
  return true;
}

}  // namespace li::test
