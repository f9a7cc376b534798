#include "base/time.hpp"

#include <gtest/gtest.h>

#include "tests/data/data.hpp"

namespace li {
namespace {

void expect_cases(std::string_view file, std::optional<CalendarTime> (*parse)(std::string_view), bool (*is_time)(std::string_view)) {
  for (const auto& one : test::read_cases(file)) {
    const auto time = parse(one.parts.at(0));
    EXPECT_EQ(time ? time->to_string() : "refused", one.parts.at(1)) << one.place;
    EXPECT_EQ(is_time(one.parts.at(0)), time.has_value()) << one.place;
  }
}

TEST(GeneralizedTime, Cases) { expect_cases("base/generalized_time.vec", parse_generalized_time, is_generalized_time); }
TEST(UtcTime, Cases) { expect_cases("base/utc_time.vec", parse_utc_time, is_utc_time); }

// The fast check and the one that reads the fields must agree on every text: each good one with each octet changed.
void expect_agreement(std::string_view file, std::optional<CalendarTime> (*parse)(std::string_view), bool (*is_time)(std::string_view)) {
  for (const auto& one : test::read_cases(file)) {
    for (std::size_t at = 0; at < one.parts[0].size(); ++at) {
      for (const char c : std::string_view("0123456789.,+-Zz \0/:", 21)) {
        auto text = one.parts[0];
        text[at] = c;
        ASSERT_EQ(is_time(text), parse(text).has_value()) << text;
        ASSERT_EQ(is_time(text.substr(0, at)), parse(text.substr(0, at)).has_value()) << text.substr(0, at);
      }
    }
  }
}

TEST(GeneralizedTime, BothChecksAgree) { expect_agreement("base/generalized_time.vec", parse_generalized_time, is_generalized_time); }
TEST(UtcTime, BothChecksAgree) { expect_agreement("base/utc_time.vec", parse_utc_time, is_utc_time); }

TEST(GeneralizedTime, NothingIsNoTime) { EXPECT_FALSE(parse_generalized_time("")); }
TEST(UtcTime, NothingIsNoTime) { EXPECT_FALSE(parse_utc_time("")); }

TEST(GeneralizedTime, KeepsFieldsAsWritten) {
  const auto time = parse_generalized_time("20261120120001.2040+0130").value();
  EXPECT_EQ(time.year, 2026);
  EXPECT_EQ(time.month, 11);
  EXPECT_EQ(time.day, 20);
  EXPECT_EQ(time.hour, 12);
  EXPECT_EQ(time.minute, 0);
  EXPECT_EQ(time.second, 1);
  EXPECT_EQ(time.fraction, "2040");
  EXPECT_EQ(time.offset, 90);
}

constexpr TimePoint at(std::int64_t milliseconds) { return TimePoint(std::chrono::milliseconds(milliseconds)); }

TEST(WrittenTime, LocalHasMillisecondsAndNoOffset) {
  using std::chrono::minutes;
  EXPECT_EQ(to_generalized_local(at(1'795'172'401'204), minutes(60)), "20261120120001.204");
  EXPECT_EQ(to_generalized_local(at(1'795'172'401'204), minutes(0)), "20261120110001.204");
  EXPECT_EQ(to_generalized_local(at(1'795'172'401'204), minutes(-720)), "20261119230001.204");
  EXPECT_EQ(to_generalized_local(at(0), minutes(330)), "19700101053000.000");
  EXPECT_EQ(to_generalized_local(at(-1), minutes(0)), "19691231235959.999");
  EXPECT_EQ(to_generalized_local(at(1'709'164'800'000), minutes(0)), "20240229000000.000");
}

TEST(WrittenTime, UtcHasTwoDigitsOfTheYear) {
  EXPECT_EQ(to_utc_time(at(1'795'172'401'204)), "261120110001Z");
  EXPECT_EQ(to_utc_time(at(0)), "700101000000Z");
  EXPECT_EQ(to_utc_time(at(946'684'800'000)), "000101000000Z");
}

TEST(WrittenTime, ComesBack) {
  EXPECT_EQ(parse_generalized_time(to_generalized_local(at(1'795'172'401'204), std::chrono::minutes(60)))->to_string(),
            "2026-11-20 12:00:01.204");
  EXPECT_EQ(parse_utc_time(to_utc_time(at(1'795'172'401'204)))->to_string(), "2026-11-20 11:00:01 UTC");
}

TEST(InternetTime, IsReadInOneFormOnly) {
  EXPECT_EQ(parse_internet_time("2026-11-20T12:00:01Z")->time_since_epoch().count(), 1'795'176'001);
  EXPECT_EQ(to_internet_time(std::chrono::sys_seconds(std::chrono::seconds(1'795'176'001))), "2026-11-20T12:00:01Z");
  for (const auto* text : {"", "2026-11-20", "2026-11-20T12:00:01", "2026-11-20t12:00:01z", "2026-11-20T12:00:01+00:00",
                           "2026-02-29T12:00:01Z", "2026-11-20T24:00:00Z", "2026-11-20T12:00:60Z", "2026-11-20T12:00:01.5Z"})
    EXPECT_FALSE(parse_internet_time(text)) << text;
}

}  // namespace
}  // namespace li
