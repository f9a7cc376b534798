#include "net/look_up_impl.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace li::test {
namespace {

using namespace std::chrono_literals;
using net::Addresses;

auto in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

TEST(LookUps, OneThreadForANameHoweverManyAsk) {
  std::atomic<int> calls = 0;
  std::promise<void> go_on;
  net::LookUps look_ups([&, wait = go_on.get_future().share()](const std::string& host) {
    ++calls;
    if (host == "slow") wait.wait();
    return Addresses{"192.0.2.1"};
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(look_ups.find("slow", in(2ms)), std::nullopt);
  EXPECT_EQ(look_ups.find("quick", in(20s)), Addresses{"192.0.2.1"});
  EXPECT_EQ(calls, 2);
  auto last = std::async(std::launch::async, [&] { return look_ups.find("slow", in(20s)); });
  go_on.set_value();
  EXPECT_EQ(last.get(), Addresses{"192.0.2.1"});
  EXPECT_LE(calls, 3);
}

TEST(LookUps, DigitsAreNotLookedUp) {
  net::LookUps look_ups([](const std::string&) -> Addresses { throw std::logic_error("asked"); });
  for (const auto* digits : {"192.0.2.1", "::1", "2001:db8::5"}) EXPECT_EQ(look_ups.find(digits, in(0ms)), Addresses{digits});
}

TEST(LookUps, WhatFailsIsNoAddress) {
  net::LookUps look_ups([](const std::string&) -> Addresses { throw std::runtime_error("no memory"); });
  for (int i = 0; i < 2; ++i) EXPECT_EQ(look_ups.find("x", in(20s)), Addresses());
}

}  // namespace
}  // namespace li::test
