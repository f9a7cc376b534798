// Whole sets of records through the program, and the host's settings, which must not matter.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "tests/cli/run.hpp"
#include "tests/data/data.hpp"

namespace li::test {
namespace {

using nlohmann::json;

class Modules : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, Modules, testing::Values("umts", "eps"), [](const auto& one) { return one.param; });

std::vector<std::string> files_of(const std::string& module, const std::string& kind) {
  std::vector<std::string> files;
  for (const auto& row : read_table(module + "/INDEX.tsv")) {
    if (row.at(1) == kind) files.push_back(module + "/" + row.at(0) + ".ber");
  }
  return files;
}

std::string octets_in(const std::vector<std::string>& files) {
  std::string octets;
  for (const auto& file : files) octets += read_text(data_path(file));
  return octets;
}

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST_P(Modules, DerComesBackThroughJsonAndXer) {
  auto files = files_of(GetParam(), "der");
  for (const std::string unknown : {"last", "after_255", "before_255", "middle", "pani"})
    files.push_back(GetParam() + "/unknown_ext_" + unknown + ".ber");
  for (const std::string form : {"jsonl", "json", "xer"}) {
    const auto shown = hi2(with({"decode", "-o", form, "--show-keys", "--module", GetParam()}, files));
    ASSERT_EQ(shown.code, 0) << shown.errors;
    const auto back = hi2({"encode"}, shown.output);
    EXPECT_EQ(back.code, 0) << back.errors;
    EXPECT_TRUE(back.output == octets_in(files)) << form;
  }
}

TEST_P(Modules, BerLeavesAsItCame) {
  for (const std::string kind : {"der", "ber"}) {
    auto files = files_of(GetParam(), kind);
    std::erase_if(files, [](const auto& file) { return file.find("seq_") != std::string::npos; });  // aggregates leave as single records
    const auto same = hi2(with({"decode", "-o", "ber", "--module", GetParam()}, files));
    EXPECT_EQ(same.code, 0) << same.errors;
    EXPECT_TRUE(same.output == octets_in(files)) << kind;
  }
  const auto aggregate = read_text(data_path(GetParam() + "/seq_3.ber"));
  EXPECT_TRUE(hi2({"decode", "-o", "ber", GetParam() + "/seq_3.ber"}).output == aggregate.substr(4));
}

TEST_P(Modules, JsonEncodesToTheVectors) {
  auto files = files_of(GetParam(), "der");
  auto texts = files;
  for (auto& text : texts) text.replace(text.size() - 4, 4, ".json");
  const auto octets = hi2(with({"encode"}, texts));
  EXPECT_EQ(octets.code, 0) << octets.errors;
  EXPECT_TRUE(octets.output == octets_in(files));
}

// Values of every named record, by way of lines of JSON.
TEST_P(Modules, DecodeToTheVectors) {
  for (const auto& row : read_table(GetParam() + "/INDEX.tsv")) {
    const bool stream = row.at(1) == "stream";
    const bool has_unknown = row.at(0).starts_with("unknown_ext") || row.at(0) == "national_hi2_ext";
    const auto shown = hi2({"decode", "-o", "jsonl", "--show-keys", "--module", GetParam(), GetParam() + "/" + row.at(0) + ".ber"});
    EXPECT_EQ(shown.code, 0) << row.at(0) << shown.errors;
    std::istringstream ours(shown.output);
    std::istringstream theirs(read_text(data_path(GetParam() + "/" + row.at(0) + (stream ? ".jsonl" : ".json"))));
    for (std::string a, b; std::getline(theirs, b) && !has_unknown;) {
      ASSERT_TRUE(std::getline(ours, a)) << row.at(0);
      EXPECT_EQ(json::parse(a), json::parse(b)) << row.at(0);
    }
  }
}

TEST_P(Modules, RandomRecordsWithAModuleGiven) {
  const auto file = GetParam() + "/random.ber";
  const auto shown = hi2({"decode", "-o", "jsonl", "--show-keys", "--module", GetParam(), file});
  EXPECT_EQ(shown.code, 0) << shown.errors;
  std::istringstream ours(shown.output);
  std::istringstream theirs(read_text(data_path(GetParam() + "/random.jsonl")));
  std::size_t count = 0;
  for (std::string a, b; std::getline(theirs, b); ++count) {
    ASSERT_TRUE(std::getline(ours, a)) << count;
    EXPECT_EQ(json::parse(a), json::parse(b)) << count;
  }
  EXPECT_EQ(count, 300U);
  EXPECT_EQ(hi2({"decode", "-o", "jsonl", file}).code, 1);  // without it some have no module
}

TEST_P(Modules, NoSecretLeavesUnasked) {
  const auto files = files_of(GetParam(), "der");
  std::vector<std::string> secrets{"c2VjcmV0LWtleS0wMTIz", "c2FsdA=="};
  for (const auto& file : files) {
    auto text = read_text(data_path(file.substr(0, file.size() - 4) + ".json"));
    for (const std::string member : {"\"cCDecKey\":\"", "\"cCSalt\":\""}) {
      for (auto at = text.find(member); at != std::string::npos; at = text.find(member, at + 1)) {
        const auto begin = at + member.size();
        if (const auto key = text.substr(begin, text.find('"', begin) - begin); key.size() > 8) secrets.push_back(key);
      }
    }
  }
  EXPECT_GT(secrets.size(), 5U);
  for (const std::string form : {"text", "json", "jsonl", "xer"}) {
    const auto hidden = hi2(with({"decode", "-o", form, "--module", GetParam()}, files)).output;
    const auto shown = hi2(with({"decode", "--show-keys", "-o", form, "--module", GetParam()}, files)).output;
    for (const auto& secret : secrets) {
      EXPECT_EQ(hidden.find(secret), std::string::npos) << form << secret;
      EXPECT_NE(shown.find(secret), std::string::npos) << form << secret;
    }
  }
}

TEST_P(Modules, TimeZoneOfTheHostDoesNotMatter) {
  const auto& module = GetParam();
  const std::vector<std::string> files{module + "/time_local_winter.ber", module + "/time_utc_offset.ber",
                                       module + "/time_local_notprovided.ber", module + "/loc_civic.ber", module + "/packet_summary.ber"};
  std::vector<std::vector<std::string>> calls{
      with({"ls"}, files), with({"ls", "--json"}, files), {"encode", module + "/time_local_winter.json", module + "/loc_civic.json"}};
  for (const std::string form : {"text", "json", "xer", "hex"}) calls.push_back(with({"decode", "-o", form}, files));
  for (const auto& arguments : calls) {
    std::vector<std::string> outputs;
    for (const std::string zone : {"UTC", "Europe/Berlin", "Asia/Kolkata"}) {
      Call call;
      call.arguments = arguments;
      call.environment = {{"TZ", zone}};
      const auto outcome = run(call);
      EXPECT_EQ(outcome.code, 0) << outcome.errors;
      EXPECT_FALSE(outcome.output.empty());
      outputs.push_back(outcome.output);
    }
    EXPECT_TRUE(outputs[0] == outputs[1] && outputs[0] == outputs[2]) << arguments[0];
  }
  EXPECT_TRUE(hi2({"encode", module + "/time_local_winter.json"}).output == read_text(data_path(module + "/time_local_winter.ber")));
}

TEST(Malformed, RejectedFilesAreToldAndEndWith1) {
  for (const auto& row : read_table("malformed/MANIFEST.tsv")) {
    const auto file = "malformed/" + row.at(0);
    const std::string module = row.at(1) == "UmtsIRIsContent" ? "umts" : "eps";
    for (const auto& call :
         {std::vector<std::string>{"decode", "--module", module, file}, {"decode", "-o", "hex", file}, {"ls", "--module", module, file}}) {
      const auto outcome = hi2(call);
      EXPECT_LE(outcome.code, 1) << file << outcome.errors;
      if (row.at(2) != "reject") continue;
      EXPECT_EQ(outcome.code, 1) << file;
      const auto& told = call[0] == "ls" ? outcome.output + outcome.errors : outcome.errors;
      EXPECT_NE(told.find("0x"), std::string::npos) << file << told;
    }
    const auto outcome = hi2({"decode", "--module", module, file});
    if (!HI2KIT_SANITIZED) {
      EXPECT_LT(outcome.peak_kilobytes, 64 * 1024) << file;
    }
  }
  const auto hang = hi2({"decode", "hang-48-octets.ber"});
  EXPECT_EQ(hang.code, 1);
  EXPECT_NE(hang.errors.find("hang-48-octets.ber:0x28: "), std::string::npos) << hang.errors;
}

}  // namespace
}  // namespace li::test
