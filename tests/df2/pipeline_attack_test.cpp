// Attack signals, and how much is remembered for how long.
#include <gtest/gtest.h>

#include "bench.hpp"
#include "df2/session_impl.hpp"

namespace li::df2::test {
namespace {

using Story = std::vector<std::string>;
using std::chrono::milliseconds;

Sip as_call(Sip sip, const std::string& call_id) {
  sip.call_id = call_id;
  return sip;
}

TEST(PipelineAttacks, what_the_kms_finds) {
  for (const auto reason : {xk::Reason::pair_mismatch, xk::Reason::target, xk::Reason::init_mac, xk::Reason::expired}) {
    Bench bench;
    bench.warrant("LI-1");
    const Call call;
    bench.send(call.invite);
    bench.send(call.ok());
    bench.refuse(bench.asked.at(0), reason);
    EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "failure"}));
    EXPECT_EQ(bench.reasons(true), reason == xk::Reason::expired ? Story{} : Story{std::string(xk::to_string(reason))});
  }
}

TEST(PipelineAttacks, identities) {
  struct Case {
    std::string from, to, asserted, answerer;
    std::size_t signals;
  };
  const std::string alice = "sip:alice@home1.example", bob = "sip:bob@home2.example";
  const std::vector<Case> cases{
      {alice, bob, "", "", 0},
      {"sip:alice@HOME1.example;x=y", bob, "", "", 0},
      {"sip:mallory@home1.example", bob, "", "", 1},
      {"sip:mallory@home1.example", bob, alice, "", 0},
      {"sip:anonymous@anonymous.invalid", bob, "", "", 0},
      {"sip:anonymous@anonymous.invalid", bob, "sip:mallory@home1.example", "", 1},
      {alice, "sip:carol@home2.example", "", "", 1},
  };
  for (const auto& one : cases) {
    Bench bench;
    bench.warrant("LI-1");
    Call call;
    call.invite.from = one.from;
    call.invite.to = one.to;
    auto ok = call.ok();
    if (!one.asserted.empty()) call.invite.more = "P-Asserted-Identity: <" + one.asserted + ">\r\n";
    if (!one.answerer.empty()) ok.more = "P-Asserted-Identity: <" + one.answerer + ">\r\n";
    bench.send(call.invite);
    bench.send(ok);
    EXPECT_EQ(bench.reasons(true), Story(one.signals, "identity_mismatch")) << one.from << one.to << one.asserted;
    EXPECT_EQ(bench.story().size(), 2U + one.signals);
    ASSERT_EQ(bench.asked.size(), 1U) << "the KMS decides: a signal turns no keys off";
    bench.give(bench.asked[0], call.keys());
    EXPECT_EQ(bench.story().back(), "keys 1 2");
  }
}

TEST(PipelineAttacks, tickets_elsewhere) {
  for (const auto life : {Life::quiet, Life::restored}) {
    for (const std::string flags : {"DEFGHIJNO", "DEFGHINO"}) {
      Bench bench(life);
      bench.warrant("LI-1");
      bench.warrant("LI-2");
      Call call(flags);
      bench.send(call.invite);  // the same call under two warrants is one call
      bench.send(call.ok());
      EXPECT_EQ(bench.reasons(), Story{});

      Call again(flags);  // another TRANSFER_INIT under the same ticket
      again.exchange.rand_transfer = mikey::test::counting(0x77, 16);
      again.exchange.transfer();
      auto reuse = as_call(call.invite, "call-2");
      reuse.body = sdp({again.exchange.transfer_init});
      bench.send(reuse);
      const bool may = flags.find('J') != std::string::npos;
      EXPECT_EQ(bench.reasons(true), may ? Story{} : (Story{"ticket_elsewhere", "ticket_elsewhere"}));
      bench.signals.clear();
      bench.send(as_call(call.invite, "call-3"));
      EXPECT_EQ(bench.reasons(true), (Story{"ticket_elsewhere", "ticket_elsewhere"}));
    }
  }
}

TEST(PipelineAttacks, a_stranger_answers) {
  for (const std::string gateway : {"", "home2.example"}) {
    Bench bench;
    bench.warrant("LI-1");
    if (!gateway.empty()) bench.rules.gateways = {gateway};
    const Call call;
    bench.send(call.invite);
    auto ok = call.ok();
    ok.to = "sip:carol@home3.example";
    bench.send(ok);
    ASSERT_EQ(bench.asked.size(), 1U);
    EXPECT_EQ(bench.reasons(true), gateway.empty() ? Story{"identity_mismatch"} : Story{});
    EXPECT_EQ(bench.keys_told, gateway.empty() ? (Story{"asked", "failed identity_mismatch"}) : Story{"asked"});
    bench.wait(milliseconds(5'000));
    bench.give(bench.asked[0], call.keys());
    EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "failure", "keys 1 2"})) << "one failure record";
  }
}

TEST(PipelineAttacks, another_ticket_under_the_same_bundle) {
  for (const auto life : {Life::quiet, Life::restored, Life::crashed}) {
    Bench bench(life);
    bench.warrant("LI-1");
    const Call call;
    const Call other("DEFGHIJNO", 0x31);
    bench.send(call.invite);
    bench.send(call.ok());
    auto changed = request("INVITE", "3");
    changed.body = other.invite.body;
    bench.send(changed);
    bench.send(response(200, changed, sdp({other.exchange.transfer_resp})));
    ASSERT_EQ(bench.asked.size(), 2U);
    EXPECT_EQ(bench.reasons(true), Story{"ticket_changed"});
    bench.give(bench.asked[1], other.keys());
    EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "INVITE", "failure", "200", "keys 1 2"}));
  }
}

