#include <gtest/gtest.h>

#include "tests/sip/text.hpp"

namespace li::sip {
namespace {

constexpr const char* kAudio = "{S}m=audio 9 RTP/AVP 0\\n";

std::string shown(const Result<Crypto>& crypto) {
  if (!crypto) return crypto.error().message();
  auto out = std::to_string(crypto->tag) + " " + crypto->suite;
  for (const auto& key : crypto->keys) {
    out += " [" + to_hex(key.key_and_salt.reveal()) + " " + (key.lifetime ? std::to_string(*key.lifetime) : "-") + " " +
           (key.mki.empty() ? "-" : to_hex(key.mki)) + "]";
  }
  for (const auto& parameter : crypto->session_parameters) out += " " + parameter;
  return out;
}

std::string shown(const KeyManagement& one) {
  return one.octets ? one.protocol + " " + to_hex(one.octets->reveal()) : one.protocol + ": " + one.octets.error().message();
}

TEST(KeyManagement, Rfc4567OfferAndAnswer) {
  const auto offer = must(parse_sdp(file("offer_4567.sdp")));
  const auto keys = key_management(offer);
  ASSERT_EQ(keys.size(), 2U);  // one for each m= line, of the session
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(keys[i].media, i);
    EXPECT_TRUE(keys[i].session_level);
    EXPECT_EQ(keys[i].attribute->protocol, "mikey");
  }
  const auto octets = keys[0].attribute->octets->reveal();
  EXPECT_EQ(octets.size(), 132U);
  EXPECT_EQ(to_hex(octets.first(40)), "01000580CD177E5001000000000000000000000B00C8E350EA0000000006104A28DA979EE21A7651");
  EXPECT_EQ(as_text(octets.subspan(51, 15)), "donald@duck.com");
  EXPECT_EQ(to_hex(octets.subspan(111)), "015F627A69C6508675F5F59050E4ABCCA4C0BFDCD5");

  const auto answer = must(parse_sdp(file("answer_4567.sdp")));
  const auto answered = key_management(answer).at(0).attribute->octets->reveal();
  EXPECT_EQ(answered.size(), 71U);
  EXPECT_EQ(as_text(answered.subspan(33, 16)), "mickey@mouse.com");
  EXPECT_EQ(offered_protocols(offer), (std::vector<std::string>{"mikey"}));
}

TEST(KeyManagement, MediaLevelBeatsSessionLevel) {
  const auto sdp = must(parse_sdp(file("levels.sdp")));
  std::string seen;
  for (const auto& key : key_management(sdp)) {
    seen += std::to_string(key.media) + (key.session_level ? " session " : " media ") + key.attribute->protocol + " " +
            std::to_string(key.attribute->octets->size()) + "\n";
  }
  EXPECT_EQ(seen,
            "0 session mikey 132\n0 session keyp1 5\n1 media mikey 71\n1 media MIKEY 3\n2 session mikey 132\n2 session keyp1 5\n"
            "3 session mikey 132\n3 session keyp1 5\n");
  EXPECT_EQ(offered_protocols(sdp), (std::vector<std::string>{"mikey", "keyp1", "MIKEY"}));
}

TEST(KeyManagement, ABrokenOneStillBeatsTheSession) {
  const auto sdp = sdp_of("{S}a=key-mgmt:mikey AAEC\\nm=audio 9 RTP/SAVP 0\\na=key-mgmt:mikey *\\n");
  const auto keys = key_management(sdp);
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_FALSE(keys[0].session_level);
  EXPECT_FALSE(keys[0].attribute->octets);
}

TEST(KeyManagement, Attributes) {
  for (const auto& one : test::read_cases("sip/key_mgmt.vec")) {
    auto value = one.parts.at(0);
    replace_all(value, "_ ", "  ");
    if (value.back() == '_' || value.front() == '_') replace_all(value, "_", " ");
    const auto sdp = sdp_of(std::string(kAudio) + "a=key-mgmt:" + value + "\\n");
    EXPECT_EQ(shown(sdp.media.at(0).key_management.at(0)), one.parts.at(1)) << one.place;
  }
}

TEST(Crypto, Attributes) {
  for (const auto& one : test::read_cases("sip/crypto.vec")) {
    const auto sdp = sdp_of(std::string(kAudio) + "a=crypto:" + one.parts.at(0) + "\\n");
    EXPECT_EQ(shown(sdp.media.at(0).crypto.at(0)), one.parts.at(1)) << one.place;
  }
}

TEST(Crypto, Rfc4568Example) {
  const auto sdp = must(parse_sdp(file("crypto_4568.sdp")));
  ASSERT_EQ(sdp.media.size(), 2U);
  EXPECT_EQ(as_text(sdp.media[0].crypto.at(0)->keys.at(0).key_and_salt.reveal()), "YS___semctl () {\t220;}\n}\nunles");
  EXPECT_EQ(sdp.media[0].crypto.at(0)->session_parameters, (std::vector<std::string>{"FEC_ORDER=FEC_SRTP"}));
  for (const auto& media : sdp.media) {
    for (const auto& crypto : media.crypto) {
      for (const auto& key : crypto->keys) EXPECT_EQ(key.key_and_salt.size(), 30U);
    }
  }
  EXPECT_EQ(as_text(sdp.media[1].crypto.at(0)->keys.at(1).key_and_salt.reveal()), "ABcdef123456789ABCDE0123456789");
  EXPECT_EQ(sdp.media[1].crypto.at(1)->suite, "F8_128_HMAC_SHA1_80");
}

}  // namespace
}  // namespace li::sip
