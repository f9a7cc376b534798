// What stands in a file when all is well.
#include <gtest/gtest.h>

#include "ber/writer.hpp"
#include "tests/capture/reading.hpp"

namespace li::capture {
namespace {

using hi2::Module;
using test::items_of;
using test::Lines;
using test::octets_of;
using test::record;
using test::with_module;
using test::operator+;

TEST(RecordReader, RecordsOneBehindTheOther) {
  EXPECT_EQ(items_of(record('A') + record('B', Module::eps) + record('C')),
            (Lines{"record A @0 umts", "record B @32 eps", "record C @64 umts"}));
}

TEST(RecordReader, FillerIsSteppedOver) {
  const auto octets = octets_of("(00)*3 FF") + record('A') + octets_of("(00FF)*5000") + record('B') + octets_of("FF00");
  EXPECT_EQ(items_of(octets), (Lines{"record A @4 umts", "record B @10036 umts"}));
}

TEST(RecordReader, ItemsHoldTheirOctets) {
  const auto octets = octets_of("0000") + record('A');
  std::istringstream in{std::string(as_text(octets))};
  RecordReader reader(in);
  const auto item = reader.next();
  ASSERT_TRUE(item);
  EXPECT_TRUE(equal(item->octets, record('A')));
  EXPECT_FALSE(item->in_aggregate);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
}

TEST(RecordReader, IndefiniteRecords) {
  auto one = record('A');
  one[1] = 0x80;
  EXPECT_EQ(items_of(one + octets_of("0000") + record('B')), (Lines{"record A @0 umts", "record B @34 umts"}));
}

// --- aggregates ---

Bytes definite(const Bytes& inside) {
  ber::Writer out;
  const auto mark = out.open({16});
  out.raw(inside);
  out.close(mark);
  const auto octets = out.take();
  return {octets.begin(), octets.end()};
}
Bytes indefinite(const Bytes& inside) { return octets_of("3080") + inside + octets_of("0000"); }

TEST(Aggregates, OfDefiniteLength) {
  EXPECT_EQ(items_of(definite(record('A') + record('B')) + record('C')),
            (Lines{"begin @0", "record A @2 umts inside", "record B @34 umts inside", "end @66", "record C @66 umts"}));
}

TEST(Aggregates, OfIndefiniteLength) {
  EXPECT_EQ(items_of(indefinite(record('A', Module::eps) + record('B', Module::eps)) + record('C')),
            (Lines{"begin @0", "record A @2 eps inside", "record B @34 eps inside", "end @66", "record C @68 umts"}));
}

TEST(Aggregates, HeaderAndEndAreItems) {
  const auto octets = indefinite(record('A'));
  std::istringstream in{std::string(as_text(octets))};
  RecordReader reader(in);
  EXPECT_EQ(to_hex(reader.next()->octets), "3080");
  EXPECT_EQ(reader.next()->octets.size(), test::kRecord);
  EXPECT_EQ(to_hex(reader.next()->octets), "0000");
}

TEST(Aggregates, EmptyOnesNeedAModule) {
  for (const std::string empty : {"3000", "30800000"}) {
    const auto octets = octets_of(empty);
    const auto size = std::to_string(octets.size());
    EXPECT_EQ(test::places_of(octets + record('A')), (Lines{"damage @0", "record A @" + size + " umts"})) << empty;
    EXPECT_NE(items_of(octets).at(0).find("--module"), std::string::npos) << items_of(octets).at(0);
    const auto read = items_of(octets + record('A'), with_module(Module::eps));
    ASSERT_EQ(read.size(), 3U) << empty;
    EXPECT_EQ(read[0], "begin @0");
    EXPECT_EQ(read[2], "record A @" + size + " umts");
  }
}

TEST(Aggregates, ModuleOfTheFirstRecordHolds) {
  const auto octets = definite(record('A') + record('B', Module::eps) + record('C'));
  EXPECT_EQ(test::places_of(octets), (Lines{"begin @0", "record A @2 umts inside", "damage @34", "record C @66 umts inside", "end @98"}));
  EXPECT_NE(items_of(octets)[2].find("a record of EpsHI2Operations in an aggregate of UmtsHI2Operations"), std::string::npos)
      << items_of(octets)[2];
}

TEST(Aggregates, HoldRecordsWhoseOidNamesNoModule) {
  auto other = record('B');
  other[5] = 0x09;  // 0.4.0.9...
  EXPECT_EQ(items_of(definite(record('A') + other)), (Lines{"begin @0", "record A @2 umts inside", "record B @34 umts inside", "end @66"}));
}

TEST(Aggregates, MayBeLargerThanAnyLimit) {
  Bytes inside;
  for (int i = 0; i < 100; ++i) inside = inside + record('A');
  ReaderOptions options;
  options.limits.max_octets = 100;
  const auto items = items_of(definite(inside), options);
  EXPECT_EQ(items.size(), 102U);
  EXPECT_EQ(items.back(), "end @3204");
  EXPECT_EQ(items_of(indefinite(inside), options).size(), 102U);
}

// --- which module ---

Bytes with_oid(const std::string& oid) {
  const auto content = octets_of(oid);
  auto inside =
      Bytes{0x80, static_cast<std::uint8_t>(content.size())} + content + octets_of("8101 41 A30F 810D 3236313132303039333031355A");
  return Bytes{0xA4, static_cast<std::uint8_t>(inside.size())} + inside;
}

TEST(Modules, OidOfNeitherNeedsAFallback) {
  for (const std::string oid : {"0400020201 12", "0400020204 02 01", "2A8648", "04"}) {
    const auto octets = with_oid(oid);
    const auto items = items_of(octets + record('B'));
    ASSERT_EQ(items.size(), 2U) << oid;
    EXPECT_TRUE(items[0].starts_with("damage @0")) << items[0];
    EXPECT_NE(items[0].find("--module"), std::string::npos) << items[0];
    EXPECT_TRUE(items_of(octets, with_module(Module::umts))[0].starts_with("record A @0 umts")) << oid;
    EXPECT_TRUE(items_of(octets, with_module(Module::eps))[0].starts_with("record A @0 eps")) << oid;
  }
}

TEST(Modules, NeighboursAreNamed) {
  EXPECT_NE(items_of(with_oid("0400020201 12"))[0].find("HI2Operations (TS 101 671)"), std::string::npos);
}

TEST(Modules, FallbackDoesNotOverruleTheOid) { EXPECT_EQ(items_of(record('A'), with_module(Module::eps)), (Lines{"record A @0 umts"})); }

TEST(Modules, UnknownReleasesAreNotedOnce) {
  const auto odd = with_oid("0400020204 01 6363");
  const auto other = with_oid("0400020204 08 6363");
  const auto items = items_of(odd + odd + other + odd + record('A'));
  ASSERT_EQ(items.size(), 5U);
  EXPECT_NE(items[0].find("note: domain identifier 0.4.0.2.2.4.1.99.99"), std::string::npos) << items[0];
  EXPECT_EQ(items[1].find("note"), std::string::npos);
  EXPECT_NE(items[2].find("note: domain identifier 0.4.0.2.2.4.8.99.99"), std::string::npos) << items[2];
  EXPECT_EQ(items[3].find("note"), std::string::npos);
  EXPECT_EQ(items[4].find("note"), std::string::npos);
}

// --- nothing there ---

TEST(RecordReader, EmptyInputHoldsNoRecord) {
  EXPECT_EQ(test::places_of({}), (Lines{"damage @0"}));
  EXPECT_EQ(test::places_of(octets_of("00")), (Lines{"damage @0"}));
  EXPECT_EQ(test::places_of(octets_of("(FF)*100000")), (Lines{"damage @0"}));
  EXPECT_EQ(items_of({})[0], "damage @0: 0x0: empty input: no IRI record");
}

TEST(RecordReader, RandomVectorsComeOneByOne) {
  for (const auto module : {Module::umts, Module::eps}) {
    const std::string folder = module == Module::umts ? "umts" : "eps";
    std::istringstream places(test::read_text(test::data_path(folder + "/random.idx")));
    std::istringstream in(test::read_text(test::data_path(folder + "/random.ber")));
    RecordReader reader(in, with_module(module));
    std::size_t offset = 0;
    std::size_t size = 0;
    while (places >> offset >> size) {
      auto item = reader.next();
      ASSERT_TRUE(item) << folder << offset;
      if (item->what == Item::What::aggregate_begin) {  // the reader gives these in pieces
        EXPECT_EQ(item->offset, offset);
        do item = reader.next();
        while (item && item->what == Item::What::record);
        ASSERT_TRUE(item && item->what == Item::What::aggregate_end) << folder << offset;
        continue;
      }
      ASSERT_EQ(item->what, Item::What::record) << folder << offset;
      EXPECT_EQ(item->offset, offset) << folder;
      EXPECT_EQ(item->octets.size(), size) << folder << offset;
    }
    EXPECT_FALSE(reader.next());
  }
}

}  // namespace
}  // namespace li::capture
