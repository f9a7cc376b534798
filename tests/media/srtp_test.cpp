#include "media/srtp.hpp"

#include <gtest/gtest.h>

#include "media/rtp.hpp"
#include "tests/data/data.hpp"

namespace li::media {
namespace {

using test::octets_of;

constexpr std::uint32_t kSsrc = 0xcafebabe;

SrtpKey key_of(std::uint8_t first, std::size_t key = 16, std::size_t salt = 14) {
  Bytes octets(key + salt);
  for (auto& octet : octets) octet = first++;
  return {SecretBytes(ByteView(octets).first(key)), SecretBytes(ByteView(octets).subspan(key)), {}};
}

SrtpSession session(const SrtpKey& key, const SrtpPolicy& policy = {}, const SrtpJoin& join = {}) {
  auto made = SrtpSession::create(policy, key, kSsrc, join);
  if (!made) throw std::runtime_error(made.error().message());
  return std::move(*made);
}

Bytes rtp(std::uint32_t number) {
  RtpHeader header;
  header.sequence = static_cast<std::uint16_t>(number);
  header.timestamp = number * 160;
  header.ssrc = kSsrc;
  return *encode_rtp(header, Bytes(20, static_cast<std::uint8_t>(number)));
}

std::string fault(const SrtpOutcome& outcome) { return outcome ? "opened" : std::string(to_string(outcome.error())); }

TEST(Srtp, packets_of_another_implementation) {
  for (const auto& one : test::read_cases("media/srtp.vec")) {
    const auto& part = one.parts;
    const SrtpKey key{SecretBytes(octets_of(part[2])), SecretBytes(octets_of(part[3])), part[4] == "-" ? Bytes() : octets_of(part[4])};
    const auto clear = octets_of(part[6]);
    const auto is_protected = octets_of(part[7]);
    const auto policy = policy_of_suite(part[1]);
    ASSERT_TRUE(policy) << one.place;
    EXPECT_EQ(suite_of(*policy), part[1]);
    const auto number = static_cast<std::uint32_t>(std::stoul(part[5]));
    const bool rtcp = part[0] == "srtcp";
    auto sender = session(key, *policy, {rtcp ? 0 : number, 64});
    auto receiver = session(key, *policy);
    const auto sent = rtcp ? sender.protect_rtcp(clear) : sender.protect(clear);
    ASSERT_TRUE(sent) << one.place << fault(sent);
    EXPECT_EQ(to_hex(*sent), to_hex(is_protected)) << one.place;
    const auto got = rtcp ? receiver.unprotect_rtcp(is_protected) : receiver.unprotect(is_protected);
    ASSERT_TRUE(got) << one.place << fault(got);
    EXPECT_EQ(to_hex(*got), to_hex(clear)) << one.place;
  }
}

TEST(Srtp, what_does_not_open) {
  const auto key = key_of(1);
  auto sender = session(key);
  const auto packet = *sender.protect(rtp(1));
  EXPECT_EQ(fault(session(key_of(2)).unprotect(packet)), "authentication failed");
  for (std::size_t i = 0; i < packet.size(); ++i) {
    if (i == 0 || (i >= 8 && i < 12)) continue;  // the version, and the SSRC that names the session
    auto changed = packet;
    changed[i] ^= 1;
    EXPECT_FALSE(session(key, {}, {0, 1}).unprotect(changed)) << i;
  }
  auto receiver = session(key);
  EXPECT_EQ(fault(receiver.unprotect(packet)), "opened");
  EXPECT_EQ(fault(receiver.unprotect(packet)), "seen before or too old");
  EXPECT_EQ(fault(receiver.unprotect(ByteView(packet).first(21))), "no SRTP packet");
  EXPECT_EQ(fault(receiver.unprotect({})), "no SRTP packet");
  EXPECT_EQ(fault(receiver.unprotect_rtcp(packet)), "no SRTP packet");
  EXPECT_EQ(fault(receiver.protect(Bytes(12))), "no SRTP packet");
  EXPECT_EQ(fault(receiver.protect_rtcp(packet)), "no SRTP packet");
}

TEST(Srtp, an_mki_names_the_key) {
  auto key = key_of(1);
  key.mki = {7, 7};
  const auto packet = *session(key).protect(rtp(1));
  key.mki = {7, 8};
  EXPECT_EQ(fault(session(key).unprotect(packet)), "the MKI is of another key");
}

TEST(Srtp, the_roll_over_counter_turns) {
  const auto key = key_of(1);
  auto sender = session(key);
  auto receiver = session(key);
  for (std::uint32_t i = 65000; i < 65536 + 200; ++i) {
    const auto packet = *sender.protect(rtp(i));
    if (i % 7 == 0) continue;  // some are lost
    ASSERT_EQ(fault(receiver.unprotect(packet)), "opened") << i;
  }
  EXPECT_EQ(receiver.roll_over_counter(), 1U);
}

TEST(Srtp, packets_out_of_order_round_the_turn) {
  const auto key = key_of(1);
  auto sender = session(key);
  std::vector<Bytes> packets;
  for (std::uint32_t i = 65530; i < 65546; ++i) packets.push_back(*sender.protect(rtp(i)));
  for (std::size_t i = 0; i + 3 < packets.size(); i += 4)
    std::reverse(packets.begin() + static_cast<long>(i), packets.begin() + static_cast<long>(i) + 4);
  auto receiver = session(key);
  for (const auto& packet : packets) EXPECT_EQ(fault(receiver.unprotect(packet)), "opened");
}

TEST(Srtp, joining_in_mid_stream) {
  const auto key = key_of(1);
  for (const std::uint32_t counter : {1U, 2U, 63U}) {
    auto sender = session(key, {}, {counter, 64});
    auto receiver = session(key);
    for (const std::uint32_t i : {40000U, 40001U, 65535U, 65536U, 65537U}) {
      if (i == 65535U) sender = session(key, {}, {counter, 64});
      if (i == 65535U) receiver = session(key);
      EXPECT_EQ(fault(receiver.unprotect(*sender.protect(rtp(i)))), "opened") << counter << " " << i;
    }
    EXPECT_EQ(receiver.roll_over_counter(), counter + 1);
  }
  auto sender = session(key, {}, {64, 64});
  const auto packet = *sender.protect(rtp(5));
  EXPECT_EQ(fault(session(key).unprotect(packet)), "authentication failed");
  EXPECT_EQ(fault(session(key, {}, {64, 64}).unprotect(packet)), "opened");
}

// A hole in the capture of more than a round: the receiver finds the counter again after some packets.
TEST(Srtp, a_long_hole) {
  const auto key = key_of(1);
  auto sender = session(key);
  auto receiver = session(key);
  EXPECT_EQ(fault(receiver.unprotect(*sender.protect(rtp(1000)))), "opened");
  auto later = session(key, {}, {3, 1});
  unsigned opened = 0;
  for (std::uint32_t i = 0; i < 200; ++i) opened += receiver.unprotect(*later.protect(rtp(500 + i))) ? 1 : 0;
  EXPECT_GE(opened, 100U);
}

TEST(Srtp, what_can_not_be_a_session) {
  const auto refusal = [](const SrtpPolicy& policy, const SrtpKey& key) {
    const auto made = SrtpSession::create(policy, key, kSsrc);
    return made ? std::string() : made.error().text;
  };
  SrtpPolicy policy;
  EXPECT_EQ(refusal(policy, key_of(1, 24)), "SRTP: the policy asks for a master key of 16 octets, and it has 24");
  EXPECT_EQ(refusal(policy, key_of(1, 16, 15)), "SRTP: a master salt has at most 14 octets");
  policy.key_size = 20;
  EXPECT_EQ(refusal(policy, key_of(1, 20)), "SRTP: a master key of 20 octets");
  policy.key_size = 24;
  EXPECT_EQ(refusal(policy, key_of(1, 24)), "SRTP: libsrtp derives the keys of AES-192 in another way than RFC 6188");
  policy = *policy_of_suite("AEAD_AES_128_GCM");
  EXPECT_EQ(refusal(policy, key_of(1, 16, 14)), "SRTP: a master salt has at most 12 octets");
  policy.tag_size = 10;
  EXPECT_EQ(refusal(policy, key_of(1, 16, 12)), "SRTP: an authentication tag of this size");
  auto long_mki = key_of(1);
  long_mki.mki.resize(129);
  EXPECT_EQ(refusal({}, long_mki), "SRTP: an MKI has at most 128 octets");
  EXPECT_FALSE(policy_of_suite("F8_128_HMAC_SHA1_80"));
}

TEST(Srtp, without_authentication_any_key_opens) {
  SrtpPolicy policy;
  policy.authentication = SrtpAuthentication::none;
  auto sender = session(key_of(1), policy);
  const auto packet = *sender.protect(rtp(1));
  EXPECT_EQ(packet.size(), rtp(1).size());
  EXPECT_EQ(to_hex(*session(key_of(1), policy).unprotect(packet)), to_hex(rtp(1)));
  const auto wrong = session(key_of(2), policy).unprotect(packet);
  EXPECT_EQ(fault(wrong), "opened");
  EXPECT_NE(to_hex(*wrong), to_hex(rtp(1)));
}

}  // namespace
}  // namespace li::media
