// When a question is asked again, and when no more.
#include "df2/key_queue.hpp"

#include <gtest/gtest.h>

#include "df2/key_source.hpp"

namespace {

using namespace li::df2;
using namespace std::chrono_literals;

constexpr SteadyTime kStart{};

KeyQuestion question(const std::string& id) { return {id, {}, {}}; }

TEST(KeyQueue, AsksAgainWithGrowingPausesUntilItsTimeIsOver) {
  KeyQueue queue({100ms, 300ms}, 10);
  auto one = question("q1");
  ASSERT_EQ(queue.add(one, kStart, kStart + 1s), KeyQueue::Added::yes);
  auto job = queue.take(kStart);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->question.id, "q1");
  EXPECT_FALSE(queue.take(kStart + 1h)) << "it is being asked";
  auto now = kStart;
  for (const auto pause : {100ms, 200ms, 300ms, 300ms}) {
    ASSERT_FALSE(queue.again(std::move(*job), now)) << now.time_since_epoch().count();
    EXPECT_FALSE(queue.take(now + pause - 1ms));
    EXPECT_EQ(queue.due(), now + pause);
    now += pause;
    job = queue.take(now);
    ASSERT_TRUE(job);
  }
  const auto over = queue.again(std::move(*job), now);
  ASSERT_TRUE(over);
  EXPECT_EQ(over->question.id, "q1");
  EXPECT_EQ(queue.size(), 0U);
}

TEST(KeyQueue, TakesEachQuestionOnceAndNoMoreThanItMay) {
  KeyQueue queue({}, 2);
  auto one = question("q1"), again = question("q1"), two = question("q2"), three = question("q3");
  EXPECT_EQ(queue.add(one, kStart, kStart + 1s), KeyQueue::Added::yes);
  EXPECT_EQ(queue.add(again, kStart, kStart + 1s), KeyQueue::Added::known);
  EXPECT_EQ(queue.add(two, kStart, kStart + 1s), KeyQueue::Added::yes);
  EXPECT_EQ(queue.add(three, kStart, kStart + 1s), KeyQueue::Added::full);
  EXPECT_EQ(three.id, "q3") << "it is still the caller's";
  ASSERT_TRUE(queue.take(kStart));
  auto asked = question("q1");
  EXPECT_EQ(queue.add(asked, kStart, kStart + 1s), KeyQueue::Added::known) << "while it is asked, too";
  queue.forget("q1");
  EXPECT_EQ(queue.add(three, kStart, kStart + 1s), KeyQueue::Added::yes);
}

TEST(Domains, OfTargets) {
  EXPECT_EQ(domain_of("sip:alice@Home1.Example"), "home1.example");
  EXPECT_EQ(domain_of("sips:alice@home1.example:5061;user=phone"), "home1.example");
  EXPECT_EQ(domain_of("sip:alice@[2001:DB8::1]:5060"), "[2001:db8::1]");
  EXPECT_EQ(domain_of("tel:+31201234567"), "");
  EXPECT_TRUE(fits_domain("home1.example", "home1.example"));
  EXPECT_FALSE(fits_domain("home1.example", "ims.home1.example"));
  EXPECT_TRUE(fits_domain("*.Home1.example", "ims.home1.example"));
  EXPECT_FALSE(fits_domain("*.home1.example", "home1.example"));
  EXPECT_FALSE(fits_domain("*.home1.example", "evilhome1.example"));
}

TEST(KeyQueue, WhatIsForgottenIsNotAskedAgain) {
  KeyQueue queue({100ms, 300ms}, 10);
  auto waits = question("waits"), asked = question("asked");
  ASSERT_EQ(queue.add(asked, kStart, kStart + 1s), KeyQueue::Added::yes);
  auto job = queue.take(kStart);
  ASSERT_TRUE(job);
  ASSERT_EQ(queue.add(waits, kStart, kStart + 1s), KeyQueue::Added::yes);
  queue.forget("waits");
  queue.forget("asked");
  EXPECT_FALSE(queue.take(kStart + 1h));
  EXPECT_FALSE(queue.again(std::move(*job), kStart));
  EXPECT_FALSE(queue.due());
}

TEST(KeyQueue, AKnownQuestionIsWhoseItIsNow) {
  KeyQueue queue({100ms, 300ms}, 10);
  auto first = question("q1"), second = question("q1");
  first.liids = {"LI-1"};
  second.liids = {"LI-1", "LI-2"};
  ASSERT_EQ(queue.add(first, kStart, kStart + 1s), KeyQueue::Added::yes);
  ASSERT_EQ(queue.add(second, kStart, kStart + 1s), KeyQueue::Added::known);
  EXPECT_EQ(queue.liids("q1"), (std::set<std::string>{"LI-1", "LI-2"}));
  EXPECT_EQ(queue.take(kStart)->question.whose(), "LI-1");
}

}  // namespace
