#include "ber/writer.hpp"

#include <gtest/gtest.h>

#include "tests/data/data.hpp"

namespace li::ber {
namespace {

constexpr Tag kOne{1, TagClass::context};

std::string header_of(Tag tag, bool constructed, std::size_t length) {
  Writer writer;
  writer.header(tag, constructed, length);
  return to_hex(writer.view());
}

TEST(Writer, LengthsTakeTheFewestOctets) {
  EXPECT_EQ(header_of(kOne, false, 0), "8100");
  EXPECT_EQ(header_of(kOne, false, 127), "817F");
  EXPECT_EQ(header_of(kOne, false, 128), "818180");
  EXPECT_EQ(header_of(kOne, false, 255), "8181FF");
  EXPECT_EQ(header_of(kOne, false, 256), "81820100");
  EXPECT_EQ(header_of(kOne, false, 65535), "8182FFFF");
  EXPECT_EQ(header_of(kOne, false, 65536), "8183010000");
  EXPECT_EQ(header_of(kOne, false, 16'777'216), "818401000000");
  EXPECT_EQ(header_of(kOne, false, SIZE_MAX), "8188FFFFFFFFFFFFFFFF");
}

TEST(Writer, TagsTakeTheFewestOctets) {
  const auto context = [](std::uint32_t number) { return header_of({number, TagClass::context}, false, 0); };
  EXPECT_EQ(context(0), "8000");
  EXPECT_EQ(context(30), "9E00");
  EXPECT_EQ(context(31), "9F1F00");
  EXPECT_EQ(context(127), "9F7F00");
  EXPECT_EQ(context(128), "9F810000");
  EXPECT_EQ(context(255), "9F817F00");
  EXPECT_EQ(context(16383), "9FFF7F00");
  EXPECT_EQ(context(16384), "9F81800000");
  EXPECT_EQ(context(4294967295), "9F8FFFFFFF7F00");
}

TEST(Writer, ClassAndFormAreTheHighBits) {
  EXPECT_EQ(header_of({16, TagClass::universal}, true, 0), "3000");
  EXPECT_EQ(header_of({3, TagClass::application}, true, 0), "6300");
  EXPECT_EQ(header_of({3, TagClass::private_use}, false, 0), "C300");
  EXPECT_EQ(header_of({300, TagClass::context}, true, 0), "BF822C00");
}

class WriterLengths : public testing::TestWithParam<std::size_t> {};

// What open() and close() write is what header() and read_header() say.
TEST_P(WriterLengths, OpenAndCloseAgreeWithHeader) {
  const Bytes content(GetParam(), 0xAB);
  Writer writer;
  const auto outer = writer.open({16});
  const auto inner = writer.open(kOne);
  writer.raw(content);
  writer.close(inner);
  writer.close(outer);
  const auto octets = writer.take();

  Header header;
  ASSERT_EQ(read_header(octets, 0, octets.size(), header), Fault::none);
  EXPECT_EQ(header.octets + header.length, octets.size());
  EXPECT_EQ(to_hex(ByteView(octets).first(header.octets)), header_of({16}, true, header.length));
  const auto place = header.octets;
  ASSERT_EQ(read_header(octets, place, octets.size(), header), Fault::none);
  EXPECT_EQ(header.length, content.size());
  EXPECT_EQ(to_hex(ByteView(octets).subspan(place, header.octets)), header_of(kOne, true, content.size()));
  EXPECT_TRUE(equal(ByteView(octets).subspan(place + header.octets), content));
}

INSTANTIATE_TEST_SUITE_P(Edges, WriterLengths,
                         testing::Values(0, 1, 122, 123, 124, 125, 126, 127, 128, 129, 252, 253, 254, 255, 256, 257, 65530, 65535, 65536,
                                         70000));

TEST(Writer, TruncateForgets) {
  Writer writer;
  writer.primitive(kOne, Bytes{1, 2});
  const auto size = writer.size();
  writer.primitive(kOne, Bytes{3});
  writer.truncate(size);
  EXPECT_EQ(to_hex(writer.view()), "81020102");
  writer.replace_tail(2, Bytes{9});
  EXPECT_EQ(to_hex(writer.view()), "810209");
}

// "join 2, drop 5": edits of definite().
std::vector<Edit> edits_of(std::string_view text) {
  std::vector<Edit> edits;
  if (text == "-") return edits;
  for (const auto& part : test::split(text, ", ")) {
    const auto words = test::split(part, " ");
    const auto what = words.at(0) == "join" ? Edit::What::join : words.at(0) == "bits" ? Edit::What::join_bits : Edit::What::drop;
    edits.push_back({std::stoul(words.at(1)), what});
  }
  return edits;
}

TEST(Definite, Cases) {
  for (const auto& one : test::read_cases("ber/definite.vec")) {
    const auto result = definite(test::octets_of(one.parts.at(0)), edits_of(one.parts.at(1)));
    const auto expected = one.parts.at(2);
    const bool refused = expected.starts_with("0x");
    EXPECT_EQ(result ? to_hex(*result) : result.error().message(), refused ? expected : to_hex(test::octets_of(expected))) << one.place;
  }
}

TEST(Definite, LimitsHold) {
  Limits one;
  one.max_depth = 1;
  EXPECT_TRUE(definite(test::octets_of("30020500"), {}, one));
  EXPECT_FALSE(definite(test::octets_of("300430020500"), {}, one));
}

TEST(Definite, VectorsComeOutAsTheirTwins) {
  for (const std::string module : {"umts", "eps"}) {
    for (const std::string name : {"loc_civic", "netid_ipv4", "packet_summary", "ims_voip"}) {
      const auto result = definite(test::read_octets(test::data_path(module + "/indef_" + name + ".ber")));
      ASSERT_TRUE(result) << module << " " << name;
      EXPECT_TRUE(equal(*result, test::read_octets(test::data_path(module + "/" + name + ".ber")))) << module << " " << name;
    }
  }
}

}  // namespace
}  // namespace li::ber
