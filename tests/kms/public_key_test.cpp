// REQUEST_INIT_PK and RESOLVE_INIT_PK against subscribers' certificates.
#include <gtest/gtest.h>

#include "tests/kms/lab.hpp"
#include "tests/support/certificates.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;
using namespace std::chrono_literals;

struct Signer {
  crypto::PrivateKey key;
  crypto::Certificate certificate;
};

Signer self_signed(const Scratch& scratch, const std::string& name) {
  const auto key = scratch.path(name + ".key"), certificate = scratch.path(name + ".pem");
  static_cast<void>(li::test::output_of("openssl req -x509 -newkey rsa:2048 -nodes -keyout " + key + " -out " + certificate +
                                        " -days 2 -subj /CN=" + name));
  return {must(crypto::PrivateKey::from_pem(as_bytes(read_file(key)))),
          must(crypto::Certificate::from_pem(read_file(certificate))).front()};
}

struct PublicKeyTest : testing::Test {
  Lab lab;
  Ue alice = lab.subscriber("alice"), bob = lab.subscriber("bob");
  Signer alices = self_signed(lab.scratch, "alice"), bobs = self_signed(lab.scratch, "bob");
  crypto::PrivateKey kms_key = crypto::PrivateKey::new_rsa(2048);
  SecretBytes envelope{Bytes(32, 0xE1)};

  PublicKeyTest() {
    lab.now = alice.now = bob.now = ops::system_now();  // the certificates are of today
    auto settings = lab.settings();
    settings.public_key = PublicKeyRules{kms_key, {}};
    lab.tickets->set(std::move(settings));
    if (!lab.store->add_certificate("alice", alices.certificate.to_der()) || !lab.store->add_certificate("bob", bobs.certificate.to_der()))
      throw std::runtime_error("certificates");
  }
  mikey::PublicKeyMode mode(const Signer& signer, bool send = true) const {
    return {{signer.certificate},
            signer.key,
            kms_key.public_key(),
            envelope.copy(),
            crypto::Padding::oaep,
            crypto::Signature::rsa_pss,
            send,
            {}};
  }
  Bytes request(const mikey::PublicKeyMode& how) {
    auto asked = alice.request(policy({{bob.identity()}}, alice.prf, alice.identity()));
    asked.psk.reset();
    return must(mikey::build_request_pk(asked, how));
  }
  std::string outcome(const Bytes& message) {
    const auto reply = lab.tickets->user(message, TicketService::Expect::any, "");
    return reply.fault ? std::string(word(*reply.fault)) : "granted";
  }
};

TEST_F(PublicKeyTest, ACallWithBothAlgorithmSets) {
  for (const auto prf : {std::uint8_t{0}, std::uint8_t{1}}) {
    alice.prf = bob.prf = prf;
    const auto asked = request(mode(alices));
    const auto answer = lab.tickets->user(asked, TicketService::Expect::request, "");
    ASSERT_FALSE(answer.fault) << lab.last().field("detail");
    const auto granted = must(mikey::open_answer(answer.message, asked, envelope.reveal()));
    const auto init = alice.transfer_init(granted, bob.identity());
    const auto message = must(mikey::decode(init));
    auto resolving = bob.request(mikey::find_ticket(message, init)->ticket);
    resolving.psk.reset();
    const auto resolve = must(mikey::build_request_pk(resolving, mode(bobs, false)));
    const auto resolved = lab.tickets->user(resolve, TicketService::Expect::resolve, "");
    ASSERT_FALSE(resolved.fault) << lab.last().field("detail");
    const auto secrets = must(mikey::open_answer(resolved.message, resolve, envelope.reveal())).secrets.copy();
    const auto resp = bob.transfer_resp(init, secrets);
    EXPECT_TRUE(lab.get_keys(bob.identity(), {init, resp}));
  }
}

TEST_F(PublicKeyTest, WhatDoesNotProveASender) {
  const auto good = request(mode(alices));
  for (std::size_t at = 10; at < good.size(); at += 7) {
    auto changed = good;
    changed[at] ^= 1;
    EXPECT_NE(outcome(changed), "granted") << at;
  }
  EXPECT_EQ(outcome(good), "granted");
  EXPECT_EQ(outcome(request(mode(self_signed(lab.scratch, "eve")))), "auth_failure");
  auto mixed = mode(alices);
  mixed.signer = bobs.key;
  EXPECT_EQ(outcome(request(mixed)), "auth_failure");
  EXPECT_EQ(outcome(request(mode(bobs))), "identity") << "Bob's certificate, Alice's name";
  lab.now += 24h * 3;
  alice.now = lab.now;
  EXPECT_EQ(outcome(request(mode(alices))), "auth_failure");
  EXPECT_NE(lab.last().field("detail").find("expired"), std::string::npos);
  lab.tickets->set(lab.settings());
  EXPECT_EQ(outcome(request(mode(alices))), "auth_failure") << "public-key mode is off";
}

}  // namespace
