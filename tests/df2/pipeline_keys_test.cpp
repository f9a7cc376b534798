// From offer and answer to a question, and from what the KMS says to a record.
#include <gtest/gtest.h>

#include "bench.hpp"

namespace li::df2::test {
namespace {

using Story = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr Life kLives[] = {Life::quiet, Life::restored, Life::crashed};

TEST(PipelineKeys, a_call) {
  for (const auto life : kLives) {
    Bench bench(life);
    bench.warrant("LI-1");
    const Call call;
    bench.send(call.invite);
    bench.send(response(180, call.invite));
    EXPECT_TRUE(bench.asked.empty());
    bench.send(call.ok());
    ASSERT_EQ(bench.asked.size(), 1U);
    const auto& question = bench.questions.at(bench.asked[0]);
    EXPECT_EQ(question.request.target, "sip:alice@home1.example");
    EXPECT_EQ(question.request.request_id, question.id);
    EXPECT_EQ(question.whose(), "LI-1");
    EXPECT_EQ(question.deadline, bench.now + milliseconds(5'000));
    EXPECT_TRUE(equal(question.request.exchange.transfer_init, call.exchange.transfer_init));
    EXPECT_TRUE(equal(*question.request.exchange.transfer_resp, call.exchange.transfer_resp));
    EXPECT_FALSE(question.request.initial);
    bench.send(call.ok());  // once more: on its way twice
    auto again = call.ok();
    again.more = "X: y\r\n";
    bench.send(again);
    bench.send(request("ACK", "1"));
    bench.give(bench.asked[0], call.keys());
    EXPECT_EQ(bench.story(), (Story{"INVITE", "180", "200", "200", "ACK", "keys 1 2"}));
    EXPECT_EQ(bench.asked.size(), 1U);
    const auto keys = bench.received().back().record.media_decryption_info();
    const auto wanted = call.keys();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      EXPECT_TRUE(keys[i].cc_dec_key == wanted.sessions[i].key);
      EXPECT_TRUE(*keys[i].cc_salt == wanted.sessions[i].salt);
    }
    EXPECT_EQ(bench.keys_told, (Story{"asked", "got"}));
    EXPECT_TRUE(bench.signals.empty());
    bench.give(bench.asked[0], call.keys());
    bench.wait(std::chrono::hours(1));
    EXPECT_EQ(bench.story().size(), 6U);
  }
}

TEST(PipelineKeys, timer_and_late_answer) {
  for (const auto life : kLives) {
    Bench bench(life);
    bench.warrant("LI-1");
    const Call call;
    bench.send(call.invite);
    bench.send(call.ok());
    bench.wait(milliseconds(4'999));
    EXPECT_EQ(bench.story(), (Story{"INVITE", "200"}));
    EXPECT_EQ(bench.pipeline().due(), bench.now + milliseconds(1));
    bench.wait(milliseconds(1));
    EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "failure"}));
    bench.send(request("BYE", "2"));
    bench.give(bench.asked[0], call.keys());
    EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "failure", "BYE", "keys 1 2"}));
    EXPECT_EQ(bench.keys_told, (Story{"asked", "failed timeout", "got"}));
  }
}

TEST(PipelineKeys, refusals_and_half_answers) {
  for (const auto life : kLives) {
    Bench bench(life);
    bench.warrant("LI-1");
    const Call call;
    bench.send(call.invite);
    bench.send(call.ok());
    bench.refuse(bench.asked[0], xk::Reason::unknown_tpk);
    EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "failure"}));
    EXPECT_EQ(bench.keys_told.back(), "failed unknown_tpk");
    EXPECT_TRUE(bench.reasons(true).empty());

    const Call second("DEFGHIJNO", 0x31);
    auto invite = second.invite;
    invite.call_id = "call-2";
    bench.send(invite);
    bench.send(response(200, invite, sdp({second.exchange.transfer_resp})));
    std::vector<xk::CryptoSession> sessions;
    sessions.push_back({1, std::nullopt, xk::SessionKey{SecretBytes(mikey::test::counting(1, 16)), std::nullopt, std::nullopt}});
    sessions.push_back({2, std::nullopt, xk::Reason::no_key});
    bench.answer(bench.asked.at(1), xk::GetKeysResponse{bench.asked.at(1), std::move(sessions)});
    EXPECT_EQ(bench.story().back(), "keys 1 + failure /2");
    EXPECT_EQ(bench.reasons(), Story{"partial_keys"});
  }
}

TEST(PipelineKeys, one_failure_record_a_question) {
  Bench bench;
  bench.warrant("LI-1");
  const Call call;
  bench.send(call.invite);
  bench.send(call.ok());
  bench.wait(milliseconds(5'000));
  bench.refuse(bench.asked[0], xk::Reason::expired);
  EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "failure"}));
  EXPECT_EQ(bench.keys_told.back(), "failed expired");
}

