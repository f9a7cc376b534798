#include "kms/li_list.hpp"

#include <gtest/gtest.h>

#include "base/time.hpp"
#include "kms/identity.hpp"
#include "mikey/get_keys.hpp"

namespace {

using namespace li::kms;
using namespace std::chrono_literals;

constexpr std::string_view kGood =
    "# target from until client\n"
    "\n"
    "sip:alice@home1.example 2026-11-20T00:00:00Z\t2026-12-20T00:00:00Z   df2.li.example\r\n"
    "sip:alice@home1.example 2027-01-01T00:00:00Z 2027-02-01T00:00:00Z df2.li.example\n"
    "SIP:bob@Home1.Example 2026-11-20T00:00:00Z 2026-12-20T00:00:00Z df3.li.example";

TEST(LiList, AnswersByTargetClientAndTime) {
  const auto list = LiList::parse(kGood);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 3U);
  const auto from = *parse_utc("2026-11-20T00:00:00Z"), until = *parse_utc("2026-12-20T00:00:00Z");
  EXPECT_EQ(list->look_up("sip:alice@home1.example", "df2.li.example", from), LiAnswer::listed);
  EXPECT_EQ(list->look_up("sip:alice@HOME1.example", "df2.li.example", until - 1s), LiAnswer::listed);
  EXPECT_EQ(list->look_up("sip:alice@home1.example", "df2.li.example", until), LiAnswer::outside_time);
  EXPECT_EQ(list->look_up("sip:alice@home1.example", "df2.li.example", from - 1s), LiAnswer::outside_time);
  EXPECT_EQ(list->look_up("sip:alice@home1.example", "df3.li.example", from), LiAnswer::not_listed);
  EXPECT_EQ(list->look_up("sip:Alice@home1.example", "df2.li.example", from), LiAnswer::not_listed);
  EXPECT_EQ(list->look_up("sip:bob@home1.example", "df3.li.example", from), LiAnswer::listed);
  EXPECT_EQ(list->valid(from), 2U);
  EXPECT_EQ(LiList().look_up("sip:alice@home1.example", "df2.li.example", from), LiAnswer::not_listed);
}

TEST(LiList, SaysEverythingThatIsWrong) {
  const auto list = LiList::parse(
      "sip:alice@home1.example 2026-11-20T00:00:00Z 2026-12-20T00:00:00Z\n"
      "alice 2026-11-20T00:00:00Z 2026-12-20T00:00:00Z df2.li.example\n"
      "# fine\n"
      "sip:a@b 2026-02-30T00:00:00Z 2026-12-20T00:00:00Z df2.li.example\n"
      "sip:a@b 2026-11-20T00:00:00Z 2026-11-20T00:00:00Z df2.li.example\n"
      "sip:a@b 2026-11-20T00:00:00Z 2026-11-20 df2.li.example\n"
      "sip:a@b 2026-11-20T00:00:00Z 2026-11-21T00:00:00Z df2.li.example\n"
      "sip:a@B 2026-11-20T00:00:00Z 2026-11-21T00:00:00Z df2.li.example\n");
  ASSERT_FALSE(list);
  std::vector<std::string> said;
  for (const auto& error : list.error()) said.push_back(error.message());
  EXPECT_EQ(said, (std::vector<std::string>{
                      "line 1: an entry has four columns: target, from, until, client",
                      "line 2: an identity is a URI (sip:alice@home1.example) or an NAI (alice@home1.example) (RFC 3830 6.7)",
                      "line 4: a time is written 2026-11-20T12:00:00Z",
                      "line 5: the entry ends before it begins",
                      "line 6: a time is written 2026-11-20T12:00:00Z",
                      "line 8: the same entry stands above",
                  }));
}

TEST(LiList, TimesGoBothWays) {
  for (const auto* text : {"1970-01-01T00:00:00Z", "2026-11-20T23:59:59Z", "2096-02-29T12:30:01Z"})
    EXPECT_EQ(li::to_internet_time(*parse_utc(text)), text);
  for (const auto* text : {"2026-11-20T24:00:00Z", "2026-11-20t00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-20T00:00:00", ""})
    EXPECT_FALSE(parse_utc(text)) << text;
}

TEST(Identity, CanonicalFormsAgreeWithMikey) {
  const std::vector<std::string> spellings{"sip:alice@home1.example", "SIP:alice@Home1.Example",      "sip:Alice@home1.example",
                                           "alice@home1.example",     "alice@HOME1.example",          "tel:+31201234567",
                                           "TEL:+31201234567",        "sip:alice@home1.example:5060", "sip:a:b@C.example"};
  for (const auto& a : spellings) {
    for (const auto& b : spellings)
      EXPECT_EQ(canonical_identity(a) == canonical_identity(b), li::mikey::same_identity(a, b)) << a << " " << b;
  }
}

}  // namespace
