// The side roads: updates, mid-session, what a warrant withholds, unprotected tickets, attacks.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "bench.hpp"
#include "hi2/builder.hpp"
#include "mikey/build.hpp"

namespace li::df2::test {
namespace {

using Story = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr Life kLives[] = {Life::quiet, Life::restored, Life::crashed};
constexpr const char* kCrypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";

Sip with(Sip sip, const std::string& body, const std::string& type = "application/sdp") {
  sip.body = body;
  sip.type = type;
  return sip;
}

void answered(Bench& bench, const Call& call) {
  bench.send(call.invite);
  bench.send(call.ok());
}

TEST(PipelineCases, an_update_takes_its_first_exchange_along) {
  for (const auto life : kLives) {
    Call call("DEFGHIJLMNO");
    const auto schedule = mikey::test::must(mikey::update_schedule(call.exchange.messages(), call.exchange.opener(), {mikey::test::kNow}));
    mikey::TransferInit spec;
    spec.stamp = call.exchange.stamp(0x0a0b0c02, 8);
    spec.map = {mikey::test::session(1, 1, Bytes(4, 0x11), {9})};
    spec.keys.push_back(mikey::test::tgk(mikey::test::counting(0x55, 16), {}, {9}));
    const auto init =
        mikey::test::must(mikey::build_update_init(spec, schedule, true, to_bytes(call.exchange.alice), to_bytes(call.exchange.bob)));
    mikey::TransferResp answer;
    answer.t = mikey::ntp_utc(mikey::test::kNow, 9);
    answer.map = spec.map;
    const auto resp = mikey::test::must(mikey::build_update_resp(answer, init, schedule));

    Bench bench(life);
    bench.warrant("LI-1");
    const auto update = with(request("UPDATE", "2"), sdp({init}));
    bench.send(update);  // its first exchange was not seen
    EXPECT_TRUE(bench.asked.empty());
    bench.send(response(200, update, sdp({resp})));
    EXPECT_EQ(bench.keys_told.back(), "failed no_ticket");
    answered(bench, call);
    const auto again = with(request("UPDATE", "3"), sdp({init}));
    bench.send(again);
    bench.send(response(200, again, sdp({resp})));
    ASSERT_EQ(bench.asked.size(), 2U);
    EXPECT_FALSE(bench.questions.at(bench.asked[0]).request.initial);
    const auto& asked = bench.questions.at(bench.asked[1]).request;
    EXPECT_TRUE(equal(asked.exchange.transfer_init, init));
    EXPECT_TRUE(equal(*asked.exchange.transfer_resp, resp));
    ASSERT_TRUE(asked.initial);
    EXPECT_TRUE(equal(asked.initial->transfer_init, call.exchange.transfer_init));
    EXPECT_TRUE(equal(*asked.initial->transfer_resp, call.exchange.transfer_resp));
    EXPECT_TRUE(bench.signals.empty());
    const mikey::GetKeys question{{init, ByteView(resp)}, call.exchange.messages(), call.exchange.alice};
    bench.give(bench.asked[1], mikey::test::must(mikey::get_keys(question, call.exchange.opener(), {mikey::test::kNow}, {})));
    EXPECT_EQ(bench.story(), (Story{"UPDATE", "200", "failure", "INVITE", "200", "UPDATE", "200", "keys 1"}));
  }
}

TEST(PipelineCases, re_offers) {
  for (const auto life : kLives) {
    Bench bench(life);
    bench.warrant("LI-1");
    Call call;
    answered(bench, call);
    const auto same = with(request("INVITE", "2"), call.invite.body);
    bench.send(same);
    bench.send(response(200, same, sdp({call.exchange.transfer_resp})));
    EXPECT_EQ(bench.asked.size(), 1U);
    EXPECT_EQ(bench.reasons(), Story{});
    Call other("DEFGHIJNO", 0x31, 0x0a0b0c77);
    const auto changed = with(request("INVITE", "3"), other.invite.body);
    bench.send(changed);
    bench.send(response(200, changed, sdp({other.exchange.transfer_resp})));
    EXPECT_EQ(bench.asked.size(), 2U);
    EXPECT_EQ(bench.reasons(), Story{});
  }
}

TEST(PipelineCases, what_a_warrant_withholds) {
  struct Case {
    const char* warrant;
    Story story;
    std::size_t asked;
  };
  const std::vector<Case> cases{
      {"scope = \"iri\"\n", {"header INVITE", "header 200"}, 0},
      {"keys_available = false\n", {"INVITE", "200", "failure"}, 0},
      {"network_decrypts = true\n", {"INVITE", "200"}, 1},
  };
  for (const auto life : kLives) {
    for (const auto& one : cases) {
      Bench bench(life);
      bench.warrant("LI-1", kXid, one.warrant);
      Call call;
      call.invite.body = sdp({call.exchange.transfer_init}, kCrypto);
      answered(bench, call);
      bench.send(call.fork().ok("c"));
      if (one.asked != 0) bench.give(bench.asked.at(0), call.keys());
      auto story = bench.story();
      std::erase_if(story, [&, n = 0](const auto& word) mutable { return word.ends_with("200") && ++n == 2; });
      EXPECT_EQ(story, one.story) << one.warrant;
      EXPECT_EQ(!bench.asked.empty(), one.asked != 0);
      if (one.asked == 0) continue;
      ASSERT_EQ(bench.media_keys.size(), 2U);
      EXPECT_EQ(bench.media_keys[0].keys.at(0).suite, "AES_CM_128_HMAC_SHA1_80");
      EXPECT_TRUE(bench.media_keys[1].keys.at(1).key == call.keys().sessions[1].key);
      EXPECT_TRUE(equal(bench.media_keys[1].correlation, *bench.received()[0].record.correlation_number()));
      EXPECT_EQ(as_text(bench.received()[0].pdu.octets).find("inline:"), std::string_view::npos);
    }
  }
}

TEST(PipelineCases, what_is_taken_out_of_messages) {
  const std::string plain = sdp({{}});
  const std::string parts = "hidden\r\n--b\r\nContent-Type: application/sdp\r\n\r\n" + sdp({{}}, kCrypto) +
                            "\r\n--b\r\nContent-Type: text/plain\r\n\r\nsecret\r\n--b--\r\nhidden";
  const std::string left =
      "\r\n--b\r\nContent-Type: application/sdp\r\n\r\n" + plain + "\r\n--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b--\r\n";
  const std::string keys_out =
      "hidden\r\n--b\r\nContent-Type: application/sdp\r\n\r\n" + plain + parts.substr(parts.find("\r\n--b\r\nContent-Type: text"));
  struct Case {
    std::string type, body, iri, decrypted;
  };
  const std::vector<Case> cases{
      {"application/sdp", plain, plain, plain},
      {"application/sdp", sdp({{}}, kCrypto), plain, plain},
      {"application/sdp", sdp({{}}, "k=clear:secret\r\n"), plain, plain},
      {"text/plain", "hello a=crypto", "", "hello a=crypto"},
      {"application/vnd.3gpp.sms", "\x01\x02", "", "\x01\x02"},
      {"application/sdp", "no description", "", "no description"},
      {"multipart/mixed;boundary=b", parts, left.substr(2), keys_out},
      {"multipart/mixed;boundary=x", parts, "", ""},
  };
  for (const auto& one : cases) {
    for (const bool iri : {true, false}) {
      Bench bench;
      bench.warrant("LI-1", kXid, iri ? "scope = \"iri\"\n" : "network_decrypts = true\n");
      auto sip = with(request("INFO", "1", ""), one.body, one.type);
      bench.send(sip);
      sip.body = iri ? one.iri : one.decrypted;
      auto expected = sip.text();
      if (sip.body.empty()) expected.insert(expected.find("Content-Length"), "Content-Type: " + one.type + "\r\n");
      EXPECT_EQ(as_text(*bench.received().at(0).record.sip_message()), expected) << one.type;
    }
  }
}

TEST(PipelineCases, broken_messages_give_no_content_away) {
  Bench bench;
  bench.warrant("LI-1", kXid, "scope = \"iri\"\n");
  bench.send(bench.pdu(as_bytes("MESSAGE sip:x SIP/2.0\r\nContent-Length: 6\r\n\r\nsecret")));
  EXPECT_EQ(as_text(*bench.received().at(0).record.sip_message()), "MESSAGE sip:x SIP/2.0\r\nContent-Length: 0\r\n\r\n");
}

x2::Pdu start_of(Bench& bench, const Call& call) {
  const auto head = [](const Sip& sip) {
    const auto text = sip.text();
    return text.substr(0, text.find("\r\n\r\n"));
  };
  const auto record = hi2::IriBuilder::report(hi2::Module::eps)
                          .lawful_interception_identifier("theirs")
                          .network_identifier("XX")
                          .utc_time_stamp(bench.now - std::chrono::hours(1))
                          .sip_message_header_offer(head(call.invite))
                          .sip_message_header_answer(head(call.ok()))
                          .sdp_offer(call.invite.body)
                          .sdp_answer(call.ok().body)
                          .encode();
  return bench.pdu(record.value(), x2::PayloadFormat::eps_iri_content);
}

TEST(PipelineCases, a_session_that_runs_already) {
  for (const auto life : kLives) {
    for (const std::string module : {"eps", "umts"}) {
      Bench bench(life);
      bench.warrant("LI-1", kXid, "module = \"" + module + "\"\n");
      const Call call;
      bench.send(start_of(bench, call));
      ASSERT_EQ(bench.asked.size(), 1U);
      bench.give(bench.asked[0], call.keys());
      bench.send(request("BYE", "2"));
      EXPECT_EQ(bench.story(), (Story{"start", "keys 1 2", "BYE"}));
      const auto received = bench.received();
      const auto& record = received[0].record;
      EXPECT_EQ(record.module(), *hi2::module_by_name(module));
      EXPECT_EQ(record.network_identifier()->operator_identifier, "OP01");
      EXPECT_EQ(record.time_stamp().text, "20261120110000.000");
      EXPECT_EQ(as_text(*record.sdp_offer()), call.invite.body);
      EXPECT_EQ(as_text(*record.sdp_answer()), call.ok().body);
      EXPECT_EQ(record.party_information().at(0).sip_uri, "sip:alice@home1.example");
    }
  }
}

Bytes member(const std::string& json, const std::string& name) {
  const auto at = json.find("\"" + name + "\"");
  const auto begin = json.find('"', json.find(':', at)) + 1;
  return from_hex(json.substr(begin, json.find('"', begin) - begin)).value();
}

std::string unprotected() {
  std::ifstream file(HI2KIT_SOURCE_DIR "/tests/data/mikey/get_keys/unprotected-fork.json");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(PipelineCases, without_a_trail_no_key_is_read) {
  const auto text = unprotected();
  Sip invite;
  invite.body = sdp({member(text, "transfer_init")});
  Bench bench;
  bench.rules.allow_unprotected = bench.no_trail = true;
  bench.warrant("LI-1");
  bench.send(invite);
  bench.send(response(200, invite, sdp({member(text, "transfer_resp")})));
  EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "failure"}));
  EXPECT_EQ(bench.keys_told, Story{"failed no_audit"});
}

