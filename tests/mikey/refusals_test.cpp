// What a KMS must not answer: each kind of wrong input with its own reason, and every single octet of a call changed.
#include <gtest/gtest.h>

#include <set>

#include "exchange.hpp"
#include "mikey/encode.hpp"

namespace li::mikey::test {
namespace {

Reason reason(const Answer<CallKeys>& answer) { return answer ? throw std::runtime_error("keys were given") : answer.error().reason; }

TEST(Refusals, each_changed_octet) {
  for (const auto* flags : {"DEFGHIJNO", "DFGHJNO", "DEFHIJNO"}) {
    Exchange good;
    good.flags = flags;
    good.play();
    ASSERT_TRUE(good.get_keys(good.alice)) << flags;
    std::set<Reason> reasons;
    for (auto* message : {&good.transfer_init, &good.transfer_resp}) {
      for (std::size_t i = 0; i < message->size(); ++i) {
        for (const auto change : Bytes{0x01, 0x80, 0xff}) {
          (*message)[i] ^= change;
          const auto answer = good.get_keys(good.alice);
          EXPECT_FALSE(answer) << flags << (message == &good.transfer_init ? " init " : " resp ") << i;
          if (!answer) reasons.insert(answer.error().reason);
          (*message)[i] ^= change;
        }
      }
    }
    EXPECT_GE(reasons.size(), 6U);
  }
}

TEST(Refusals, truncated_anywhere) {
  Exchange good;
  good.play();
  const auto whole = good.transfer_init;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    good.transfer_init = Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(reason(good.get_keys(good.alice)), Reason::malformed) << size;
  }
}

TEST(Refusals, messages_of_two_calls) {
  Exchange one;
  Exchange other;
  other.rand_transfer = counting(0x31, 16);
  other.rand_resp = counting(0x71, 16);
  one.play();
  other.play();
  one.transfer_resp = other.transfer_resp;  // the same CSB ID, another call
  EXPECT_EQ(reason(one.get_keys(one.alice)), Reason::resp_mac);
  one.transfer_resp[7] ^= 1;
  EXPECT_EQ(reason(one.get_keys(one.alice)), Reason::pair_mismatch);
}

TEST(Refusals, targets) {
  Exchange call;
  call.play();
  EXPECT_TRUE(call.get_keys(call.alice));
  EXPECT_TRUE(call.get_keys(call.bob));
  EXPECT_TRUE(call.get_keys("SIP:alice@HOME1.example"));
  for (const auto* target : {"sip:mallory@home3.example", "sip:Alice@home1.example", "alice@home1.example", "", "sip:bob@home2.example ",
                             "sip:kms.home1.example"}) {
    EXPECT_EQ(reason(call.get_keys(target)), Reason::target) << target;
  }
}

// Carol belongs to the group that the ticket names and has resolved it too, but Bob answered.
TEST(Refusals, third_party_that_resolved_the_same_ticket) {
  const Groups groups = {{"sip:it@home2.example", {"sip:bob@home2.example", "sip:carol@home2.example"}}};
  Exchange call;
  call.responders = {"sip:it@home2.example"};
  call.play();
  const auto ask = [&](const char* target) { return get_keys({call.messages(), {}, target}, call.opener(), {kNow}, groups); };
  EXPECT_TRUE(ask("sip:bob@home2.example"));
  EXPECT_TRUE(ask("sip:it@home2.example"));
  EXPECT_EQ(reason(ask("sip:carol@home2.example")), Reason::target);
}

TEST(Refusals, times) {
  Exchange expired;
  expired.ticket_end = 0xd6b43231;
  expired.play();
  EXPECT_EQ(reason(expired.get_keys(expired.alice)), Reason::expired);
  Exchange in_time;  // ends while the call lasts; asked a year later
  in_time.ticket_end = 0xd6b43240;
  in_time.play();
  EXPECT_TRUE(get_keys({in_time.messages(), {}, in_time.alice}, in_time.opener(), {kNow + 31'536'000}, {}));
}

TEST(Refusals, tickets) {
  Exchange unknown;
  unknown.play();
  unknown.tpk_id = to_bytes(std::string_view("tpk-8"));
  EXPECT_EQ(reason(unknown.get_keys(unknown.alice)), Reason::unknown_tpk);
  Exchange wrong;
  wrong.play();
  wrong.tpk[0] ^= 1;
  EXPECT_EQ(reason(wrong.get_keys(wrong.alice)), Reason::ticket_mac);
}

TEST(Refusals, missing_answer) {
  Exchange call;
  call.play();
  call.transfer_resp.clear();
  EXPECT_EQ(reason(call.get_keys(call.alice)), Reason::resp_missing);
}

// A policy inside a policy inside a policy ... must not take the stack.
TEST(Refusals, policies_without_end) {
  Bytes nested{0};
  for (int depth = 0; depth < 5000; ++depth) {
    Bytes outer{number(Next::tp), 0, 0, 1, 1, 1, 1, 0, 0};
    outer.push_back(static_cast<std::uint8_t>(nested.size() >> 8));
    outer.push_back(static_cast<std::uint8_t>(nested.size()));
    outer.insert(outer.end(), nested.begin(), nested.end());
    if (outer.size() > 0xFFFF) break;
    nested = outer;
  }
  Bytes message{1, number(DataType::request_init_psk), number(Next::tp), 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 0};
  message.push_back(static_cast<std::uint8_t>(nested.size() >> 8));
  message.push_back(static_cast<std::uint8_t>(nested.size()));
  message.insert(message.end(), nested.begin(), nested.end());
  const auto read = must(decode(message));
  ASSERT_EQ(find<Tp>(read.payloads)->tp_data.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Unread>(find<Tp>(read.payloads)->tp_data.front().body));
  EXPECT_EQ(must(encode(read)), message);
}

// The sender's word alone does not make an initiator.
TEST(Refusals, a_ticket_that_names_no_initiator) {
  Exchange call;
  call.names_initiator = false;
  call.play();
  EXPECT_EQ(reason(call.get_keys(call.alice)), Reason::target);
  EXPECT_TRUE(call.get_keys(call.bob));
}

// Without forking, whoever may resolve a ticket can name anybody as the one who answered.
TEST(Refusals, a_responder_whom_the_ticket_does_not_cover) {
  Exchange call;
  call.flags = "DFGHJNO";
  call.play();
  call.bob = "sip:erin@home2.example";
  call.respond();
  EXPECT_EQ(reason(call.get_keys(call.bob)), Reason::target);
  EXPECT_TRUE(call.get_keys(call.alice));
}

// A session whose policy says a key of no octets has none; the others have theirs.
TEST(Refusals, keys_of_no_octets) {
  Exchange call;
  call.policies.push_back(srtp_policy(2, 0));
  call.init_map[1].policies = call.resp_map[1].policies = {2};
  call.play();
  const auto keys = must(call.get_keys(call.alice));
  EXPECT_FALSE(keys.sessions[0].reason);
  EXPECT_EQ(keys.sessions[1].reason, Reason::no_key);
  call.resp_map[0].policies = {2};
  call.play();
  EXPECT_EQ(reason(call.get_keys(call.alice)), Reason::no_key);
}

TEST(Refusals, nothing_wrong_is_built) {
  Exchange call;
  call.request();
  TransferInit spec;
  spec.stamp = call.stamp(1, 4);
  spec.map = call.init_map;
  spec.rand_i = Bytes(8);
  spec.ticket = call.ticket;
  EXPECT_EQ(build_transfer_init(spec, call.alice_secrets).error().clause, "RFC 6043 12.1");
  spec.rand_i = call.rand_transfer;
  spec.stamp.auth = Auth::hmac_sha_256_256;
  EXPECT_EQ(build_transfer_init(spec, call.alice_secrets).error().clause, "RFC 6043 12.1");
  spec.stamp.auth = Auth::hmac_sha_1_160;
  spec.keys.push_back(tgk(counting(1, 16), {}, {9}));
  EXPECT_EQ(build_transfer_init(spec, call.alice_secrets).error().clause, "RFC 6043 6.10");
}

}  // namespace
}  // namespace li::mikey::test
