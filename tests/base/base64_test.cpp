#include "base/base64.hpp"

#include <gtest/gtest.h>

#include "tests/data/data.hpp"

namespace li {
namespace {

TEST(Base64, PublishedVectors) {
  for (const auto& one : test::read_cases("base/base64.vec")) {
    const auto& text = one.parts.at(0);
    const auto octets = test::octets_of(one.parts.at(1));
    EXPECT_EQ(to_base64(octets), text) << one.place;
    EXPECT_EQ(as_text(secret_to_base64(octets)), text) << one.place;
    EXPECT_EQ(from_base64(text).value(), octets) << one.place;
    EXPECT_TRUE(equal(secret_from_base64(text).value().reveal(), octets)) << one.place;
  }
}

TEST(Base64, EverySizeAndOctetComesBack) {
  Bytes octets;
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(from_base64(to_base64(octets)).value(), octets);
    octets.push_back(static_cast<std::uint8_t>(i * 7));
  }
}

// Of all texts of two characters and two paddings, those that decode encode to themselves.
TEST(Base64, OneTextForEachOctet) {
  int read = 0;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), '=', '='};
      const auto octets = from_base64(text);
      if (!octets) continue;
      ++read;
      ASSERT_EQ(to_base64(*octets), text);
    }
  }
  EXPECT_EQ(read, 256);
}

TEST(Base64, RefusalsNameThePlace) {
  for (const auto& bad : test::read_cases("base/base64_bad.vec")) {
    const auto octets = from_base64(bad.parts.at(0));
    ASSERT_FALSE(octets) << bad.place;
    EXPECT_EQ(octets.error().kind, ErrorKind::malformed) << bad.place;
    EXPECT_EQ(octets.error().message(), bad.parts.at(1)) << bad.place;
    EXPECT_EQ(secret_from_base64(bad.parts.at(0)).error().message(), bad.parts.at(1)) << bad.place;
  }
}

}  // namespace
}  // namespace li