TEST(PipelineCases, unprotected_tickets) {
  const auto text = unprotected();
  Sip invite;
  invite.body = sdp({member(text, "transfer_init")});
  for (const bool allowed : {true, false}) {
    Bench bench(Life::restored);
    bench.rules.allow_unprotected = allowed;
    bench.warrant("LI-1");
    bench.warrant("LI-2", kXid, "network_decrypts = true\n");
    bench.send(invite);
    bench.send(response(200, invite, sdp({member(text, "transfer_resp")})));
    EXPECT_TRUE(bench.asked.empty());
    auto story = allowed ? Story{"INVITE", "LI-2 INVITE", "200", "keys 1 2", "LI-2 200"}
                         : Story{"INVITE", "LI-2 INVITE", "200", "failure", "LI-2 200", "LI-2 failure"};
    EXPECT_EQ(bench.story(), story);
    EXPECT_EQ(bench.reasons(), (Story{"unprotected", "unprotected"}));
    EXPECT_EQ(bench.read, allowed ? (Story{"LI-1", "LI-2"}) : Story{}) << "in the trail before they leave";
    EXPECT_EQ(bench.media_keys.size(), allowed ? 1U : 0U);
    EXPECT_EQ(as_text(*bench.received()[1].record.sip_message()).find("key-mgmt"), std::string_view::npos);
  }
}

}  // namespace
}  // namespace li::df2::test
