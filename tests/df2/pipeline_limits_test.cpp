// What must not get out any more, what cannot be switched off from outside, and how much one session may make us do.
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "bench.hpp"

namespace li::df2::test {
namespace {

using Story = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr Life kLives[] = {Life::quiet, Life::restored, Life::crashed};

void rewrite(Bench& bench, const std::string& more) {
  bench.warrants_text.clear();
  bench.warrant("LI-1", kXid, more);
}

void open_call(Bench& bench, const Call& call) {
  bench.warrant("LI-1");
  bench.send(call.invite);
  bench.send(call.ok());
  ASSERT_EQ(bench.asked.size(), 1U);
}

TEST(PipelineLimits, a_warrant_that_lost_its_keys_gets_none) {
  struct Case {
    const char* warrant;
    Story story;
  };
  for (const auto& one : std::vector<Case>{{"scope = \"iri\"\n", {"INVITE", "200"}},
                                           {"keys_available = false\n", {"INVITE", "200", "failure"}},
                                           {"valid_until = \"2026-11-20T11:00:00Z\"\n", {"INVITE", "200"}}}) {
    for (const bool reload : {true, false}) {
      Bench bench;
      const Call call;
      open_call(bench, call);
      rewrite(bench, one.warrant);
      if (reload) {
        bench.restart();
        EXPECT_EQ(bench.pipeline().due(), TimePoint{}) << "at once";
        EXPECT_TRUE(bench.pipeline().take_questions().empty()) << "not before the warrants were looked at";
        bench.wait(milliseconds(0));
        EXPECT_EQ(bench.withdrawn, bench.asked);
      }
      bench.give(bench.asked[0], call.keys());
      EXPECT_EQ(bench.story(), one.story) << one.warrant;
      EXPECT_EQ(bench.reasons(), Story{"not_valid"});
      bench.wait(milliseconds(10'000));
      EXPECT_EQ(bench.story(), one.story) << one.warrant;
    }
  }
}

TEST(PipelineLimits, sessions_that_are_over_leave_no_numbers) {
  for (const auto life : kLives) {
    Bench bench(life);
    bench.rules.max_sessions = 15;
    bench.warrant("LI-1");
    bench.send(request("OPTIONS", "1 OPTIONS", ""));  // it is of a session, too
    std::map<std::uint32_t, std::vector<std::uint32_t>> numbers;
    for (int i = 0; i < 20; ++i) {
      auto invite = Sip();
      invite.call_id = "call-" + std::to_string(i);
      bench.send(invite);
      bench.send(response(200, invite));
    }
    for (const auto& [key, next] : bench.spool.numbers) EXPECT_LT(next, 3U);
    EXPECT_EQ(bench.spool.numbers.size(), 15U) << "those that had to go took theirs along";
    bench.wait(std::chrono::hours(25));
    EXPECT_EQ(bench.sessions(), 0U);
    EXPECT_EQ(bench.spool.numbers.size(), 0U);
    for (int i = 0; i < 3; ++i) {
      auto info = request("INFO", std::to_string(i + 1) + " INFO");
      info.call_id = "call-1";  // of a session that is forgotten
      info.branch += std::to_string(i);
      bench.send(info);
    }
    for (const auto& one : bench.received())
      numbers[one.pdu.header.communication_identity_number.value()].push_back(one.pdu.header.sequence_number);
    for (const auto& [cin, all] : numbers) {
      for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], i) << "CIN " << cin;
    }
    EXPECT_EQ(numbers.rbegin()->second.size(), 3U) << "under a CIN that was never used";
    EXPECT_EQ(bench.spool.numbers.size(), 1U);
  }
}

TEST(PipelineLimits, a_clock_that_was_set_back_finds_room_for_a_new_session) {
  for (const auto life : kLives) {
    Bench bench(life);
    bench.rules.max_sessions = 3;
    bench.warrant("LI-1");
    const auto call = [&](int i) {
      auto invite = Sip();
      invite.call_id = "call-" + std::to_string(i);
      bench.send(invite);
      return invite;
    };
    for (int i = 0; i < 3; ++i) call(i);
    bench.now -= std::chrono::hours(2);
    const auto last = call(3);
    EXPECT_EQ(bench.sessions(), 3U);
    bench.send(response(200, last));
    const auto received = bench.received();
    ASSERT_EQ(received.size(), 5U);
    EXPECT_EQ(received[4].pdu.header.communication_identity_number, received[3].pdu.header.communication_identity_number)
        << "it is still there";
    EXPECT_EQ(bench.reasons(), Story{"sessions_full"});
  }
}

TEST(PipelineLimits, an_older_state_of_a_session_gives_way) {
  Bench bench;
  bench.warrant("LI-1");
  const Call call;
  bench.send(call.invite);
  ASSERT_EQ(bench.spool.states.size(), 1U);
  auto older = bench.spool.states.begin()->second;
  bench.now += milliseconds(1'000);
  bench.send(call.ok());
  bench.spool.states[{"session", to_bytes("LI-1"), Bytes()}] = std::move(older);  // it comes first
  bench.restart();
  EXPECT_EQ(bench.sessions(), 1U);
  bench.give(bench.asked.at(0), call.keys());
  EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "keys 1 2"}));
  bench.wait(std::chrono::hours(25));
  EXPECT_EQ(bench.sessions(), 0U);
  bench.wait(std::chrono::hours(25));
  bench.send(call.invite);
  EXPECT_EQ(bench.sessions(), 1U) << "nothing finds the one that is gone";
}