TEST(PipelineKeys, a_silent_kms_is_asked_again) {
  Bench bench;
  bench.warrant("LI-1");
  const Call call;
  bench.send(call.invite);
  bench.send(call.ok());
  bench.questions.clear();
  bench.answer(bench.asked[0], NoAnswer{"refused"});
  EXPECT_TRUE(bench.questions.empty());
  bench.wait(milliseconds(1'000));
  ASSERT_EQ(bench.questions.size(), 1U);
  bench.questions.clear();
  bench.refuse(bench.asked[0], xk::Reason::unavailable);
  bench.wait(milliseconds(1'999));
  EXPECT_TRUE(bench.questions.empty());
  bench.wait(milliseconds(1));
  EXPECT_EQ(bench.questions.size(), 1U);
  bench.wait(milliseconds(605'000));
  EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "failure"}));
  bench.give(bench.asked[0], call.keys());
  EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "failure"}));
}

TEST(PipelineKeys, each_fork_is_asked_for) {
  for (const auto life : kLives) {
    Bench bench(life);
    bench.warrant("LI-1");
    const Call call;
    const auto fork = call.fork();
    ASSERT_EQ(call.exchange.transfer_init, fork.exchange.transfer_init);
    bench.send(call.invite);
    bench.send(response(183, call.invite, sdp({call.exchange.transfer_resp}), "b"));
    bench.send(response(183, call.invite, sdp({fork.exchange.transfer_resp}), "c"));
    bench.send(fork.ok("c"));
    ASSERT_EQ(bench.asked.size(), 2U);
    bench.give(bench.asked[1], fork.keys());
    bench.give(bench.asked[0], call.keys());
    EXPECT_EQ(bench.story(), (Story{"INVITE", "183", "183", "200", "keys 1 2", "keys 1 2"}));
  }
}

TEST(PipelineKeys, places_of_offer_and_answer) {
  const Call call;
  const auto init = sdp({call.exchange.transfer_init});
  const auto resp = sdp({call.exchange.transfer_resp});
  const auto with = [](Sip sip, const std::string& body) {
    sip.body = body;
    return sip;
  };
  const std::vector<std::vector<Sip>> ways{
      {request("INVITE", "1", ""), response(200, request("INVITE", "1", ""), init), with(request("ACK", "1"), resp)},
      {request("INVITE", "1", ""), response(183, request("INVITE", "1", ""), init), with(request("PRACK", "2"), resp)},
      {with(request("UPDATE", "2"), init), response(200, request("UPDATE", "2"), resp)},
      {with(request("PRACK", "2"), init), response(200, request("PRACK", "2"), resp)},
      {with(request("INVITE", "2"), init), response(200, request("INVITE", "2"), resp)},
  };
  for (const auto& way : ways) {
    Bench bench(Life::restored);
    bench.warrant("LI-1");
    for (const auto& sip : way) bench.send(sip);
    ASSERT_EQ(bench.asked.size(), 1U) << way.front().start;
    EXPECT_TRUE(equal(*bench.questions.at(bench.asked[0]).request.exchange.transfer_resp, call.exchange.transfer_resp));
  }
}

TEST(PipelineKeys, lines_of_media) {
  const Call a, b("DEFGHIJNO", 0x31);
  struct Case {
    std::string offer, answer;
    std::size_t asked;
    Story lost;
  };
  auto rejected = sdp({{}, {}});
  rejected.replace(rejected.find("49170"), 5, "0").replace(rejected.find("49172"), 5, "0");
  const auto init = a.exchange.transfer_init, other = b.exchange.transfer_init;
  const auto resp = a.exchange.transfer_resp, other_resp = b.exchange.transfer_resp;
  const std::string crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";
  const std::vector<Case> cases{
      {sdp({init, other}), sdp({resp, other_resp}), 2, {}},
      {session_level_sdp(init, 2), session_level_sdp(resp, 2), 1, {}},
      {session_level_sdp(init, 2), sdp({resp, resp}), 1, {}},
      {sdp({init, {}}), sdp({resp, {}}), 1, {}},
      {sdp({init, init}), rejected, 0, {}},
      {sdp({init}), sdp({{}}), 0, {"failed resp_missing"}},
      {sdp({init}), sdp({{}}, crypto), 0, {}},               // SDES was chosen
      {sdp({init}), sdp({{}}, {}, "RTP/AVP"), 0, {}},        // plain
      {sdp({{}}), sdp({resp}), 0, {"failed init_missing"}},  // its offer was never seen
      {sdp({Bytes{1, 14, 0, 0}}), sdp({{}}), 0, {"failed malformed"}},
      {sdp({a.exchange.resolve_resp}), sdp({{}}), 0, {"failed unsupported_mikey"}},
  };
  for (const auto& one : cases) {
    Bench bench;
    bench.warrant("LI-1");
    auto invite = a.invite;
    invite.body = one.offer;
    bench.send(invite);
    bench.send(response(200, invite, one.answer));
    EXPECT_EQ(bench.asked.size(), one.asked) << one.answer;
    auto told = bench.keys_told;
    std::erase(told, "asked");
    EXPECT_EQ(told, one.lost) << one.answer;
    EXPECT_EQ(bench.story().size(), 2 + one.lost.size());
  }
}

