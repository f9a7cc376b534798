#include "base/result.hpp"

#include <gtest/gtest.h>

namespace li {
namespace {

TEST(Error, SaysAllThatIsKnown) {
  const Error all{ErrorKind::malformed, "too long", 0x1F3, "a.b[0]", "X.690 8.1"};
  EXPECT_EQ(all.message(), "0x1f3: a.b[0]: too long (X.690 8.1)");
}

TEST(Error, LeavesOutWhatIsNot) {
  EXPECT_EQ((Error{ErrorKind::malformed, "text", {}, {}, {}}).message(), "text");
  EXPECT_EQ((Error{ErrorKind::malformed, "text", 0, {}, {}}).message(), "0x0: text");
  EXPECT_EQ((Error{ErrorKind::malformed, "text", {}, "path", {}}).message(), "path: text");
  EXPECT_EQ((Error{ErrorKind::malformed, "text", {}, {}, "clause"}).message(), "text (clause)");
}

TEST(Failure, CarriesKindTextAndClause) {
  const Result<int> result = failure(ErrorKind::limit, "too many", "clause");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::limit);
  EXPECT_EQ(result.error().message(), "too many (clause)");
}

}  // namespace
}  // namespace li
