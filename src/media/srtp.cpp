#include "media/srtp.hpp"

#include <srtp2/crypto_types.h>
#include <srtp2/srtp.h>

#include <array>
#include <stdexcept>

#include "media/rtp.hpp"

namespace li::media {
namespace {

constexpr std::size_t kMaxKey = 64;        // master key and salt
constexpr unsigned kWindow = 1024;         // packets: how far back one may come late
constexpr unsigned kFirstGuesses = 4;      // failed packets of a stream that nothing has opened yet, each tried with all counters
constexpr unsigned kGuessAgainEvery = 64;  // failed packets in a row: a gap in the capture may hide a round of numbers

struct Suite {
  std::string_view name;
  SrtpPolicy policy;
};

using enum SrtpCipher;
using enum SrtpAuthentication;
constexpr std::array kSuites{
    Suite{"AES_CM_128_HMAC_SHA1_80", {aes_cm, 16, hmac_sha1, 10, 10, true}},  // RFC 4568
    Suite{"AES_CM_128_HMAC_SHA1_32", {aes_cm, 16, hmac_sha1, 4, 10, true}},
    Suite{"AES_256_CM_HMAC_SHA1_80", {aes_cm, 32, hmac_sha1, 10, 10, true}},  // RFC 6188
    Suite{"AES_256_CM_HMAC_SHA1_32", {aes_cm, 32, hmac_sha1, 4, 10, true}},
    Suite{"AEAD_AES_128_GCM", {aes_gcm, 16, none, 16, 16, true}},  // RFC 7714
    Suite{"AEAD_AES_256_GCM", {aes_gcm, 32, none, 16, 16, true}},
    Suite{"NULL_HMAC_SHA1_80", {null, 16, hmac_sha1, 10, 10, false}},  // RFC 5764 4.1.2: names of DTLS-SRTP
    Suite{"NULL_HMAC_SHA1_32", {null, 16, hmac_sha1, 4, 10, false}},
};

std::optional<std::string> impossible(const SrtpPolicy& policy, const SrtpKey& key) {
  const bool gcm = policy.cipher == aes_gcm;
  if (policy.key_size == 24) return "libsrtp derives the keys of AES-192 in another way than RFC 6188";
  if (policy.key_size != 16 && policy.key_size != 32) return "a master key of " + std::to_string(policy.key_size) + " octets";
  if (key.key.size() != policy.key_size) {
    return "the policy asks for a master key of " + std::to_string(policy.key_size) + " octets, and it has " +
           std::to_string(key.key.size());
  }
  if (key.salt.size() > policy.salt_size()) return "a master salt has at most " + std::to_string(policy.salt_size()) + " octets";
  const auto tag_fits = [&](std::size_t size) { return gcm ? size == 8 || size == 16 : size >= 1 && size <= 20; };
  if ((gcm || policy.authentication == hmac_sha1) && (!tag_fits(policy.tag_size) || !tag_fits(policy.rtcp_tag_size))) {
    return "an authentication tag of this size";
  }
  if (key.mki.size() > SRTP_MAX_MKI_LEN) return "an MKI has at most 128 octets";
  return std::nullopt;
}

int cipher_of(const SrtpPolicy& policy) {
  if (policy.cipher == null) return SRTP_NULL_CIPHER;
  if (policy.cipher == aes_gcm) return policy.key_size == 16 ? SRTP_AES_GCM_128 : SRTP_AES_GCM_256;
  return policy.key_size == 16 ? SRTP_AES_ICM_128 : SRTP_AES_ICM_256;
}

srtp_crypto_policy_t to_libsrtp(const SrtpPolicy& policy, std::size_t tag_size, bool encrypted, bool authenticated) {
  srtp_crypto_policy_t out{};
  out.cipher_type = static_cast<srtp_cipher_type_id_t>(cipher_of(policy));
  out.cipher_key_len = static_cast<int>(policy.key_size + policy.salt_size());
  const bool hmac = policy.cipher != aes_gcm && authenticated;
  out.auth_type = hmac ? SRTP_HMAC_SHA1 : SRTP_NULL_AUTH;
  out.auth_key_len = hmac ? 20 : 0;
  out.auth_tag_len = hmac || policy.cipher == aes_gcm ? static_cast<int>(tag_size) : 0;
  const int services = (encrypted && policy.cipher != null ? sec_serv_conf : 0) | (authenticated ? sec_serv_auth : 0);
  out.sec_serv = static_cast<srtp_sec_serv_t>(services);
  return out;
}

SrtpFault fault_of(srtp_err_status_t status) {
  switch (status) {
    case srtp_err_status_auth_fail: return SrtpFault::authentication;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
    case srtp_err_status_pkt_idx_old: return SrtpFault::replay;
    case srtp_err_status_bad_mki: return SrtpFault::other_key;
    case srtp_err_status_key_expired: return SrtpFault::exhausted;
    default: return SrtpFault::malformed;
  }
}

void start_library() {
  static const auto status = srtp_init();
  if (status != srtp_err_status_ok) throw std::runtime_error("libsrtp does not start");
}

}  // namespace

bool authenticates(const SrtpPolicy& policy) {
  constexpr std::size_t kShortestTag = 4;
  if (policy.cipher == SrtpCipher::aes_gcm) return true;
  return policy.authentication != SrtpAuthentication::none && policy.tag_size >= kShortestTag;
}

std::optional<SrtpPolicy> policy_of_suite(std::string_view suite) {
  for (const auto& known : kSuites) {
    if (known.name == suite) return known.policy;
  }
  return std::nullopt;
}

std::optional<std::string_view> suite_of(const SrtpPolicy& policy) {
  for (const auto& known : kSuites) {
    if (known.policy == policy) return known.name;
  }
  return std::nullopt;
}

std::string_view to_string(SrtpFault fault) {
  switch (fault) {
    case SrtpFault::authentication: return "authentication failed";
    case SrtpFault::replay: return "seen before or too old";
    case SrtpFault::other_key: return "the MKI is of another key";
    case SrtpFault::malformed: return "no SRTP packet";
    case SrtpFault::exhausted: return "the key is used up";
  }
  return "";
}

struct SrtpSession::State {
  ~State() {
    if (session != nullptr) srtp_dealloc(session);
  }
  // `call` gets the packet in a buffer with room for a trailer.
  template <typename Call>
  SrtpOutcome run(ByteView packet, Call call) {
    constexpr std::size_t kMaxPacket = 65535;
    if (packet.size() > kMaxPacket) return tl::unexpected(SrtpFault::malformed);
    Bytes out;
    out.reserve(packet.size() + SRTP_MAX_TRAILER_LEN + 4);
    out.assign(packet.begin(), packet.end());
    out.resize(packet.size() + SRTP_MAX_TRAILER_LEN + 4);
    auto size = static_cast<int>(packet.size());
    const auto status = call(out.data(), &size);
    if (status != srtp_err_status_ok) return tl::unexpected(fault_of(status));
    out.resize(static_cast<std::size_t>(size));
    return out;
  }
  SrtpOutcome open(ByteView packet) {
    return run(packet, [this](void* data, int* size) { return srtp_unprotect_mki(session, data, size, mki ? 1U : 0U); });
  }
  [[nodiscard]] bool fits(ByteView packet, PacketKind kind) const {
    return kind_of(packet) == kind && packet.size() >= 12 + trailer && (kind == PacketKind::rtcp || decode_rtp(packet));
  }

