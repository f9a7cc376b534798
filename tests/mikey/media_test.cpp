// Real SRTP packets: libsrtp encrypts with the keys that the user equipments derived and decrypts with those that the KMS derived.
#include <gtest/gtest.h>

#include "exchange.hpp"
#include "support/srtp.hpp"

namespace li::mikey::test {
namespace {

CallKeys keys_of(const Exchange& call, const TicketSecrets& secrets) {
  return must(derive_call(call.messages(), {}, [&](const TicketView&) { return Answer<TicketSecrets>(secrets.copy()); }, {kNow}));
}

// Every session both ways: Alice's keys, Bob's keys and the KMS's open each other's media.
void expect_media(const Exchange& call, std::size_t sessions) {
  const auto alice = keys_of(call, call.alice_secrets);
  const auto bob = keys_of(call, call.bob_secrets);
  const auto kms = must(call.get_keys(call.alice));
  ASSERT_EQ(kms.sessions.size(), sessions);
  for (std::size_t i = 0; i < sessions; ++i) {
    const auto& key = kms.sessions[i];
    ASSERT_TRUE(key.ssrc);
    for (const auto* sent : {&alice.sessions[i], &bob.sessions[i]}) {
      EXPECT_TRUE(li::test::carries_media(sent->key.reveal(), sent->salt.reveal(), key.key.reveal(), key.salt.reveal(), *key.ssrc)) << i;
    }
    const auto& other = kms.sessions[(i + 1) % sessions];
    if (sessions > 1) {
      EXPECT_FALSE(li::test::carries_media(alice.sessions[i].key.reveal(), alice.sessions[i].salt.reveal(), other.key.reveal(),
                                           other.salt.reveal(), *key.ssrc));
    }
  }
}

class Media : public testing::TestWithParam<std::uint8_t> {};

TEST_P(Media, one_m_line) {
  Exchange call(GetParam());
  call.play();
  expect_media(call, 2);
}

TEST_P(Media, several_m_lines_under_two_keys) {
  Exchange call(GetParam());
  const auto n = call.key_size();
  call.ticket_keys.push_back(tgk(counting(0xe0, n), {}, {5, 5}));  // no salt carried: it is derived
  call.init_map.clear();
  for (std::uint8_t cs = 1; cs <= 4; ++cs) call.init_map.push_back(session(cs, 1, Bytes(4, cs), cs < 3 ? Bytes{2} : Bytes{5, 5}));
  call.resp_map = call.init_map;
  call.play();
  expect_media(call, 4);
}

TEST_P(Media, without_forking) {
  Exchange call(GetParam());
  call.flags = "DFGHJNO";
  call.play();
  expect_media(call, 2);
}

// The same offer is answered by two forks, with keys of their own.
TEST_P(Media, forked_answers) {
  Exchange call(GetParam());
  call.responders = {"sip:it@home2.example"};
  call.play();
  expect_media(call, 2);
  const auto first = must(call.get_keys(call.alice));
  call.bob = "sip:carol@home2.example";
  call.rand_kms = counting(0x91, call.key_size());
  call.resolve();
  call.respond();
  expect_media(call, 2);
  EXPECT_FALSE(first.sessions[0].key == must(call.get_keys(call.alice)).sessions[0].key);
}

TEST_P(Media, carried_tek) {
  Exchange call(GetParam());
  const auto n = call.key_size();
  call.ticket_keys.clear();
  for (std::uint8_t spi = 2; spi <= 3; ++spi) {
    call.ticket_keys.push_back({number(KeyType::tek_salt),
                                SecretBytes(counting(spi, n)),
                                SecretBytes(counting(spi, 14)),
                                number(KeyValidity::spi),
                                {spi},
                                {},
                                {}});
  }
  call.init_map = {session(1, 1, Bytes(4, 0x11), {2}), session(2, 1, Bytes(4, 0x22), {3})};
  call.resp_map = call.init_map;
  call.play();
  expect_media(call, 2);
}

TEST_P(Media, group_key) {
  Exchange call(GetParam());
  call.ticket_keys[0].type = number(KeyType::gtgk_salt);
  call.play();
  expect_media(call, 2);
}

INSTANTIATE_TEST_SUITE_P(algorithms, Media, testing::Values(std::uint8_t{0}, std::uint8_t{1}));

}  // namespace
}  // namespace li::mikey::test