TEST(PipelineAttacks, a_decoy_before_the_call_turns_no_keys_off) {
  Bench bench;
  bench.warrant("LI-1");
  const Call call;
  bench.send(as_call(call.invite, "decoy"));
  bench.send(call.invite);
  EXPECT_EQ(bench.reasons(true), Story{"ticket_elsewhere"});
  bench.send(call.ok());
  bench.give(bench.asked.at(0), call.keys());
  EXPECT_EQ(bench.story(), (Story{"INVITE", "INVITE /2", "failure /2", "200 /2", "keys 1 2 /2"}));
}

TEST(PipelineAttacks, floods) {
  Bench bench;
  bench.rules.flood_tickets = 3;
  bench.warrant("LI-1");
  for (int i = 0; i < 4; ++i) {
    const Call call("DEFGHIJNO", static_cast<std::uint8_t>(0x30 + i));
    const auto invite = as_call(call.invite, "call-" + std::to_string(i));
    bench.send(invite);
    bench.send(response(200, invite, sdp({call.exchange.transfer_resp})));
    bench.refuse(bench.asked.at(static_cast<std::size_t>(i)), xk::Reason::unknown_tpk);
    EXPECT_EQ(bench.reasons(true), i >= 2 ? Story{"ticket_flood"} : Story{});
  }
}

TEST(PipelineState, lifetimes) {
  Bench bench(Life::restored);
  bench.warrant("LI-1");
  bench.send(Sip());
  bench.send(response(200, Sip()));
  bench.send(request("BYE", "2"));
  auto message = as_call(request("MESSAGE", "1", ""), "m");
  bench.send(message);
  bench.send(response(200, message));
  auto other = as_call(Sip(), "call-2");
  bench.send(other);
  EXPECT_EQ(bench.sessions(), 3U);
  bench.wait(std::chrono::minutes(10));
  EXPECT_EQ(bench.sessions(), 1U);
  bench.wait(std::chrono::hours(24) - std::chrono::minutes(10) - milliseconds(1));
  EXPECT_EQ(bench.sessions(), 1U);
  bench.wait(milliseconds(1));
  EXPECT_EQ(bench.sessions(), 0U);
  EXPECT_TRUE(bench.spool.states.empty());
  EXPECT_FALSE(bench.pipeline().due());
}

TEST(PipelineState, bounded) {
  Bench bench(Life::restored);
  bench.rules.max_sessions = 2;
  bench.warrant("LI-1");
  const Call call;
  bench.send(call.invite);
  bench.send(call.ok());
  bench.send(as_call(request("MESSAGE", "1", ""), "m"));
  bench.send(response(200, as_call(request("MESSAGE", "1", ""), "m")));
  bench.now += milliseconds(1);
  bench.send(as_call(Sip(), "call-2"));
  EXPECT_EQ(bench.sessions(), 2U);
  EXPECT_EQ(bench.story().size(), 5U);
  bench.now += milliseconds(1);
  bench.send(as_call(Sip(), "call-3"));  // the first call goes, and its keys will not come
  EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "MESSAGE /2", "200 /2", "INVITE /3", "failure", "INVITE /4"}));
  EXPECT_EQ(bench.reasons(), (Story{"sessions_full", "sessions_full"}));
  EXPECT_EQ(bench.spool.states.size(), 2U);
}

TEST(PipelineState, keys_need_a_valid_warrant) {
  Bench bench;
  bench.warrant("LI-1", kXid, "valid_until = \"2026-11-20T12:00:01Z\"\n");
  const Call call;
  bench.send(call.invite);
  bench.send(call.ok());
  bench.now += milliseconds(1'000);
  bench.give(bench.asked.at(0), call.keys());
  EXPECT_EQ(bench.story(), (Story{"INVITE", "200"}));
  EXPECT_EQ(bench.reasons(), Story{"not_valid"});
}

TEST(PipelineState, an_open_call_is_small_and_each_octet_of_it_counts) {
  Bench bench;
  bench.warrant("LI-1");
  const Call call;
  bench.send(call.invite);
  bench.send(call.ok());
  bench.give(bench.asked.at(0), call.keys());
  ASSERT_EQ(bench.spool.states.size(), 1U);
  const auto& octets = bench.spool.states.begin()->second;
  EXPECT_LT(octets.size(), 1'500U);
  const auto session = decode_session(octets);
  ASSERT_TRUE(session);
  EXPECT_EQ(encode_session(*session), octets);
  for (std::size_t size = 0; size < octets.size(); ++size) EXPECT_FALSE(decode_session(ByteView(octets).first(size)));
  auto more = octets;
  more.push_back(0);
  EXPECT_FALSE(decode_session(more));
}

TEST(PipelineState, a_full_disk_loses_nothing) {
  Bench bench;
  bench.warrant("LI-1");
  bench.spool.full = true;
  EXPECT_THROW(bench.send(Sip()), std::runtime_error);
  bench.spool.full = false;
  bench.restart();
  bench.send(Sip());
  EXPECT_EQ(bench.story(), Story{"INVITE"});
  EXPECT_EQ(bench.received()[0].pdu.header.communication_identity_number, 1U);
}

TEST(PipelineState, an_unknown_zone) {
  Bench bench;
  bench.rules.zone = "Nowhere/Land";
  EXPECT_THROW(bench.restart(), std::runtime_error);
}

}  // namespace
}  // namespace li::df2::test
