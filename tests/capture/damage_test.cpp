// Damage in the middle of a file: it is told in its place, and what is whole behind it is found.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/capture/reading.hpp"

namespace li::capture {
namespace {

using hi2::Module;
using test::items_of;
using test::Lines;
using test::octets_of;
using test::places_of;
using test::record;
using test::operator+;

TEST(Damage, GarbageBetweenRecords) {
  for (const std::string garbage : {"DEADBEEF", "41", "0541", "9F80", "30", "A4", "7F7F7F7F7F7F7F7F7F7F", "04820FFF"}) {
    const auto octets = record('A') + octets_of(garbage) + record('B') + record('C');
    const auto items = places_of(octets);
    ASSERT_GE(items.size(), 4U) << garbage;
    EXPECT_EQ(items.front(), "record A @0 umts") << garbage;
    EXPECT_EQ(items[1], "damage @32") << garbage;
    const auto place = std::to_string(32 + octets_of(garbage).size());
    EXPECT_EQ(items[items.size() - 2], "record B @" + place + " umts") << garbage;
    EXPECT_EQ(items.back().substr(0, 8), "record C") << garbage;
  }
}

TEST(Damage, HeaderOfAnAggregateThatIsNone) {
  const auto items = places_of(record('A') + octets_of("30821234") + record('B') + record('C'));
  EXPECT_EQ(items, (Lines{"record A @0 umts", "begin @32", "record B @36 umts inside", "record C @68 umts inside", "damage @100"}));
}

TEST(Damage, AWholeValueOfAnotherKind) {
  EXPECT_EQ(places_of(record('A') + octets_of("0403414243") + record('B')), (Lines{"record A @0 umts", "damage @32", "record B @37 umts"}));
  EXPECT_EQ(places_of(record('A') + octets_of("BF630420020500") + record('B')),
            (Lines{"record A @0 umts", "damage @32", "record B @39 umts"}));
}

TEST(Damage, LengthThatSwallowsTheNextRecord) {
  auto bad = record('B');
  bad[1] = static_cast<std::uint8_t>(bad[1] + 40);
  EXPECT_EQ(places_of(record('A') + bad + record('C') + record('D')),
            (Lines{"record A @0 umts", "bad @32", "record C @64 umts", "record D @96 umts"}));
}

TEST(Damage, LengthThatSwallowsTheRestOfTheFile) {
  auto bad = octets_of("A48400FFFFFF") + octets_of("8008 0400 0202 0401 1001 8101 42 A30F 810D 3236313132303039333031355A");
  EXPECT_EQ(places_of(record('A') + bad + record('C')), (Lines{"record A @0 umts", "damage @32", "record C @68 umts"}));
}

// The same where what was swallowed is no longer wanted for reading on: behind it there is plenty.
TEST(Damage, LengthThatSwallowsTheNextRecordInALargeFile) {
  Bytes octets = record('A');
  octets[1] = static_cast<std::uint8_t>(octets[1] + 40);
  for (int i = 0; i < 5000; ++i) octets = std::move(octets) + record('B');
  const auto items = places_of(octets);
  EXPECT_EQ(items.size(), 5001U);
  EXPECT_EQ(items[1], "record B @32 umts");
}

// Near each place where the buffer is filled anew.
TEST(Damage, LengthThatSwallowsTheNextRecordAtEachPlace) {
  for (std::size_t filler = 65'400; filler < 65'600; ++filler) {
    auto bad = record('B');
    bad[1] = static_cast<std::uint8_t>(bad[1] + 40);
    const auto items = places_of(record('A') + Bytes(filler) + bad + record('C') + record('D'));
    ASSERT_EQ(items.size(), 4U) << filler;
    EXPECT_EQ(items[2], "record C @" + std::to_string(filler + 64) + " umts");
  }
}

TEST(Damage, LengthThatIsTooShort) {
  auto bad = record('B');
  bad[1] = static_cast<std::uint8_t>(bad[1] - 5);
  const auto items = places_of(record('A') + bad + record('C'));
  EXPECT_EQ(items.front(), "record A @0 umts");
  EXPECT_EQ(items.back(), "record C @64 umts");
  EXPECT_EQ(items[1], "bad @32");
}

TEST(Damage, InnerLengthOnly) {
  auto bad = record('B');
  bad[13] = 0x40;  // the LIID runs past the record
  EXPECT_EQ(places_of(record('A') + bad + record('C')), (Lines{"record A @0 umts", "bad @32", "record C @64 umts"}));
}

TEST(Damage, IndefiniteWithoutItsEnd) {
  auto open = record('B');
  open[1] = 0x80;
  EXPECT_EQ(places_of(record('A') + open + record('C')).front(), "record A @0 umts");
  EXPECT_EQ(places_of(record('A') + open + record('C')).back(), "record C @64 umts");
}

TEST(Damage, CutAtTheEnd) {
  const auto whole = record('A') + record('B');
  for (std::size_t size = 33; size < whole.size(); ++size) {
    const auto items = places_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(items.size(), 2U) << size;
    EXPECT_EQ(items.front(), "record A @0 umts") << size;
    EXPECT_TRUE(items.back().starts_with("damage @")) << size << items.back();
  }
}

TEST(Damage, CutInsideAnAggregate) {
  for (const std::string head : {"3060", "3080"}) {
    const auto whole = octets_of(head) + record('A') + record('B') + record('C') + octets_of("0000");
    for (const std::size_t size : {34U, 40U, 65U, 66U}) {
      const auto items = places_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
      EXPECT_EQ(items[0], "begin @0") << head << size;
      EXPECT_EQ(items[1], "record A @2 umts inside") << head << size;
      EXPECT_TRUE(items.back().starts_with("damage @")) << head << size << items.back();
    }
  }
}

TEST(Damage, InsideAnAggregate) {
  for (const std::string garbage : {"0403414243", "A7020500", "DEADBEEF"}) {
    const auto inside = record('A') + octets_of(garbage) + record('B');
    const auto items = places_of(Bytes{0x30, static_cast<std::uint8_t>(inside.size())} + inside + record('C'));
    ASSERT_GE(items.size(), 6U) << garbage;
    EXPECT_EQ(items[1], "record A @2 umts inside") << garbage;
    EXPECT_EQ(items[2], "damage @34") << garbage;
    EXPECT_TRUE(items[items.size() - 3].starts_with("record B")) << garbage;
    EXPECT_TRUE(items[items.size() - 2].starts_with("end @")) << garbage;
    EXPECT_TRUE(items.back().starts_with("record C")) << garbage;
  }
}

TEST(Damage, RecordPastTheEndOfItsAggregate) {
  const auto octets = octets_of("3030") + record('A') + record('B') + record('C');  // ends inside B
  const auto items = places_of(octets);
  EXPECT_EQ(items[0], "begin @0");
  EXPECT_EQ(items[1], "record A @2 umts inside");
  EXPECT_EQ(items[2], "damage @34");
  EXPECT_EQ(items.back(), "record C @66 umts");
}

TEST(Damage, TooLargeARecord) {
  ReaderOptions options;
  options.limits.max_octets = 31;
  EXPECT_EQ(items_of(record('A'), options), (Lines{"record A @0 umts"}));
  const auto long_one = octets_of("A420 8008 0400 0202 0401 1001 8103 414243 A30F 810D 3236313132303039333031355A");
  EXPECT_EQ(places_of(long_one + record('B'), options), (Lines{"damage @0", "record B @34 umts"}));
}

TEST(Damage, EveryOctetChangedOnceStillEnds) {
  const auto whole = record('A') + record('B', Module::eps) + octets_of("3080") + record('C') + octets_of("0000") + record('D');
  constexpr std::size_t kAggregateLength = 65;  // a wrong one may end inside D
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int value : {0x00, 0x30, 0x7F, 0x80, 0xA4, 0xFF}) {
      auto octets = whole;
      octets[at] = static_cast<std::uint8_t>(value);
      const auto items = items_of(octets);
      ASSERT_FALSE(items.empty()) << at;
      const bool found = std::ranges::any_of(items, [](const auto& item) { return item.starts_with("record D @100 umts"); });
      EXPECT_TRUE(found || at == kAggregateLength || at >= 100) << at << " " << value;
    }
  }
}

// Whatever stands in malformed/ is told with its place, and nothing hangs.
TEST(Malformed, RejectedOnesHaveDamage) {
  for (const auto& row : test::read_table("malformed/MANIFEST.tsv")) {
    const auto octets = test::read_octets(test::data_path("malformed/" + row.at(0)));
    const auto module = row.at(1) == "UmtsIRIsContent" ? Module::umts : Module::eps;
    for (const auto& options : {ReaderOptions{}, test::with_module(module)}) {
      const auto items = items_of(octets, options);
      if (row.at(2) != "reject") continue;
      const bool told = std::ranges::any_of(
          items, [](const auto& item) { return !item.starts_with("record") && item.find(": 0x") != std::string::npos; });
      EXPECT_TRUE(told) << row.at(0);
    }
  }
}

TEST(Malformed, TheRecordThatHangsOthersIsRefusedInItsPlace) {
  const auto items = items_of(test::read_octets(test::data_path("hang-48-octets.ber")));
  ASSERT_FALSE(items.empty());
  EXPECT_NE(items[0].find("0x28: "), std::string::npos) << items[0];
}

}  // namespace
}  // namespace li::capture
