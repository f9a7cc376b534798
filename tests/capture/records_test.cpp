#include "capture/records.hpp"

#include <gtest/gtest.h>

#include "tests/data/data.hpp"

namespace li::test {
namespace {

std::vector<std::string> read_all(const std::string& file) {
  std::vector<std::string> seen;
  for (const auto& record : capture::records(file, {{}, hi2::Module::umts})) {
    seen.push_back(record ? std::string(hi2::to_string(record->type())) : "error " + record.error().message());
  }
  return seen;
}

TEST(Records, OfAnAggregateAndOfAStream) {
  EXPECT_EQ(read_all(data_path("umts/seq_3.ber")), (std::vector<std::string>{"BEGIN", "CONTINUE", "REPORT"}));
  EXPECT_EQ(read_all(data_path("umts/zero_padded_between.ber")).size(), 2U);
}

TEST(Records, DamageStandsInItsPlaceAndReadingGoesOn) {
  const auto seen = read_all(source_path("samples/damaged.ber"));
  ASSERT_GE(seen.size(), 2U);
  EXPECT_EQ(std::ranges::count_if(seen, [](const auto& one) { return one.starts_with("error 0x"); }), 1);
  EXPECT_EQ(seen.front(), "REPORT");
}

TEST(Records, OffsetsOfErrorsAreThoseOfTheFile) {
  EXPECT_EQ(read_all(data_path("hang-48-octets.ber")).front(),
            "error 0x28: iRI-Begin-record.timeStamp: end-of-contents octets with a length other than 0 (X.690 8.1.5)");
}

TEST(Records, AFileThatIsNotThere) {
  const auto seen = read_all(data_path("no such file"));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_NE(seen[0].find("can't open"), std::string::npos);
  EXPECT_NE(seen[0].find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace li::test
