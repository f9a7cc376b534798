// CSB updates, the public-key variants and Error messages.
#include <gtest/gtest.h>

#include "crypto/random.hpp"
#include "exchange.hpp"

namespace li::mikey::test {
namespace {

// An update with a KEMAC in both directions; the ticket allows it (L and M).
struct Update {
  Exchange call;
  Bytes init, resp;

  Update() {
    call.flags = "DEFGHIJLMNO";
    call.play();
    const auto schedule = must(update_schedule(call.messages(), call.opener(), {kNow}));
    TransferInit spec;
    spec.stamp = call.stamp(0x0a0b0c02, 8);
    spec.map = {session(1, 1, Bytes(4, 0x11), {9})};
    spec.id_i = uri(IdRole::initiator, call.alice);
    spec.keys.push_back(tgk(counting(0x55, 16), {}, {9}));
    init = must(build_update_init(spec, schedule, true, to_bytes(call.alice), to_bytes(call.bob)));
    TransferResp answer;
    answer.t = ntp_utc(kNow, 9);
    answer.map = spec.map;
    answer.map.push_back(session(2, 1, Bytes(4, 0x22), {10}));
    answer.keys.push_back(tgk(counting(0x66, 16), counting(0x33, 14), {10}));
    resp = must(build_update_resp(answer, init, schedule));
    answer.t = ntp_utc(kNow, 8);
    EXPECT_EQ(build_update_resp(answer, init, schedule).error().clause, "RFC 3830 4.2.3");
  }
  [[nodiscard]] Answer<CallKeys> ask(const std::string& target) const {
    return get_keys({{init, ByteView(resp)}, call.messages(), target}, call.opener(), {kNow}, {});
  }
};

TEST(CsbUpdate, keys) {
  const Update update;
  const auto keys = must(update.ask(update.call.bob));
  ASSERT_EQ(keys.sessions.size(), 2U);
  const auto label = [&](std::uint8_t cs) {
    return SessionLabel::ticket(Prf::mikey_1, cs, update.call.rand_transfer, update.call.rand_resp);
  };
  EXPECT_TRUE(keys.sessions[0].key == label(1).tek(counting(0x55, 16), 16));
  EXPECT_TRUE(keys.sessions[1].key == label(2).tek(counting(0x66, 16), 16));
  EXPECT_TRUE(keys.sessions[1].salt == SecretBytes(counting(0x33, 14)));
}

TEST(CsbUpdate, alone_it_opens_nothing) {
  const Update update;
  const auto answer = get_keys({{update.init, ByteView(update.resp)}, {}, update.call.alice}, update.call.opener(), {kNow}, {});
  EXPECT_EQ(answer.error().reason, Reason::no_ticket);
}

TEST(CsbUpdate, each_changed_octet) {
  Update update;
  for (auto* message : {&update.init, &update.resp, &update.call.transfer_init, &update.call.transfer_resp}) {
    for (auto& octet : *message) {
      octet ^= 4;
      EXPECT_FALSE(update.ask(update.call.alice));
      octet ^= 4;
    }
  }
}

TEST(CsbUpdate, not_answered) {
  Update update;
  const auto answer = get_keys({{update.init, {}}, update.call.messages(), update.call.alice}, update.call.opener(), {kNow}, {});
  EXPECT_EQ(answer.error().reason, Reason::resp_missing);
}

TEST(PublicKey, request_and_answer) {
  Exchange call;
  call.request();
  const auto alice = crypto::PrivateKey::new_rsa(2048);
  const auto kms = crypto::PrivateKey::new_rsa(2048);
  const auto asked = must(decode(call.request_init));
  for (const auto padding : {crypto::Padding::pkcs1, crypto::Padding::oaep}) {
    for (const auto signature : {crypto::Signature::rsa_pkcs1, crypto::Signature::rsa_pss}) {
      const PublicKeyMode mode{{}, alice, kms.public_key(), crypto::random_secret(16), padding, signature, true, {}};
      const auto request = must(build_request_pk({call.stamp(7, 2),
                                                  call.rand_request,
                                                  uri(IdRole::initiator, call.alice),
                                                  uri(IdRole::kms, call.kms),
                                                  *find<Tp>(asked.payloads),
                                                  {}},
                                                 mode));
      const auto read = must(decode(request));
      EXPECT_TRUE(read.is(DataType::request_init_pk));
      EXPECT_TRUE(must(open_request_pk(read, request, alice.public_key(), kms)) == mode.envelope_key);
      EXPECT_FALSE(open_request_pk(read, request, kms.public_key(), kms));
      auto changed = request;
      changed[30] ^= 1;
      EXPECT_FALSE(open_request_pk(must(decode(changed)), changed, alice.public_key(), kms));
    }
  }
}

TEST(Errors, built_and_read) {
  Exchange call;
  call.request();
  const auto asked = must(decode(call.request_init));
  const auto schedule = request_schedule(asked, call.psk_alice, Direction::resp);
  const auto octets = must(build_error(asked.header, ntp_utc(kNow, 9), ErrorNumber::invalid_tp_par, &schedule, Auth::hmac_sha_1_160));
  const auto message = must(decode(octets));
  EXPECT_EQ(find<Err>(message.payloads)->error_no, 15);
  EXPECT_TRUE(verifies(*find<Verification>(message.payloads), schedule, {ByteView(octets).first(octets.size() - 20)}));
  EXPECT_EQ(message.header.csb_id, asked.header.csb_id);
}

}  // namespace
}  // namespace li::mikey::test
