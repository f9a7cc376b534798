// The file of warrants: what is read, and every refusal with its text (tests/data/df2/warrants.vec).
#include "df2/warrants.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/certificates.hpp"

namespace {

using namespace li;
using namespace li::df2;

const std::vector<std::string> kGood{
    "[[warrant]]",
    "liid = \"NL-0042\"",
    "xids = [\"3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b\"]",
    "targets = [\"sip:alice@ims.example\", \"tel:+31201234567\"]",
    "valid_from = \"2026-01-01T00:00:00Z\"",
    "valid_until = \"2027-01-01T00:00:00Z\"",
    "deliver_to = [\"lemf1\"]",
    "operator = \"31015\"",
    "country = \"NL\"",
};
const std::vector<std::string> kDestinations{"lemf1", "lemf2"};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

std::string key_of(const std::string& line) { return line.substr(0, line.find(' ')); }

struct Case {
  std::string name;
  std::vector<std::string> lines = kGood, problems;

  void set(const std::string& line) {
    for (auto& one : lines) {
      if (key_of(one) == key_of(line)) {
        one = line;
        return;
      }
    }
    lines.push_back(line);
  }
  void without(const std::string& keys) {
    std::istringstream words(keys);
    for (std::string key; words >> key;) std::erase_if(lines, [&](const auto& line) { return key_of(line) == key; });
  }
};

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  std::ifstream file(HI2KIT_SOURCE_DIR "/tests/data/df2/warrants.vec");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    const auto word = line.substr(0, colon), rest = line.substr(colon + 2);
    if (word == "case") cases.push_back({rest, kGood, {}});
    if (word == "set") cases.back().set(rest);
    if (word == "without") cases.back().without(rest);
    if (word == "add") cases.back().lines.push_back(rest);
    if (word == "problem") cases.back().problems.push_back("w.toml:" + rest);
  }
  return cases;
}

TEST(Warrants, EveryRefusalSaysWhereAndWhy) {
  const auto cases = read_cases();
  ASSERT_GT(cases.size(), 40U);
  for (const auto& one : cases) {
    const auto read = Warrants::parse(joined(one.lines), "w.toml", kDestinations);
    ASSERT_FALSE(read) << one.name;
    auto found = read.error(), expected = one.problems;
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(joined(found), joined(expected)) << one.name;
  }
}

TEST(Warrants, DefaultsAreThoseThatMostWarrantsNeed) {
  const auto read = Warrants::parse(joined(kGood), "w.toml", kDestinations);
  ASSERT_TRUE(read) << read.error().front();
  ASSERT_EQ(read->all().size(), 1U);
  const auto& warrant = *read->all().front();
  EXPECT_EQ(warrant.kms_identity, "sip:alice@ims.example");
  EXPECT_EQ(warrant.module, hi2::Module::eps);
  EXPECT_EQ(warrant.scope, Scope::iri_and_content);
  EXPECT_FALSE(warrant.network_decrypts);
  EXPECT_TRUE(warrant.keys_available);
  EXPECT_TRUE(warrant.gateway_plain);
  EXPECT_FALSE(warrant.keep_retransmissions);
  EXPECT_EQ(warrant.network_element, "");
  const TimePoint from = *parse_internet_time("2026-01-01T00:00:00Z"), until = *parse_internet_time("2027-01-01T00:00:00Z");
  EXPECT_FALSE(warrant.valid_at(from - std::chrono::milliseconds(1)));
  EXPECT_TRUE(warrant.valid_at(from));
  EXPECT_TRUE(warrant.valid_at(until - std::chrono::milliseconds(1)));
  EXPECT_FALSE(warrant.valid_at(until));
  EXPECT_EQ(read->valid(from), 1U);
  EXPECT_EQ(read->valid(until), 0U);
}

TEST(Warrants, SeveralMayShareAnXid) {
  Case two;
  two.lines.insert(two.lines.end(), kGood.begin(), kGood.end());
  two.lines[10] = "liid = \"NL-0043\"";
  two.lines.push_back("scope = \"iri\"");
  const auto read = Warrants::parse(joined(two.lines), "w.toml");
  ASSERT_TRUE(read) << read.error().front();
  EXPECT_EQ(read->with(*x2::to_xid("3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b")).size(), 2U);
  EXPECT_TRUE(read->with(x2::Xid{}).empty());
  EXPECT_EQ(read->with("NL-0043")->scope, Scope::iri_only);
  EXPECT_EQ(read->with("NL-0044"), nullptr);
}

TEST(Warrants, WhatNoKeyIsAskedForNeedsNoIdentity) {
  for (const auto* more : {"scope = \"iri\"", "keys_available = false", "kms_identity = \"tel:+31(20)123.45-67\""}) {
    Case imei;
    imei.set("targets = [\"urn:gsma:imei:35686800-004141-0\"]");
    imei.lines.emplace_back(more);
    EXPECT_TRUE(Warrants::parse(joined(imei.lines), "w.toml")) << more;
  }
}

TEST(Warrants, TheSampleIsGoodAndHasEveryKey) {
  std::ifstream file(HI2KIT_SOURCE_DIR "/samples/df2/warrants.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto read = Warrants::parse(text, "warrants.toml");
  ASSERT_TRUE(read) << read.error().front();
  EXPECT_GE(read->all().size(), 3U);
  std::istringstream lines(describe_warrants());
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with("# ") || line.starts_with("[")) continue;
    const auto key = line.substr(line.starts_with("#") ? 1 : 0, line.find(' ') - (line.starts_with("#") ? 1 : 0));
    EXPECT_NE(text.find("\n" + key + " = "), std::string::npos) << key;
  }
}

TEST(Warrants, AFileThatOthersCanReadIsRefused) {
  const li::test::TemporaryFolder folder;
  const auto path = folder.path() / "warrants.toml";
  std::ofstream(path) << joined(kGood);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto read = load_warrants(path.string(), kDestinations);
  ASSERT_TRUE(read) << read.error().front();
  EXPECT_EQ(read->sha256.size(), 64U);
  std::filesystem::permissions(path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  const auto open = load_warrants(path.string());
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().front(), path.string() + ": is open to others (mode 0640); mend it with: chmod go-rwx " + path.string());
  EXPECT_FALSE(load_warrants((folder.path() / "nothing").string()));
}

}  // namespace