TEST(PipelineKeys, gateways) {
  const Call call;
  struct Case {
    const char *gateway, *warrant;
    bool failure;
  };
  for (const auto& one :
       std::vector<Case>{{"mgw1.example", "", false}, {"mgw2.example", "", true}, {"", "", false}, {"", "gateway_plain = false\n", true}}) {
    Bench bench;
    if (*one.gateway != 0) bench.rules.gateways = {one.gateway};
    bench.warrant("LI-1", kXid, one.warrant);
    bench.send(call.invite);
    auto ok = response(200, call.invite, sdp({{}}, {}, "RTP/AVP"));
    ok.more = "Contact: <sip:x@MGW1.example:5060>\r\n";
    bench.send(ok);
    EXPECT_EQ(bench.story(), one.failure ? (Story{"INVITE", "200", "failure"}) : (Story{"INVITE", "200"})) << one.gateway << one.warrant;
  }
}

TEST(PipelineKeys, legs_and_warrants_share_a_question) {
  for (const auto life : kLives) {
    Bench bench(life);
    bench.warrant("LI-1");
    bench.warrant("LI-2");
    Call call;
    call.invite.more = "P-Charging-Vector: icid-value=\"abc\"\r\n";
    bench.send(call.invite);
    auto leg = call.invite;
    leg.call_id = "call-2";
    bench.send(leg);
    bench.send(response(200, leg, sdp({call.exchange.transfer_resp})));
    bench.send(call.ok());
    ASSERT_EQ(bench.asked.size(), 1U);
    EXPECT_EQ(bench.questions.at(bench.asked[0]).whose(), "LI-1, LI-2");
    bench.give(bench.asked[0], call.keys());
    EXPECT_EQ(bench.story(),
              (Story{"INVITE", "LI-2 INVITE", "INVITE", "LI-2 INVITE", "200", "LI-2 200", "200", "LI-2 200", "keys 1 2", "LI-2 keys 1 2"}));
    EXPECT_TRUE(bench.signals.empty());
  }
}

// Its LIID is not in the trail.
TEST(PipelineKeys, who_comes_while_others_are_answered_is_asked_for) {
  for (const auto life : kLives) {
    Bench bench(life);
    bench.warrant("LI-1");
    bench.warrant("LI-2");
    const Call call;
    bench.send(call.invite);
    bench.send(call.ok());
    ASSERT_EQ(bench.asked.size(), 1U);
    const auto id = bench.asked[0];
    bench.give(id, call.keys(), {"LI-1"});
    EXPECT_EQ(bench.story(), (Story{"INVITE", "LI-2 INVITE", "200", "LI-2 200", "keys 1 2"}));
    ASSERT_EQ(bench.asked, (std::vector<std::string>{id, id}));
    EXPECT_EQ(bench.questions.at(id).whose(), "LI-2");
    bench.give(id, call.keys());
    EXPECT_EQ(bench.story().back(), "LI-2 keys 1 2");
    EXPECT_EQ(bench.asked.size(), 2U);
  }
}

TEST(PipelineKeys, calls_that_end_early) {
  Bench bench(Life::restored);
  bench.warrant("LI-1");
  const Call call;
  bench.send(call.invite);
  bench.send(request("CANCEL", "1", ""));
  bench.send(response(487, call.invite));
  bench.wait(milliseconds(10'000));
  EXPECT_EQ(bench.story(), (Story{"INVITE", "CANCEL", "487"}));
  bench.wait(std::chrono::minutes(10));
  EXPECT_EQ(bench.sessions(), 0U);
  EXPECT_TRUE(bench.spool.states.empty());

  const Call no_answer_needed("DEHJNO");  // F = 0: the offer is all there is
  auto invite = no_answer_needed.invite;
  invite.call_id = "call-2";
  bench.send(invite);
  ASSERT_EQ(bench.asked.size(), 1U);
  EXPECT_FALSE(bench.questions.at(bench.asked[0]).request.exchange.transfer_resp);
  bench.send(response(486, invite));
  bench.give(bench.asked[0], no_answer_needed.keys());
  EXPECT_EQ(bench.story().back(), "keys 1 + failure /2");
}

}  // namespace
}  // namespace li::df2::test
