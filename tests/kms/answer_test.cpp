#include <gtest/gtest.h>

#include "kms/endpoints.hpp"
#include "tests/kms/lab.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;

struct AnswerTest : testing::Test {
  Lab lab;
  Ue alice = lab.subscriber("alice"), bob = lab.subscriber("bob");
  Call made = call(lab, alice, lab, bob);
};

TEST_F(AnswerTest, WhatCantBeSentIsNotAuditedAsGiven) {
  lab.journal.clear();
  const auto can_not = [](mikey::CallKeys&) -> Result<void> { return failure(ErrorKind::limit, "too large"); };
  const auto answer = lab.keys->get_keys({{"df2.li.example"}, "192.0.2.9"}, {made.transfer(), std::nullopt, bob.identity()}, can_not);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), xk::Reason::unavailable);
  ASSERT_EQ(lab.journal.size(), 1U);
  EXPECT_EQ(lab.last().reason, "unavailable");
  EXPECT_NE(lab.last().field("detail").find("can't be sent"), std::string::npos);
}

TEST_F(AnswerTest, IsPreparedBeforeItIsAudited) {
  lab.journal.clear();
  std::size_t entries = 99;
  const auto look = [&](mikey::CallKeys&) -> Result<void> { return entries = lab.journal.size(), Result<void>(); };
  EXPECT_TRUE(lab.keys->get_keys({{"df2.li.example"}, "192.0.2.9"}, {made.transfer(), std::nullopt, bob.identity()}, look));
  EXPECT_EQ(entries, 0U);
  EXPECT_EQ(lab.last().event, "get_keys");
}

TEST_F(AnswerTest, IsADocumentThatNamesItsRequest) {
  const xk::GetKeys request{"r-1", bob.identity(), {to_record_bytes(made.init), to_record_bytes(made.resp)}, {}};
  const net::PeerIdentity peer{"CN=df2", {"df2.li.example"}, "1", "192.0.2.9"};
  const auto given = xk::decode_response(answer_xk(*lab.keys, request, peer));
  ASSERT_TRUE(given) << given.error().message();
  EXPECT_EQ(given->request_id, "r-1");
  EXPECT_EQ(std::get<std::vector<xk::CryptoSession>>(given->answer).size(), 2U);
  lab.audit_works = false;
  const auto refused = xk::decode_response(answer_xk(*lab.keys, request, peer));
  ASSERT_TRUE(refused) << refused.error().message();
  EXPECT_EQ(*refused, (xk::GetKeysResponse{"r-1", xk::Reason::unavailable}));
}

}  // namespace
