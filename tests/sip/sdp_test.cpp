#include "sip/sdp.hpp"

#include <gtest/gtest.h>

#include "tests/sip/text.hpp"

namespace li::sip {
namespace {

std::string shown(const Codec& codec) {
  return std::to_string(codec.payload_type) + " " + codec.name + "/" + std::to_string(codec.clock_rate) + "/" +
         std::to_string(codec.channels) + " " + codec.fmtp;
}

TEST(Sdp, LevelsAndLines) {
  const auto sdp = must(parse_sdp(file("levels.sdp")));
  ASSERT_EQ(sdp.media.size(), 4U);
  EXPECT_TRUE(sdp.findings.empty());

  const auto& audio = sdp.media[0];
  EXPECT_EQ(audio.type, "audio");
  EXPECT_EQ(audio.port, 49152U);
  EXPECT_EQ(audio.proto, "RTP/SAVP");
  EXPECT_EQ(audio.formats, (std::vector<std::string>{"96", "97", "0", "13", "101"}));
  EXPECT_EQ(audio.address, "2001:db8::5");
  EXPECT_EQ(audio.direction, Direction::sendonly);
  EXPECT_EQ(audio.ptime, 20U);
  EXPECT_EQ(audio.mid, "a1");
  EXPECT_EQ(audio.ssrcs, (std::vector<std::uint32_t>{314159, 4294967295}));
  EXPECT_EQ(audio.setup, "actpass");
  EXPECT_EQ(audio.fingerprint, "");
  EXPECT_EQ(audio.access_edge, AccessEdge::requested);
  std::string codecs;
  for (const auto& codec : audio.codecs) codecs += shown(codec) + "\n";
  EXPECT_EQ(codecs,
            "96 AMR-WB/16000/1 mode-change-capability=2; max-red=220\n97 L16/48000/2 \n0 PCMU/8000/1 \n13 CN/8000/1 \n"
            "101 telephone-event/16000/1 0-15\n");

  const auto& video = sdp.media[1];
  EXPECT_EQ(video.proto, "RTP/SAVPF");
  EXPECT_EQ(video.address, "192.0.2.9");
  EXPECT_EQ(video.direction, Direction::recvonly);
  EXPECT_EQ(video.setup, "active");
  EXPECT_EQ(video.fingerprint.substr(0, 13), "sha-256 4A:AD");
  EXPECT_EQ(video.ptime, std::nullopt);
  ASSERT_EQ(video.codecs.size(), 1U);
  EXPECT_EQ(shown(video.codecs[0]), "31 H261/90000/1 ");

  const auto& message = sdp.media[2];
  EXPECT_TRUE(message.rejected());
  EXPECT_EQ(message.proto, "TCP/MSRP");
  EXPECT_EQ(message.formats, (std::vector<std::string>{"*"}));
  EXPECT_TRUE(message.codecs.empty());
  EXPECT_EQ(message.direction, Direction::inactive);
  EXPECT_EQ(message.crypto.size(), 1U);  // attributes of a rejected line are there

  const auto& image = sdp.media[3];
  EXPECT_EQ(image.proto, "UDP/TLS/RTP/SAVP");
  EXPECT_EQ(shown(image.codecs.at(0)), "8 PCMA/8000/1 ");
  EXPECT_EQ(image.access_edge, AccessEdge::applied);
  EXPECT_EQ(as_text(file("levels.sdp")).substr(image.offset, 8), "m=image ");
}

TEST(Sdp, FixedPayloadTypes) {
  const auto sdp = sdp_of("{S}m=audio 9 RTP/AVP 10 11 9 20 34 20\\n");
  std::string codecs;
  for (const auto& codec : sdp.media.at(0).codecs) codecs += shown(codec) + "\n";
  EXPECT_EQ(codecs, "10 L16/44100/2 \n11 L16/44100/1 \n9 G722/8000/1 \n20 /0/1 \n34 H263/90000/1 \n");
}

TEST(Sdp, LineFeedsAndNoLastEnd) {
  const auto sdp = sdp_of("v=0\\lo=- 1 1 IN IP4 h\\ls=-\\lc=IN IP4 192.0.2.1/127/3\\lt=0 0\\lm=audio 9/2 RTP/AVP 0\\la=inactive");
  EXPECT_EQ(sdp.media.at(0).address, "192.0.2.1");
  EXPECT_EQ(sdp.media.at(0).direction, Direction::inactive);
}

TEST(Sdp, WithoutConnectionOrMedia) {
  EXPECT_EQ(sdp_of("v=0\\no=- 1 1 IN IP4 h\\nm=audio 9 RTP/AVP 0\\n").media.at(0).address, "");
  EXPECT_TRUE(sdp_of("{S}\\n\\n").media.empty());
  EXPECT_EQ(sdp_of("{S}m=audio 9 ATM x\\nc=ATM NSAP 47.0091\\n").media.at(0).address, "");
}

TEST(Sdp, RefusalsNameThePlace) {
  Limits limits;
  limits.sdp_octets = 128;
  limits.media = 3;
  for (const auto& bad : test::read_cases("sip/sdp_bad.vec")) {
    const auto text = text_of(bad.parts.at(0));
    const auto sdp = parse_sdp(as_bytes(text), limits);
    ASSERT_FALSE(sdp) << bad.place;
    EXPECT_EQ(sdp.error().message(), bad.parts.at(1)) << bad.place;
  }
}

TEST(Sdp, FindingsDoNotStopReading) {
  for (const auto& one : test::read_cases("sip/sdp_findings.vec")) {
    const auto sdp = sdp_of("{S}m=audio 9 RTP/AVP 0\\na=" + one.parts.at(0) + "\\n");
    ASSERT_EQ(sdp.findings.size(), 1U) << one.place;
    EXPECT_EQ(sdp.findings[0].message(), one.parts.at(1)) << one.place;
    EXPECT_EQ(shown(sdp.media.at(0).codecs.at(0)), "0 PCMU/8000/1 ") << one.place;
  }
  EXPECT_EQ(sdp_of("{S}a=crypto:1 S inline:AAAA\\n").findings.at(0).message(), "0x37: a=crypto at session level (RFC 4568 4)");
}

TEST(Sdp, UnknownAttributesAreNone) {
  const auto sdp = sdp_of(
      "{S}a=\\na=:\\na=ice-lite\\nm=audio 9 RTP/AVP 0\\na=rtpmap:96 X/1\\na=fmtp:x y\\na=3ge2ae: applied\\na=CRYPTO:1 S inline:AAAA\\n");
  EXPECT_TRUE(sdp.findings.empty());
  EXPECT_EQ(sdp.media.at(0).access_edge, AccessEdge::none);
  EXPECT_EQ(sdp.media.at(0).crypto.size(), 1U);
}

}  // namespace
}  // namespace li::sip
