#include "ber/tlv.hpp"

#include <gtest/gtest.h>

#include "tests/data/data.hpp"

namespace li::ber {
namespace {

std::string measured(ByteView octets, const Limits& limits = {}) {
  const auto size = measure(octets, limits);
  return size ? std::to_string(*size) : size.error().message();
}

TEST(Measure, Cases) {
  for (const auto& one : test::read_cases("ber/measure.vec"))
    EXPECT_EQ(measured(test::octets_of(one.parts.at(0))), one.parts.at(1)) << one.place;
}

// A constructed string whole, as the file has it; its content joined, or the message.
std::string joined(ByteView octets, const Limits& limits = {}) {
  Header header;
  const auto fault = read_header(octets, 0, octets.size(), header);
  if (fault != Fault::none || !header.constructed) return "the vector is no constructed string";
  const std::uint32_t segment = header.tag.number == 3 ? 3 : 4;
  const auto end = header.indefinite ? octets.size() : header.octets + header.length;
  RecordBytes out;
  const auto segments = join_segments(octets, header.octets, end, header.indefinite, segment, limits, out);
  if (!segments) return segments.error().message();
  auto text = to_hex(out);
  if (segment == 3) text += " less " + std::to_string(segments->unused_bits) + " bits";
  return text + ", ends at " + std::to_string(segments->end);
}

TEST(JoinSegments, Cases) {
  for (const auto& one : test::read_cases("ber/join.vec"))
    EXPECT_EQ(joined(test::octets_of(one.parts.at(0))), one.parts.at(1)) << one.place;
}

TEST(JoinSegments, AppendsToWhatIsThere) {
  RecordBytes out{0xAA};
  const auto octets = test::octets_of("040101");
  ASSERT_TRUE(join_segments(octets, 0, octets.size(), false, 4, {}, out));
  EXPECT_EQ(to_hex(out), "AA01");
}

Bytes nested(std::size_t levels) {
  Bytes octets;
  for (std::size_t i = 0; i < levels; ++i) octets.insert(octets.end(), {0x30, 0x80});
  octets.insert(octets.end(), 2 * levels, 0);
  return octets;
}

TEST(Measure, DepthEndsAtTheLimit) {
  EXPECT_TRUE(measure(nested(64)));
  const auto deep = measure(nested(65));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().kind, ErrorKind::limit);
  EXPECT_EQ(deep.error().offset, 128U);
  Limits two;
  two.max_depth = 2;
  EXPECT_TRUE(measure(nested(2), two));
  EXPECT_FALSE(measure(nested(3), two));
}

TEST(Measure, NoCallerReachesBeyondTheCap) {
  Limits many;
  many.max_depth = SIZE_MAX;
  EXPECT_TRUE(measure(nested(kDepthCap), many));
  EXPECT_FALSE(measure(nested(kDepthCap + 1), many));
  EXPECT_FALSE(measure(nested(1'000'000), many));
}

TEST(Measure, NodesEndAtTheLimit) {
  Limits three;
  three.max_nodes = 3;
  EXPECT_EQ(measured(test::octets_of("3004 0500 0500"), three), "6");
  const auto many = measure(test::octets_of("3008 0500 0500 0500 0500"), three);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().kind, ErrorKind::limit);
}

TEST(JoinSegments, LimitsHold) {
  Limits few;
  few.max_nodes = 2;
  EXPECT_EQ(joined(test::octets_of("2406 040101 040102"), few), "0102, ends at 8");
  EXPECT_EQ(joined(test::octets_of("2409 040101 040102 040103"), few), "0x8: more than 2 segments");
  Bytes deep{0x24, 0x80};
  for (int i = 0; i < 65; ++i) deep.insert(deep.end(), {0x24, 0x80});
  deep.insert(deep.end(), 132, 0);
  EXPECT_NE(joined(deep).find("0x82: "), std::string::npos) << joined(deep);
}

}  // namespace
}  // namespace li::ber
