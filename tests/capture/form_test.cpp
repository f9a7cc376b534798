#include "capture/form.hpp"

#include <gtest/gtest.h>

#include "tests/capture/reading.hpp"

namespace li::capture {
namespace {

using test::operator+;

TEST(Recognize, Cases) {
  for (const auto& one : test::read_cases("capture/form.vec"))
    EXPECT_EQ(recognize(test::octets_of(one.parts.at(0))).value_or("not known"), one.parts.at(1)) << one.place;
}

TEST(Recognize, EveryRecordIsNone) {
  for (const std::string module : {"umts", "eps"}) {
    for (const auto& row : test::read_table(module + "/INDEX.tsv")) {
      const auto octets = test::read_octets(test::data_path(module + "/" + row.at(0) + ".ber"));
      EXPECT_FALSE(recognize(ByteView(octets).first(std::min(octets.size(), kStart)))) << module << "/" << row.at(0);
    }
  }
}

TEST(Recognize, AReaderGivesOneItemAndEnds) {
  for (const auto& one : test::read_cases("capture/form.vec")) {
    if (one.parts.at(1) == "not known") continue;
    const bool text = one.name.starts_with("hexadecimal");  // and nothing but that
    const auto items = test::items_of(test::octets_of(one.parts.at(0)) + (text ? Bytes() : test::record('A')));
    EXPECT_EQ(items, (test::Lines{"foreign @0: 0x0: " + one.parts.at(1)})) << one.place;
  }
}

TEST(NameOfDomain, KnowsTheNeighbours) {
  EXPECT_EQ(name_of_domain(test::octets_of("0400020201 12")), "HI2Operations (TS 101 671)");
  EXPECT_EQ(name_of_domain(test::octets_of("040002020402 01")), "Umts-HI3-PS (TS 33.108)");
  EXPECT_EQ(name_of_domain(test::octets_of("04000202040C 01")), "VoIP-HI3-IMS (TS 33.108)");
  EXPECT_EQ(name_of_domain(test::octets_of("040002020501 21")), "LI-PS-PDU (TS 102 232-1)");
  EXPECT_EQ(name_of_domain(test::octets_of("2A8648")), std::nullopt);
  EXPECT_EQ(name_of_domain({}), std::nullopt);
}

}  // namespace
}  // namespace li::capture
