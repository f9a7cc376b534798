#include <gtest/gtest.h>

#include "ps/hi3.hpp"
#include "tests/data/data.hpp"

namespace li::ps {
namespace {

TEST(VoipCc, ReadsAndWritesAVector) {
  const auto octets = test::read_octets(test::data_path("hi3/srtp_tag10.ber"));
  const auto packet = decode_voip_cc(octets);
  ASSERT_TRUE(packet) << packet.error().message();
  EXPECT_FALSE(packet->payload.empty());
  EXPECT_FALSE(packet->voip_correlation_number.empty());
  EXPECT_EQ(decode_voip_cc(encode_voip_cc(*packet).value()).value(), *packet);
}

TEST(VoipCc, SegmentsAreJoined) {
  const auto packet = decode_voip_cc(test::read_octets(test::data_path("hi3/seg_payload.ber"))).value();
  const auto plain = decode_voip_cc(test::read_octets(test::data_path("hi3/min_rtp.ber"))).value();
  EXPECT_EQ(packet.payload, plain.payload);
}

TEST(VoipCc, DamageIsRefused) {
  const auto octets = test::read_octets(test::data_path("hi3/malformed/no_corr.ber"));
  EXPECT_FALSE(decode_voip_cc(octets));
}

}  // namespace
}  // namespace li::ps
