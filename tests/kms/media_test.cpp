// The whole way of a key: tickets over HTTPS from a running KMS, SRTP under the keys that the two user equipments derive, and the same
// packets opened with the keys that Xk gives. SRTP is libsrtp's.
#include <gtest/gtest.h>

#include "tests/kms/site.hpp"
#include "tests/support/srtp.hpp"

namespace li::kms::test {
namespace {

using namespace mikey;

/// A crypto session of the map: one direction of an m= line.
GenericId session(std::uint8_t cs_id, Bytes spi) { return {cs_id, 0, false, {1}, Bytes(4, cs_id), std::move(spi)}; }

struct Side {
  Ue& ue;
  TicketSecrets secrets;

  [[nodiscard]] CallKeys keys(const Transfer& transfer) const {
    return must(derive_call(transfer, {}, [this](const TicketView&) { return Answer<TicketSecrets>(secrets.copy()); }, {}));
  }
};

class Media : public testing::TestWithParam<std::uint8_t> {
 protected:
  Media() { site.start(); }

  [[nodiscard]] std::size_t key_size() const { return GetParam() == 0 ? 16 : 32; }
  [[nodiscard]] Ue subscriber(const std::string& user) {
    auto ue = site.subscriber(user);
    ue.prf = GetParam();
    return ue;
  }
  [[nodiscard]] SecurityPolicy srtp() const { return {1, 0, {{0, {1}}, {1, {static_cast<std::uint8_t>(key_size())}}, {4, {14}}}}; }

  void offer(const Wanted& wanted, const std::vector<GenericId>& map) {
    auto granted = site.request(alice, wanted);
    const Idr to = idr(IdRole::responder, wanted.responders.front());
    const auto rand = to_bytes(crypto::random_secret(32).reveal());
    init = must(build_transfer_init(
        {alice.stamp(), map, rand, idr(IdRole::initiator, alice.identity()), to, {srtp()}, {}, *granted.ticket, {}, {}}, granted.secrets));
    offered = map;
    initiator = std::move(granted.secrets);
  }

  // Bob, or another one, answers; then all three sides must have the same keys, which real packets show.
  void expect_media(Ue& responder) {
    const Side answerer{responder, site.resolve(responder, init).secrets};
    const auto stamp = responder.stamp();
    const auto resp = must(build_transfer_resp(
        {stamp.t, stamp.auth, offered, to_bytes(crypto::random_secret(32).reveal()), {}, {}, {}, {}, {}}, init, answerer.secrets));
    const Transfer transfer{init, ByteView(resp)};
    const auto from_alice = Side{alice, initiator.copy()}.keys(transfer);
    const auto from_bob = answerer.keys(transfer);
    for (const auto& target : {alice.identity(), responder.identity()}) {
      const auto from_xk = ask(target, init, resp);
      ASSERT_EQ(from_xk.size(), offered.size());
      for (std::size_t i = 0; i < offered.size(); ++i) {
        const auto ssrc = from_alice.sessions[i].ssrc.value();
        const auto& key = std::get<xk::SessionKey>(from_xk[i].answer);
        EXPECT_EQ(key.key.size(), key_size());
        for (const auto* sent : {&from_alice.sessions[i], &from_bob.sessions[i]}) {
          EXPECT_TRUE(li::test::carries_media(sent->key.reveal(), sent->salt.reveal(), key.key.reveal(), key.salt->reveal(), ssrc)) << i;
        }
      }
    }
    answers.push_back(to_hex(from_bob.sessions.front().key.reveal()));
  }

  [[nodiscard]] std::vector<xk::CryptoSession> ask(const std::string& target, ByteView transfer_init, ByteView transfer_resp) {
    xk::Client client(site.xk_settings(df2_tls()));
    auto answer = client.get_keys({"m1", target, {to_record_bytes(transfer_init), to_record_bytes(transfer_resp)}, std::nullopt},
                                  std::chrono::seconds(20));
    if (!answer) throw std::runtime_error(answer.error().text);
    return std::get<0>(std::move(answer->answer));
  }

  Site site;
  Ue alice = subscriber("alice"), bob = subscriber("bob"), carol = subscriber("carol");
  Bytes init;
  std::vector<GenericId> offered;
  TicketSecrets initiator;
  std::vector<std::string> answers;
};

TEST_P(Media, OneMLine) {
  offer({.responders = {bob.identity()}, .keys = {{KeyType::tgk, key_size(), {2}}}}, {session(1, {2}), session(2, {2})});
  expect_media(bob);
}

TEST_P(Media, SeveralMLinesUnderTwoKeys) {
  offer({.responders = {bob.identity()}, .keys = {{KeyType::tgk_salt, key_size(), {2}}, {KeyType::tgk, key_size(), {3, 3}}}},
        {session(1, {2}), session(2, {2}), session(3, {3, 3}), session(4, {3, 3})});
  expect_media(bob);
}

TEST_P(Media, KeysCarried) {
  offer({.responders = {bob.identity()}, .keys = {{KeyType::tek_salt, key_size(), {2}}, {KeyType::tek_salt, key_size(), {3}}}},
        {session(1, {2}), session(2, {3})});
  expect_media(bob);
}

TEST_P(Media, ForkedAnswers) {
  for (const auto* member : {&bob, &carol}) {
    site.administer([&](Store& store, Time) { return store.add_to_group("sip:it@home1.example", member->identity()); });
  }
  offer({.responders = {"sip:it@home1.example"}, .keys = {{KeyType::tgk_salt, key_size(), {2}}}}, {session(1, {2}), session(2, {2})});
  expect_media(bob);
  expect_media(carol);
  EXPECT_NE(answers[0], answers[1]);
}

INSTANTIATE_TEST_SUITE_P(Algorithms, Media, testing::Values(std::uint8_t{0}, std::uint8_t{1}));

}  // namespace
}  // namespace li::kms::test
