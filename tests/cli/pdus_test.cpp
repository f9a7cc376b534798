// PS-PDUs, HI3 PDUs and X2 PDUs through the program: found by looking at them, shown, and encoded to the same octets.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run.hpp"
#include "tests/data/data.hpp"

namespace li::test {
namespace {

using nlohmann::json;

std::string file_of(const std::string& folder, const std::string& name) { return folder + "/" + name + (folder == "x2" ? ".bin" : ".ber"); }

class Folders : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, Folders, testing::Values("ps", "hi3", "x2"), [](const auto& one) { return one.param; });

// All but those in other forms than DER, by way of JSON lines.
TEST_P(Folders, ComeBackThroughJson) {
  std::vector<std::string> arguments{"decode", "-o", "jsonl", "--show-keys"};
  std::string octets;
  for (const auto& row : read_table(GetParam() + "/INDEX.tsv")) {
    if (row.at(1) == "ber" || row.at(0) == "stream_hash_nonmin") continue;
    arguments.push_back(file_of(GetParam(), row.at(0)));
    octets += read_text(data_path(arguments.back()));
  }
  const auto shown = hi2(arguments);
  ASSERT_EQ(shown.code, 0) << shown.errors;
  const auto back = hi2({"encode"}, shown.output);
  EXPECT_EQ(back.code, 0) << back.errors;
  EXPECT_TRUE(back.output == octets);
  arguments[2] = "ber";
  arguments[3] = "--strict";
  EXPECT_TRUE(hi2(arguments).output == octets);
}

TEST_P(Folders, AreListedAndShownInEveryForm) {
  std::vector<std::string> files;
  std::size_t pdus = 0;
  for (const auto& row : read_table(GetParam() + "/INDEX.tsv")) {
    if (row.at(0) == "stream_hash_wrong") continue;
    files.push_back(file_of(GetParam(), row.at(0)));
    pdus += std::stoul(row.at(2));
  }
  auto arguments = files;
  arguments.insert(arguments.begin(), {"ls"});
  const auto list = hi2(arguments);
  EXPECT_EQ(list.code, 0) << list.errors;
  EXPECT_TRUE(list.output.ends_with("\n" + std::to_string(pdus) + " PDUs\n")) << list.output.substr(list.output.size() - 40);
  for (const std::string form : {"text", "hex", "json"}) {
    arguments = files;
    arguments.insert(arguments.begin(), {"decode", "-o", form});
    const auto shown = hi2(arguments);
    EXPECT_EQ(shown.code, 0) << shown.errors;
    EXPECT_FALSE(shown.output.empty());
  }
}

TEST_P(Folders, MalformedOnesEndWithOne) {
  for (const auto& row : read_table(GetParam() + "/malformed/MANIFEST.tsv")) {
    const auto file = GetParam() + "/malformed/" + row.at(0);
    const auto shown = hi2({"decode", "--from", GetParam(), "-o", "jsonl", file});
    const auto list = hi2({"ls", "--from", GetParam(), file});
    EXPECT_LT(shown.code, 2) << file;
    if (row.at(2) != "reject") continue;
    EXPECT_EQ(shown.code, 1) << file << ": " << row.at(5);
    EXPECT_EQ(list.code, 1) << file << ": " << row.at(5);
    EXPECT_TRUE(shown.errors.starts_with(file + ":")) << shown.errors;
  }
}

// No key of any vector is in any form, unless it is asked for.
TEST(PduKeys, AreHiddenInEveryForm) {
  const std::string key = "41C825FE53C782AD02532F13DD4FAFC5";  // cCDecKey of keys_2_mixed
  const std::string spaced = "41 c8 25 fe 53 c7";
  for (const std::string file : {"ps/eps_par_keys_2_mixed.ber", "ps/enc_none.ber", "x2/eps_keys.bin"}) {
    for (const std::string form : {"text", "json", "jsonl", "hex"}) {
      const auto hidden = hi2({"decode", "-o", form, file});
      EXPECT_EQ(hidden.output.find(key), std::string::npos) << file << " " << form;
      EXPECT_EQ(hidden.output.find(spaced), std::string::npos) << file << " " << form;
      const auto shown = hi2({"decode", "-o", form, "--show-keys", file});
      EXPECT_NE(shown.output.size(), 0U);
      EXPECT_NE(hidden.output, shown.output) << file << " " << form;
    }
    const auto back = hi2({"encode"}, hi2({"decode", "-o", "jsonl", file}).output);
    EXPECT_EQ(back.code, 1);
    EXPECT_TRUE(back.output.empty());
    EXPECT_NE(back.errors.find("masked"), std::string::npos) << back.errors;
  }
}

// Every octet once, in order.
TEST(X2Hex, ShowsEveryOctet) {
  const auto shown = hi2({"decode", "-o", "hex", "--show-keys", "x2/stream_call.bin"});
  std::istringstream rows(shown.output);
  std::string digits;
  for (std::string row; std::getline(rows, row);) {
    if (row.empty() || row[0] == '#') continue;
    ASSERT_EQ(std::stoul(row.substr(0, 8), nullptr, 16), digits.size() / 2) << row;
    for (std::size_t at = 10; at < 58 && at + 1 < row.size() && row[at] != ' '; at += 3) digits += row.substr(at, 2);
  }
  const auto octets = read_octets(data_path("x2/stream_call.bin"));
  EXPECT_EQ(to_hex(from_hex(digits).value()), to_hex(octets));
}

TEST(Ls, SaysWhatBecameOfDigests) {
  const auto good = hi2({"ls", "--json", "ps/stream_hash_sha256.ber"});
  EXPECT_EQ(good.code, 0);
  std::istringstream lines(good.output);
  std::string line;
  std::string last;
  while (std::getline(lines, line)) last = line;
  EXPECT_EQ(json::parse(last)["event"], "match");
  EXPECT_EQ(json::parse(last)["type"], "integrityCheck");
  const auto wrong = hi2({"ls", "ps/stream_hash_wrong.ber"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_TRUE(wrong.output.ends_with("5 PDUs\n1 digest does not match\n")) << wrong.output;
}

TEST(Mixed, RecordsAndPdusInOneCall) {
  const auto list = hi2({"ls", "umts/keys_2_mixed.ber", "ps/tri_keepalive.ber", "x2/keepalive_0.bin"});
  EXPECT_EQ(list.code, 0) << list.errors;
  EXPECT_TRUE(list.output.ends_with("1 record\n2 PDUs\n")) << list.output;
  const auto lines = hi2({"decode", "-o", "jsonl", "--show-keys", "umts/keys_2_mixed.ber", "ps/tri_keepalive.ber", "hi3/ptc.ber"});
  EXPECT_TRUE(hi2({"encode"}, lines.output).output == read_text(data_path("umts/keys_2_mixed.ber")) +
                                                          read_text(data_path("ps/tri_keepalive.ber")) +
                                                          read_text(data_path("hi3/ptc.ber")));
}

TEST(Encode, TakesX2MembersInAnyOrder) {
  const auto sorted = json::parse(hi2({"decode", "-o", "jsonl", "x2/keepalive_1.bin"}).output).dump();
  ASSERT_TRUE(sorted.starts_with("{\"attributes\""));
  EXPECT_EQ(hi2({"encode"}, sorted).output, read_text(data_path("x2/keepalive_1.bin")));
}

TEST(From, DecidesAndContradicts) {
  const auto as_records = hi2({"decode", "--from", "ber", "ps/tri_keepalive.ber"});
  EXPECT_EQ(as_records.code, 1);
  EXPECT_NE(as_records.errors.find("hi2 --from ps reads it"), std::string::npos) << as_records.errors;
  const auto xer = hi2({"decode", "-o", "xer", "x2/keepalive_0.bin"});
  EXPECT_EQ(xer.code, 2);
  const auto text = hi2({"decode", "-o", "jsonl", "ps/tri_keepalive.ber"}).output;
  EXPECT_EQ(hi2({"encode", "--from", "ps"}, text).code, 0);
  EXPECT_EQ(hi2({"encode", "--from", "hi3"}, text).code, 2);
}

}  // namespace
}  // namespace li::test
