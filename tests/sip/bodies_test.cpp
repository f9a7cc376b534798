#include "sip/bodies.hpp"

#include <gtest/gtest.h>

#include "tests/sip/text.hpp"

namespace li::sip {
namespace {

TEST(Bodies, NestedMultipart) {
  const auto octets = file("multipart.sip");
  const auto message = must(parse(octets));
  const auto parts = must(bodies(message));
  ASSERT_EQ(parts.size(), 5U);
  for (const auto& part : parts) EXPECT_TRUE(equal(part.octets, ByteView(octets).subspan(part.offset, part.octets.size())));

  EXPECT_EQ(parts[0].content_type, "text/html");
  EXPECT_EQ(parts[0].content_disposition, "render");
  EXPECT_EQ(as_text(parts[0].octets), "<b>--outer is not here</b>");

  EXPECT_EQ(parts[1].content_type, "application/sdp");
  EXPECT_EQ(parts[1].content_disposition, "session");
  EXPECT_EQ(parts[1].content_id, "sdp1@ims.example");
  EXPECT_TRUE(equal(parts[1].octets, file("levels.sdp")));

  EXPECT_EQ(parts[2].content_type, "application/mikey");
  EXPECT_EQ(parts[2].transfer_encoding, "binary");
  EXPECT_EQ(to_hex(parts[2].octets), "01000D0A00FF0D0A2D2D6F75");

  EXPECT_EQ(parts[3].content_type, "text/plain");
  EXPECT_EQ(as_text(parts[3].octets), "plain");
  EXPECT_TRUE(parts[4].octets.empty());  // headers and nothing behind
}

TEST(Bodies, OneBodyWithoutMultipart) {
  const auto message = must(parse(file("tortuous.sip")));
  const auto parts = must(bodies(message));
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].content_type, "application/sdp");
  EXPECT_EQ(parts[0].offset, message.body_offset);
  EXPECT_TRUE(equal(parts[0].octets, message.body));
}

TEST(Bodies, NoneWithoutOctets) {
  const auto message = must(parse(file("lf.sip")));
  EXPECT_TRUE(must(bodies(message)).empty());
}

TEST(Bodies, ABodyWithoutATypeHasNone) {
  const auto message = message_of("INFO sip:a@b SIP/2.0\\n{H}\\nx");
  EXPECT_EQ(must(bodies(message)).at(0).content_type, "");
}

TEST(Bodies, LineFeedsAlone) {
  const auto message =
      message_of("INFO sip:a@b SIP/2.0\\n{H}c: multipart/mixed;boundary=b\\n\\n--b\\l\\lone\\l--b\\lc: a/b\\l\\ltwo\\l\\l--b--");
  const auto parts = must(bodies(message));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(as_text(parts[0].octets), "one");
  EXPECT_EQ(as_text(parts[1].octets), "two\n");
}

TEST(Bodies, RefusalsNameThePlace) {
  Limits limits;
  limits.depth = 2;
  limits.parts = 3;
  for (const auto& bad : test::read_cases("sip/bodies_bad.vec")) {
    const auto message = message_of("INVITE sip:a@b SIP/2.0\\n{H}" + bad.parts.at(0));
    const auto parts = bodies(message, limits);
    ASSERT_FALSE(parts) << bad.place;
    EXPECT_EQ(parts.error().message(), bad.parts.at(1)) << bad.place;
  }
}

}  // namespace
}  // namespace li::sip
