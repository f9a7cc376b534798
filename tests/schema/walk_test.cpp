#include "schema/walk.hpp"

#include <gtest/gtest.h>

#include "tests/data/data.hpp"

namespace li::schema {
namespace {

// "CCKeyInfo", or "EpsHI2Operations/IRI-Parameters" where two modules have the name.
const Type& type_of(const std::string& name) {
  const auto parts = test::split(name, "/");
  return parts.size() == 1 ? get(parts[0]) : get(parts[1], parts[0]);
}

std::string outcome(const Type& type, ByteView octets, const WalkOptions& options = {}) {
  const auto findings = check(type, octets, options);
  if (!findings) return findings.error().message();
  std::string text;
  for (const auto& finding : *findings) text += (text.empty() ? "" : "; ") + finding.message();
  return text.empty() ? "good" : text;
}

class WalkCases : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, WalkCases, testing::Values("walk", "content", "findings"), [](const auto& one) { return one.param; });

// type | octets | message or findings
TEST_P(WalkCases, SayWhatIsWrong) {
  for (const auto& one : test::read_cases("schema/" + GetParam() + ".vec")) {
    EXPECT_EQ(outcome(type_of(one.parts.at(0)), test::octets_of(one.parts.at(1))), one.parts.at(2)) << one.place;
  }
}

// The files of malformed/ as far as their messages are pinned: file | message
TEST(Walk, NamesThePlaceInDamagedRecords) {
  for (const auto& one : test::read_cases("schema/malformed.vec")) {
    const auto& type = get(one.name.starts_with("umts") ? "UmtsIRIsContent" : "EpsIRIsContent");
    EXPECT_EQ(outcome(type, test::read_octets(test::data_path("malformed/" + one.name + ".ber"))), one.parts.at(0)) << one.place;
  }
}

TEST(Walk, RefusesWhatTheManifestRejects) {
  for (const auto& row : test::read_table("malformed/MANIFEST.tsv")) {
    const auto octets = test::read_octets(test::data_path("malformed/" + row.at(0)));
    const auto result = check(get(row.at(1)), octets);
    if (row.at(2) != "reject") continue;
    ASSERT_FALSE(result) << row.at(0);
    EXPECT_TRUE(result.error().offset.has_value()) << row.at(0);
    EXPECT_LE(result.error().offset.value_or(0), octets.size()) << row.at(0);
    EXPECT_FALSE(result.error().text.empty()) << row.at(0);
  }
}

TEST(Walk, ComesBackFromTheRecordThatHangsOthers) {
  const auto result = check(get("UmtsIRIsContent"), test::read_octets(test::data_path("hang-48-octets.ber")));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().offset, 0x28U);
  EXPECT_EQ(result.error().path, "iRI-Begin-record.timeStamp");
}

TEST(Walk, BaseIsAddedToEveryOffset) {
  WalkOptions options;
  options.base = 0x1000;
  EXPECT_EQ(outcome(get("CCKeyInfo"), test::octets_of("3003 810141"), options).substr(0, 8), "0x1005: ");
  EXPECT_EQ(outcome(get("TimeStamp"), test::octets_of("8103 414243"), options).substr(0, 8), "0x1000: ");
}

// --- limits ---

// A record with unknown TLVs nested so deep behind its last member.
Bytes nested_record(std::size_t levels) {
  auto octets = test::octets_of("A480 8008 0400 0202 0401 1001 8101 41 A30F 810D 3236313132303039333031355A");
  for (std::size_t i = 0; i < levels; ++i) octets.insert(octets.end(), {0xBF, 0x82, 0x2C, 0x80});
  octets.insert(octets.end(), 2 * levels + 2, 0);
  return octets;
}

ErrorKind kind_of(const Result<std::vector<Finding>>& result) { return result ? ErrorKind::unknown : result.error().kind; }