TEST(PipelineLimits, questions_end_with_their_warrant) {
  Bench bench;
  rewrite(bench, "valid_until = \"2026-11-20T12:00:03Z\"\n");
  const Call call;
  bench.send(call.invite);
  bench.send(call.ok());
  EXPECT_EQ(bench.pipeline().due(), bench.now + milliseconds(3'000));
  bench.wait(milliseconds(3'000));
  EXPECT_EQ(bench.withdrawn, bench.asked);
  EXPECT_EQ(bench.story(), (Story{"INVITE", "200"}));
}

TEST(PipelineLimits, nothing_comes_back_without_a_warrant) {
  for (const bool erased : {true, false}) {
    Bench bench;
    const Call call;
    open_call(bench, call);
    bench.warrants_text.clear();
    if (erased) static_cast<void>(bench.spool.erase(as_bytes("LI-1")));
    const auto entries = bench.spool.entries.size();
    bench.restart();
    bench.wait(milliseconds(0));
    EXPECT_EQ(bench.sessions(), 0U);
    bench.give(bench.asked[0], call.keys());
    bench.wait(milliseconds(10'000));
    EXPECT_TRUE(bench.spool.states.empty());
    EXPECT_EQ(bench.spool.entries.size(), entries);
    EXPECT_EQ(bench.withdrawn.size(), erased ? 0U : 1U);
  }
}

TEST(PipelineLimits, a_foreign_offer_takes_no_answer_away) {
  const Call call;
  const Call other("DEFGHIJNO", 0x31, 0x0a0b0c77);
  const auto with = [&](Sip sip) {
    sip.body = sdp({other.exchange.transfer_init});
    return sip;
  };
  struct Case {
    std::vector<Sip> between;
    std::size_t asked;
    Story told;
  };
  auto callee = with(request("INVITE", "1", "a"));
  callee.from_tag = "b";
  auto twin = with(call.invite);
  twin.branch = "z9hG4bKtwin";
  std::vector<Sip> infos, updates;
  for (int i = 0; i < 20; ++i) {
    infos.push_back(with(request("INFO", std::to_string(2 + i))));
    updates.push_back(with(request("UPDATE", std::to_string(2 + i))));
  }
  updates.resize(15);
  for (const auto& one : std::vector<Case>{
           {infos, 1, {"asked", "failed misplaced"}}, {updates, 1, {"asked"}}, {{callee}, 1, {"asked"}}, {{twin}, 2, {"asked", "asked"}}}) {
    for (const auto life : kLives) {
      Bench bench(life);
      bench.warrant("LI-1");
      bench.send(call.invite);
      for (const auto& sip : one.between) bench.send(sip);
      bench.send(call.ok());
      ASSERT_EQ(bench.asked.size(), one.asked);
      EXPECT_TRUE(equal(bench.questions.at(bench.asked.back()).request.exchange.transfer_init, call.exchange.transfer_init));
      auto told = bench.keys_told;
      std::sort(told.begin(), told.end());
      EXPECT_EQ(told, one.told);
    }
  }
}

TEST(PipelineLimits, offers_that_push_others_out_are_told) {
  Bench bench;
  const Call call;
  bench.warrant("LI-1");
  for (int i = 0; i < 18; ++i) {
    auto update = request("UPDATE", std::to_string(2 + i));
    update.body = call.invite.body;
    bench.send(update);
  }
  EXPECT_EQ(bench.keys_told, (Story{"failed too_many_offers", "failed too_many_offers"}));
}

TEST(PipelineLimits, an_answer_stays_an_answer) {
  const Call call;
  const Call other("DEFGHIJNO", 0x31, 0x0a0b0c77);
  for (const std::string port : {"0", "5000"}) {
    Bench bench;
    bench.warrant("LI-1");
    bench.send(call.invite);
    const auto more = "m=video " + port + " RTP/SAVP 31\r\na=key-mgmt:mikey " + to_base64(other.exchange.transfer_init) + "\r\n";
    bench.send(response(200, call.invite, sdp({call.exchange.transfer_resp}) + more));
    ASSERT_EQ(bench.asked.size(), 1U) << port;
    EXPECT_TRUE(equal(bench.questions.at(bench.asked[0]).request.exchange.transfer_init, call.exchange.transfer_init));
  }
  Bench bench;  // an offer for an answer
  bench.warrant("LI-1");
  bench.send(call.invite);
  bench.send(response(200, call.invite, sdp({other.exchange.transfer_init})));
  EXPECT_EQ(bench.keys_told, Story{"failed resp_missing"});
}

TEST(PipelineLimits, open_questions_of_a_session) {
  Bench bench;
  bench.warrant("LI-1");
  const Call call;
  bench.send(call.invite);
  for (int i = 0; i < 40; ++i) {
    auto resp = call.exchange.transfer_resp;
    resp.back() = static_cast<std::uint8_t>(resp.back() ^ (i + 1));
    bench.send(response(183, call.invite, sdp({resp}), "t" + std::to_string(i)));
  }
  EXPECT_EQ(bench.asked.size(), 32U);
  EXPECT_EQ(bench.reasons(), Story(8, "too_many_questions"));
  const auto story = bench.story();
  EXPECT_EQ(std::count(story.begin(), story.end(), "failure"), 8);
}

TEST(PipelineLimits, one_failure_record_a_message_and_reason) {
  Bench bench;
  bench.warrant("LI-1");
  const Call call;
  bench.send(call.invite);
  bench.send(call.ok());
  std::vector<Bytes> junk;
  for (std::uint8_t i = 0; i < 100; ++i) junk.push_back(Bytes{1, 14, 0, i});
  auto update = request("UPDATE", "2");
  update.body = sdp(junk);
  bench.send(update);
  EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "UPDATE", "failure"}));
  auto again = call.ok();
  again.more = "X: y\r\n";
  bench.send(again);
  EXPECT_EQ(bench.asked.size(), 1U) << "what was asked is not forgotten over it";
}

TEST(PipelineLimits, retransmissions_are_the_same_throughout_and_soon) {
  Bench bench;
  bench.warrant("LI-1");
  auto message = request("MESSAGE", "1", "");
  message.type = "text/plain";
  message.body = "hello";
  auto other = message;
  other.start = "MESSAGE sip:carol@home2.example SIP/2.0";
  other.to = "sip:carol@home2.example";
  bench.send(message);
  bench.send(other);
  bench.now += milliseconds(32'000);
  bench.send(message);
  EXPECT_EQ(bench.story(), (Story{"MESSAGE", "MESSAGE"}));
  bench.now += milliseconds(1'000);
  bench.send(message);
  EXPECT_EQ(bench.story(), (Story{"MESSAGE", "MESSAGE", "MESSAGE"}));
}

TEST(PipelineLimits, what_can_be_saved_of_an_event) {
  for (const std::string scope : {"iri", "iri+cc"}) {
    Bench bench;
    rewrite(bench, "scope = \"" + scope + "\"\n");
    auto message = request("MESSAGE", "1", "");
    message.type = "text/plain";
    message.body = "secret";
    const auto warrants = Warrants::parse(bench.warrants_text, "warrants.toml");
    ASSERT_TRUE(warrants);
    auto batch = *bench.spool.begin();
    ASSERT_TRUE(bench.pipeline().salvage(bench.pdu(as_bytes(message.text())), *warrants, bench.now, *batch));
    ASSERT_TRUE(batch->commit());
    const auto received = bench.received();
    const auto& record = received.at(0).record;
    EXPECT_FALSE(record.correlation_number());
    EXPECT_EQ(as_text(*record.sip_message()).ends_with("secret"), scope == "iri+cc");
  }
}

}  // namespace
}  // namespace li::df2::test
