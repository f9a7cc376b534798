// No octets make the room crash, read outside them or break its promises.
#include <gtest/gtest.h>

#include "tests/sip/text.hpp"
#include "tests/sip/walk.hpp"

namespace li::sip {
namespace {

// On the heap and of exactly this size, so that a sanitizer sees a step outside.
std::string walked(ByteView octets, bool message) {
  const Bytes exact = to_bytes(octets);
  return message ? walk_message(exact) : walk_sdp(exact);
}

class Robust : public testing::TestWithParam<const char*> {
 protected:
  bool message() const { return std::string_view(GetParam()).ends_with(".sip"); }
};

TEST_P(Robust, CutAtEveryOctet) {
  const auto octets = file(GetParam());
  for (std::size_t size = 0; size <= octets.size(); ++size) EXPECT_EQ(walked(ByteView(octets).first(size), message()), "") << size;
}

TEST_P(Robust, EveryOctetChanged) {
  auto octets = file(GetParam());
  for (auto& octet : octets) {
    const auto was = octet;
    for (const int to : {was ^ 0x01, was ^ 0x20, was ^ 0x80, 0x00, 0x0A, 0x0D, 0x20, int{'"'}, int{','}, int{':'}, int{'<'}}) {
      octet = static_cast<std::uint8_t>(to);
      EXPECT_EQ(walked(octets, message()), "") << &octet - octets.data() << " to " << to;
    }
    octet = was;
  }
}

TEST_P(Robust, EveryOctetLeftOut) {
  const auto octets = file(GetParam());
  for (std::size_t i = 0; i < octets.size(); ++i) {
    auto shorter = octets;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(walked(shorter, message()), "") << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Robust,
                         testing::Values("tortuous.sip", "multipart.sip", "ok.sip", "lf.sip", "levels.sdp", "crypto_4568.sdp"));

}  // namespace
}  // namespace li::sip