TEST(WalkLimits, DepthCountsUnknownTlvsToo) {
  const auto& type = get("UmtsIRIContent");
  EXPECT_TRUE(check(type, nested_record(63)));
  EXPECT_EQ(kind_of(check(type, nested_record(64))), ErrorKind::limit);
  EXPECT_EQ(kind_of(check(type, nested_record(100'000))), ErrorKind::limit);
  WalkOptions shallow;
  shallow.limits.max_depth = 3;
  EXPECT_TRUE(check(type, nested_record(2), shallow));
  EXPECT_EQ(kind_of(check(type, nested_record(3), shallow)), ErrorKind::limit);
}

TEST(WalkLimits, DepthOfSegments) {
  const auto& type = get("CCKeyInfo");
  const auto with_segments = [](std::size_t levels) {
    auto octets = test::octets_of("3080 A180");
    for (std::size_t i = 0; i < levels; ++i) octets.insert(octets.end(), {0x24, 0x80});
    octets.insert(octets.end(), 2 * levels + 2, 0);
    for (const auto octet : test::octets_of("820141 0000")) octets.push_back(octet);
    return octets;
  };
  EXPECT_TRUE(check(type, with_segments(10)));
  EXPECT_EQ(kind_of(check(type, with_segments(64))), ErrorKind::limit);
  EXPECT_EQ(kind_of(check(type, with_segments(10'000))), ErrorKind::limit);
}

TEST(WalkLimits, Nodes) {
  WalkOptions few;
  few.limits.max_nodes = 5;
  const auto record = test::read_octets(test::data_path("umts/minimal_report.ber"));  // record, three members, the time
  EXPECT_TRUE(check(get("UmtsIRIContent"), record, few));
  few.limits.max_nodes = 4;
  const auto result = check(get("UmtsIRIContent"), record, few);
  EXPECT_EQ(kind_of(result), ErrorKind::limit);
  EXPECT_EQ(result.error().offset, 32U);
}

TEST(WalkLimits, NodesCountSegments) {
  auto octets = test::octets_of("3080 A180 (040141)*200 0000 820141 0000");
  WalkOptions few;
  few.limits.max_nodes = 203;
  EXPECT_TRUE(check(get("CCKeyInfo"), octets, few));
  few.limits.max_nodes = 150;
  EXPECT_EQ(kind_of(check(get("CCKeyInfo"), octets, few)), ErrorKind::limit);
}

TEST(WalkLimits, DefaultNodesHoldForAListOfEmptyValues) {
  Bytes octets = test::octets_of("3080 (3000)*100001 0000");
  EXPECT_EQ(kind_of(check(get("UmtsIRISequence"), octets)), ErrorKind::unexpected);
  octets = test::octets_of("3080 810141 820141 (9F822C00)*100001 0000");
  EXPECT_NE(kind_of(check(get("CCKeyInfo"), octets)), ErrorKind::unknown);
}

TEST(WalkLimits, Octets) {
  WalkOptions small;
  small.limits.max_octets = 46;
  const auto record = test::read_octets(test::data_path("umts/minimal_report.ber"));
  EXPECT_EQ(kind_of(check(get("UmtsIRIsContent"), record, small)), ErrorKind::limit);
  small.limits.max_octets = 47;
  EXPECT_TRUE(check(get("UmtsIRIsContent"), record, small));
}

TEST(Check, KeepsAsManyFindingsAsAsked) {
  const auto octets = test::octets_of("3009 0A0105 0201FF 020101");
  const auto& type = get("GeographicalCoordinates");
  EXPECT_EQ(check(type, octets)->size(), 2U);
  EXPECT_EQ(check(type, octets, {}, 1)->size(), 1U);
}

TEST(Finding, IsAnErrorWithItsPlace) {
  const auto findings = check(get("LocationErrorCode"), test::octets_of("020100")).value();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_EQ(to_string(findings[0].severity), "error");
  EXPECT_EQ(findings[0].offset, 0U);
}

}  // namespace
}  // namespace li::schema
