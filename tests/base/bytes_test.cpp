#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include "tests/data/data.hpp"

namespace li {
namespace {

TEST(Hex, EveryOctetComesBack) {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  const auto digits = to_hex(all);
  EXPECT_EQ(digits.size(), 512U);
  EXPECT_EQ(digits.substr(0, 6), "000102");
  EXPECT_EQ(digits.substr(506), "FDFEFF");
  EXPECT_EQ(from_hex(digits).value(), all);
}

TEST(Hex, EitherCaseIsRead) { EXPECT_EQ(from_hex("aBcDeF").value(), (Bytes{0xAB, 0xCD, 0xEF})); }

TEST(Hex, NothingIsNoOctets) {
  EXPECT_EQ(to_hex({}), "");
  EXPECT_TRUE(from_hex("").value().empty());
}

TEST(Hex, AppendKeepsWhatIsThere) {
  std::string out = "x";
  append_hex(out, Bytes{0x0A});
  EXPECT_EQ(out, "x0A");
}

TEST(Hex, RefusalsNameTheCharacter) {
  for (const auto& bad : test::read_cases("base/hex.vec")) {
    const auto octets = from_hex(bad.parts.at(0));
    ASSERT_FALSE(octets) << bad.place;
    EXPECT_EQ(octets.error().kind, ErrorKind::malformed) << bad.place;
    EXPECT_EQ(octets.error().message(), bad.parts.at(1)) << bad.place;
  }
}

TEST(Bytes, EqualLooksAtSizeAndOctets) {
  EXPECT_TRUE(equal(as_bytes("ab"), as_bytes("ab")));
  EXPECT_FALSE(equal(as_bytes("ab"), as_bytes("abc")));
  EXPECT_FALSE(equal(as_bytes("ab"), as_bytes("ac")));
  EXPECT_TRUE(equal({}, {}));
}

TEST(Bytes, TextAndOctetsAreTheSame) {
  const std::string_view text("a\0\xFF", 3);
  EXPECT_EQ(to_bytes(text), (Bytes{'a', 0, 0xFF}));
  EXPECT_EQ(as_text(as_bytes(text)), text);
}

}  // namespace
}  // namespace li
