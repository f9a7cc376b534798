#include <gtest/gtest.h>

#include "ber/tlv.hpp"
#include "tests/data/data.hpp"

namespace li::ber {
namespace {

// "[4] primitive, 2 + 3": tag, form, octets of the header and of the content.
std::string show(const Header& header) {
  return to_string(header.tag) + (header.constructed ? " constructed, " : " primitive, ") + std::to_string(header.octets) + " + " +
         (header.indefinite ? "indefinite" : std::to_string(header.length));
}

std::string read(ByteView octets) {
  Header header;
  const auto fault = read_header(octets, 0, octets.size(), header);
  return fault == Fault::none ? show(header) : describe(fault, header, 0, octets.size()).message();
}

TEST(ReadHeader, Cases) {
  for (const auto& one : test::read_cases("ber/header.vec"))
    EXPECT_EQ(read(test::octets_of(one.parts.at(0))), one.parts.at(1)) << one.place;
}

TEST(ReadHeader, StartsAtThePlaceGiven) {
  const auto octets = test::octets_of("FFFF 8101 41");
  Header header;
  EXPECT_EQ(read_header(octets, 2, octets.size(), header), Fault::none);
  EXPECT_EQ(show(header), "[1] primitive, 2 + 1");
  EXPECT_EQ(read_header(octets, octets.size(), octets.size(), header), Fault::cut_identifier);
}

TEST(ReadHeader, EndsWhereTheParentDoes) {
  const auto octets = test::octets_of("8102 4142");
  Header header;
  EXPECT_EQ(read_header(octets, 0, 3, header), Fault::past_end);
  EXPECT_EQ(header.length, 2U);
  EXPECT_EQ(read_header(octets, 0, 1, header), Fault::cut_length);
}

TEST(ReadHeader, ToldFaultsCarryTheirPlace) {
  const auto octets = test::octets_of("0000 9F80");
  Header header;
  const auto fault = read_header(octets, 2, octets.size(), header);
  EXPECT_EQ(describe(fault, header, 2, octets.size()).offset, 2U);
}

TEST(ReadHeader, EachFaultHasItsKind) {
  EXPECT_EQ(describe(Fault::cut_identifier, {}, 0, 0).kind, ErrorKind::truncated);
  EXPECT_EQ(describe(Fault::cut_length, {}, 0, 0).kind, ErrorKind::truncated);
  EXPECT_EQ(describe(Fault::past_end, {}, 0, 0).kind, ErrorKind::truncated);
  EXPECT_EQ(describe(Fault::tag_huge, {}, 0, 0).kind, ErrorKind::limit);
  for (const auto fault :
       {Fault::tag_padded, Fault::tag_short_in_long, Fault::length_reserved, Fault::length_huge, Fault::indefinite_primitive}) {
    EXPECT_EQ(describe(fault, {}, 0, 0).kind, ErrorKind::malformed) << static_cast<int>(fault);
  }
}

TEST(Tag, IsWrittenAsAsn1DoesIt) {
  EXPECT_EQ(to_string(Tag{4, TagClass::context}), "[4]");
  EXPECT_EQ(to_string(Tag{16, TagClass::universal}), "[UNIVERSAL 16]");
  EXPECT_EQ(to_string(Tag{3, TagClass::application}), "[APPLICATION 3]");
  EXPECT_EQ(to_string(Tag{4294967295, TagClass::private_use}), "[PRIVATE 4294967295]");
}

}  // namespace
}  // namespace li::ber