  srtp_t session = nullptr;
  std::uint32_t ssrc = 0;
  SrtpJoin join;
  std::size_t trailer = 0;
  bool mki = false;
  bool opened = false;  // at least one packet
  unsigned failed = 0;  // packets since the last one that opened
};

SrtpSession::SrtpSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
SrtpSession::~SrtpSession() = default;
SrtpSession::SrtpSession(SrtpSession&&) noexcept = default;
SrtpSession& SrtpSession::operator=(SrtpSession&&) noexcept = default;

Result<SrtpSession> SrtpSession::create(const SrtpPolicy& policy, const SrtpKey& key, std::uint32_t ssrc, const SrtpJoin& join) {
  start_library();
  if (const auto reason = impossible(policy, key)) return failure(ErrorKind::out_of_range, "SRTP: " + *reason, "RFC 3711 8.2");
  std::array<std::uint8_t, kMaxKey> octets{};
  std::copy(key.key.reveal().begin(), key.key.reveal().end(), octets.begin());
  std::copy(key.salt.reveal().begin(), key.salt.reveal().end(), octets.begin() + static_cast<std::ptrdiff_t>(policy.key_size));
  Bytes mki = key.mki;
  srtp_master_key_t master{octets.data(), mki.data(), static_cast<unsigned>(mki.size())};
  srtp_master_key_t* masters = &master;
  const bool gcm = policy.cipher == aes_gcm;
  srtp_policy_t wanted{};
  wanted.ssrc = {ssrc_specific, ssrc};
  wanted.rtp = to_libsrtp(policy, policy.tag_size, true, gcm || policy.authentication == hmac_sha1);
  wanted.rtcp = to_libsrtp(policy, policy.rtcp_tag_size, policy.rtcp_encrypted, true);  // RFC 3711 3.4: never without a tag
  if (mki.empty()) wanted.key = octets.data();
  else wanted.keys = &masters, wanted.num_master_keys = 1;
  wanted.window_size = kWindow;
  auto state = std::make_unique<State>();
  const auto status = srtp_create(&state->session, &wanted);
  wipe(octets.data(), octets.size());
  if (status != srtp_err_status_ok) {
    return failure(ErrorKind::unexpected, "libsrtp takes no such policy (status " + std::to_string(static_cast<int>(status)) + ")");
  }
  state->ssrc = ssrc;
  state->join = join;
  state->mki = !mki.empty();
  state->trailer = static_cast<std::size_t>(wanted.rtp.auth_tag_len) + mki.size();
  SrtpSession session(std::move(state));
  session.set_roll_over_counter(join.roll_over_counter);
  return session;
}

SrtpOutcome SrtpSession::protect(ByteView rtp) {
  if (kind_of(rtp) != PacketKind::rtp || !decode_rtp(rtp)) return tl::unexpected(SrtpFault::malformed);
  return state_->run(rtp,
                     [this](void* data, int* size) { return srtp_protect_mki(state_->session, data, size, state_->mki ? 1U : 0U, 0); });
}

SrtpOutcome SrtpSession::protect_rtcp(ByteView rtcp) {
  if (kind_of(rtcp) != PacketKind::rtcp) return tl::unexpected(SrtpFault::malformed);
  return state_->run(
      rtcp, [this](void* data, int* size) { return srtp_protect_rtcp_mki(state_->session, data, size, state_->mki ? 1U : 0U, 0); });
}

SrtpOutcome SrtpSession::unprotect(ByteView srtp) {
  if (!state_->fits(srtp, PacketKind::rtp)) return tl::unexpected(SrtpFault::malformed);
  auto out = state_->open(srtp);
  if (!out && out.error() == SrtpFault::authentication) out = join(srtp, out.error());
  if (out) state_->opened = true, state_->failed = 0;
  return out;
}

// The packets of before the capture, or of a hole in it, have turned the roll-over counter: the tag tells which one is right.
SrtpOutcome SrtpSession::join(ByteView srtp, SrtpFault fault) {
  ++state_->failed;
  const bool try_all =
      state_->opened ? state_->failed % kGuessAgainEvery == 0 : state_->failed <= kFirstGuesses || state_->failed % kGuessAgainEvery == 0;
  if (!try_all) return tl::unexpected(fault);
  const auto before = state_->opened ? roll_over_counter() : 0;
  for (std::uint32_t guess = state_->opened ? before + 1 : 0; guess < before + state_->join.guesses; ++guess) {
    srtp_set_stream_roc(state_->session, state_->ssrc, guess);
    if (auto out = state_->open(srtp)) return out;
  }
  srtp_set_stream_roc(state_->session, state_->ssrc, state_->opened ? 0 : state_->join.roll_over_counter);
  return tl::unexpected(fault);
}

SrtpOutcome SrtpSession::unprotect_rtcp(ByteView srtcp) {
  constexpr std::size_t kIndex = 4;
  if (kind_of(srtcp) != PacketKind::rtcp || srtcp.size() < 8 + kIndex) return tl::unexpected(SrtpFault::malformed);
  return state_->run(srtcp,
                     [this](void* data, int* size) { return srtp_unprotect_rtcp_mki(state_->session, data, size, state_->mki ? 1U : 0U); });
}

std::uint32_t SrtpSession::roll_over_counter() const {
  std::uint32_t counter = 0;
  srtp_get_stream_roc(state_->session, state_->ssrc, &counter);
  return counter;
}

void SrtpSession::set_roll_over_counter(std::uint32_t counter) {
  if (counter != 0) srtp_set_stream_roc(state_->session, state_->ssrc, counter);
}

}  // namespace li::media
