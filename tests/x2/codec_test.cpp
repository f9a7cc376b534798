#include <gtest/gtest.h>

#include "tests/data/data.hpp"
#include "x2/codec.hpp"

namespace li::x2 {
namespace {

std::string outcome(ByteView octets, const Limits& limits = {}) {
  const auto pdu = decode(octets, limits);
  return pdu ? "ok" : pdu.error().message();
}

// name | octets | "ok", or the message: every refusal has its line.
TEST(Codec, Cases) {
  for (const auto& one : test::read_cases("x2/pdus.vec"))
    EXPECT_EQ(outcome(test::octets_of(one.parts.at(0))), one.parts.at(1)) << one.place;
}

// The octets that hi2.md's source gives: TS 103 221-2 6.2.
TEST(Codec, KeepaliveIsTheOneOfTheText) {
  const auto octets = encode(keepalive(1)).value();
  EXPECT_EQ(to_hex(octets), "000500030000003000000000000000000000000000000000000000000000000000000000000000000008000400000001");
  const auto answer = acknowledgement(keepalive(1));
  EXPECT_EQ(answer.sequence_number(), 1U);
  EXPECT_EQ(to_hex(encode(answer).value()).substr(0, 8), "00050004");
}

TEST(Codec, AcknowledgementKeepsTheMinorVersion) {
  auto asked = keepalive(7);
  asked.minor = 2;
  EXPECT_EQ(acknowledgement(asked).minor, 2);
}

TEST(Codec, LimitsAreHeld) {
  Pdu pdu;
  pdu.xid[0] = 1;
  pdu.payload.assign(100, 0x20);
  pdu.attributes.push_back(attribute(AttributeType::domain_id, as_bytes("csp-001")));
  const auto octets = encode(pdu).value();
  EXPECT_EQ(outcome(octets), "ok");
  EXPECT_EQ(outcome(octets, {50, 1000}), "0x4: a header of 51 octets (TS 103 221-2 5.1)");
  EXPECT_EQ(outcome(octets, {51, 99}), "0x8: a payload of 100 octets (TS 103 221-2 5.1)");
}

TEST(Codec, EncodeRefusesWhatDecodeRefuses) {
  const auto refused = [](auto change) {
    Pdu pdu;
    change(pdu);
    const auto octets = encode(pdu);
    return octets ? "ok" : octets.error().text;
  };
  EXPECT_EQ(refused([](Pdu&) {}), "ok");
  EXPECT_EQ(refused([](Pdu& pdu) { pdu.major = 1; }), "version 1.5");
  EXPECT_EQ(refused([](Pdu& pdu) { pdu.format = PayloadFormat::rtp; }), "payload format 8 in an X2 PDU");
  EXPECT_EQ(refused([](Pdu& pdu) { pdu.type = PduType{}; }), "PDU type 0");
  EXPECT_EQ(refused([](Pdu& pdu) { pdu.type = PduType::keepalive; }), "a keep-alive without sequence number");
  EXPECT_EQ(refused([](Pdu& pdu) {
              pdu.attributes.push_back({AttributeType::domain_id, RecordBytes(65536, 0)});
            }),
            "an attribute is too large");
}

TEST(Stream, StaysBroken) {
  Stream stream;
  stream.feed(encode(keepalive(1)).value());
  stream.feed(as_bytes("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(stream.next().value());
  const auto broken = stream.next();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message(), "0x30: major version 71, known is 0 (TS 103 221-2 5.1)");
  stream.feed(encode(keepalive(2)).value());
  EXPECT_FALSE(stream.next());
}

TEST(Stream, GoesOnBehindAPduThatCannotBeTaken) {
  auto large = keepalive(1);
  large.payload = RecordBytes(1000, 0);
  auto bad = encode(keepalive(2)).value();
  bad.at(43) = 200;  // the length of its attribute
  Stream stream({64 * 1024, 100});
  std::vector<std::string> seen;
  const auto feed = [&](ByteView octets) {
    stream.feed(octets);
    for (;;) {
      const auto pdu = stream.next();
      if (pdu && !*pdu) return;
      seen.push_back(pdu ? std::to_string((*pdu)->sequence_number().value_or(0)) : pdu.error().message());
    }
  };
  RecordBytes all;
  for (const auto& one : {encode(large).value(), bad, encode(keepalive(3)).value()}) append(all, one);
  const std::vector<std::string> expected{"0x8: a payload of 1000 octets (TS 103 221-2 5.1)",
                                          "0x440: an attribute of 200 octets runs past the header (TS 103 221-2 5.3)", "3"};
  for (const auto& octet : all) feed(ByteView(&octet, 1));
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(stream.pending(), 0U);
  EXPECT_FALSE(stream.is_broken());
  seen.clear();
  feed(encode(large).value());
  feed(ByteView(all).last(48));
  EXPECT_EQ(seen.back(), "3");
}

TEST(Names, XidGoesBothWays) {
  const auto xid = to_xid("3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b");
  ASSERT_TRUE(xid);
  EXPECT_EQ(to_string(*xid), "3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b");
  for (const auto* bad :
       {"", "3f1a2b4c5d6e4f708a9b0c1d2e3f4a5b", "3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5", "3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5x"})
    EXPECT_FALSE(to_xid(bad)) << bad;
}

}  // namespace
}  // namespace li::x2
