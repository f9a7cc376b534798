// What must be sent again, and what not.
#include "hi2-callsim/outbox.hpp"

#include <gtest/gtest.h>

namespace li::callsim {
namespace {

RecordBytes pdu(const std::string& text) { return to_record_bytes(as_bytes(text)); }

// "a b K0": what goes out until there is nothing more; a Keepalive with its number.
std::string sent(Outbox& outbox) {
  std::string all;
  while (const auto next = outbox.next()) {
    const auto decoded = x2::decode(*next);
    all += decoded ? "K" + std::to_string(*decoded->sequence_number()) : std::string(as_text(*next));
    all += ' ';
  }
  return all;
}

TEST(Outbox, KeepalivesStandWhereTheyWereAsked) {
  Outbox outbox;
  outbox.add(pdu("a"));
  outbox.add_keepalive();
  outbox.add(pdu("b"));
  EXPECT_EQ(sent(outbox), "a K0 b ");
  ASSERT_TRUE(outbox.answered(0));
  EXPECT_EQ(outbox.unanswered(), 1U);
  EXPECT_EQ(outbox.acknowledged(), 1U);
  EXPECT_EQ(sent(outbox), "");
}

TEST(Outbox, AnAnswerCoversTheKeepalivesBefore) {
  Outbox outbox;
  outbox.add(pdu("a"));
  outbox.add_keepalive();
  outbox.add(pdu("b"));
  outbox.add_keepalive();
  EXPECT_EQ(sent(outbox), "a K0 b K1 ");
  ASSERT_TRUE(outbox.answered(1));
  EXPECT_FALSE(outbox.awaits_answer());
  EXPECT_EQ(outbox.unanswered(), 0U);
}

TEST(Outbox, SendsAgainWhatFollowedTheLastAnswer) {
  Outbox outbox;
  for (const auto* text : {"a", "b"}) outbox.add(pdu(text));
  outbox.add_keepalive();
  outbox.add(pdu("c"));
  outbox.add_keepalive();
  EXPECT_EQ(sent(outbox), "a b K0 c K1 ");
  ASSERT_TRUE(outbox.answered(0));
  outbox.add(pdu("d"));
  outbox.reconnected();
  EXPECT_EQ(sent(outbox), "c d K2 ");
  EXPECT_EQ(outbox.resent(), 1U) << "d had not been sent";
  EXPECT_FALSE(outbox.answered(1)) << "of the connection before";
  outbox.reconnected();
  EXPECT_EQ(sent(outbox), "c d K3 ");
  ASSERT_TRUE(outbox.answered(3));
  EXPECT_EQ(outbox.acknowledged(), 4U);
}

TEST(Outbox, ALongQueueHasKeepalivesInBetween) {
  Outbox outbox(2);
  for (const auto* text : {"a", "b", "c", "d", "e"}) outbox.add(pdu(text));
  EXPECT_EQ(sent(outbox), "a b K0 c d K1 e ");
  ASSERT_TRUE(outbox.answered(0));
  outbox.reconnected();
  EXPECT_EQ(sent(outbox), "c d K2 e K3 ");
  outbox.add_keepalive();
  EXPECT_EQ(sent(outbox), "") << "one stands there";
  ASSERT_TRUE(outbox.answered(3));
  EXPECT_EQ(outbox.acknowledged(), 5U);
}

TEST(Outbox, AnAnswerToNothingIsAnError) {
  Outbox outbox;
  EXPECT_FALSE(outbox.answered(0));
  outbox.add_keepalive();
  EXPECT_FALSE(outbox.answered(0)) << "not sent yet";
  EXPECT_EQ(sent(outbox), "K0 ");
  EXPECT_FALSE(outbox.answered(7));
  EXPECT_TRUE(outbox.answered(0));
  EXPECT_FALSE(outbox.answered(0));
}

}  // namespace
}  // namespace li::callsim
