// X2 as it comes in: what is left out, and that the connection goes on behind it.
#include <gtest/gtest.h>

#include "site.hpp"

namespace li::df2::test {
namespace {

TEST(Intake, a_pdu_that_is_too_large_is_left_out_and_told) {
  Site site;
  site.start();
  auto sender = site.sender();
  sender.event(std::string(1024 * 1024 + 1, 'x'));
  sender.event("good");
  sender.keepalive(5);
  EXPECT_EQ(sender.acknowledged(), 5U);
  EXPECT_TRUE(site.lemf.wait_for(1));
  EXPECT_EQ(site.lemf.count(), 1U);
  EXPECT_NE(site.trail().find(R"("reason":"malformed_pdu")"), std::string::npos) << site.trail();
}

}  // namespace
}  // namespace li::df2::test
