#include <gtest/gtest.h>

#include "tests/kms/lab.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;
using namespace std::chrono_literals;

struct KeyServiceTest : testing::Test {
  Lab lab;
  Ue alice = lab.subscriber("alice"), bob = lab.subscriber("bob"), carol = lab.subscriber("carol");
  Call made = call(lab, alice, lab, bob);

  void expect_refused(const std::string& target, const mikey::Transfer& transfer, std::string_view reason,
                      const std::string& client = "df2.li.example") {
    lab.journal.clear();
    const auto answer = lab.get_keys(target, transfer, client);
    ASSERT_FALSE(answer);
    EXPECT_EQ(xk::to_string(answer.error()), reason) << lab.last().field("detail");
    ASSERT_EQ(lab.journal.size(), 1U) << "a refusal without its event";
    EXPECT_EQ(lab.last().reason, reason);
    EXPECT_EQ(lab.last().field("target"), target);
    EXPECT_EQ(lab.last().field("request"), "get_keys");
  }
};

TEST_F(KeyServiceTest, BothPartiesAreAnsweredAndTheAnswerIsAudited) {
  for (const auto& target : {alice.identity(), bob.identity(), std::string("SIP:bob@HOME1.example")}) {
    const auto answer = lab.get_keys(target, made.transfer());
    ASSERT_TRUE(answer) << xk::to_string(answer.error());
    EXPECT_EQ(answer->sessions.size(), 2U);
    EXPECT_EQ(lab.last().event, "get_keys");
    EXPECT_EQ(lab.last().field("client"), "df2.li.example");
    EXPECT_EQ(lab.last().field("target"), target);
    EXPECT_EQ(lab.last().field("ticket").size(), 64U);
    EXPECT_EQ(lab.last().field("tpk").substr(0, 4), "tpk-");
  }
}

TEST_F(KeyServiceTest, ATargetWhoIsNeitherParty) { expect_refused(carol.identity(), made.transfer(), "target"); }

TEST_F(KeyServiceTest, MessagesOfTwoCalls) {
  const auto other = call(lab, alice, lab, bob);
  expect_refused(bob.identity(), {made.init, other.resp}, "pair_mismatch");
}

TEST_F(KeyServiceTest, AThirdPartyThatResolvedTheSameTicket) {
  ASSERT_TRUE(lab.store->add_to_group("sip:sales@home1.example", bob.identity()));
  ASSERT_TRUE(lab.store->add_to_group("sip:sales@home1.example", carol.identity()));
  const auto grouped = call(lab, alice, lab, bob, {{"sip:sales@home1.example"}});
  static_cast<void>(lab.resolve(carol, grouped.init));
  expect_refused(carol.identity(), grouped.transfer(), "target");
  EXPECT_TRUE(lab.get_keys(bob.identity(), grouped.transfer()));
}

TEST_F(KeyServiceTest, AnyChangedOctetIsRefused) {
  std::map<std::string, int> reasons;
  for (auto* message : {&made.init, &made.resp}) {
    for (std::size_t at = 0; at < message->size(); ++at) {
      (*message)[at] ^= 1;
      const auto answer = lab.get_keys(bob.identity(), made.transfer());
      EXPECT_FALSE(answer) << (message == &made.init ? "TRANSFER_INIT" : "TRANSFER_RESP") << " octet " << at;
      if (!answer) ++reasons[std::string(xk::to_string(answer.error()))];
      (*message)[at] ^= 1;
    }
  }
  for (const auto* reason : {"malformed", "ticket_mac", "init_mac", "initiator_data", "resp_mac", "unknown_tpk"})
    EXPECT_GT(reasons[reason], 0) << reason;
  EXPECT_TRUE(lab.get_keys(bob.identity(), made.transfer()));
}

TEST_F(KeyServiceTest, ClientsAndTheLiList) {
  expect_refused(bob.identity(), made.transfer(), "not_authorised", "df3.li.example");
  EXPECT_EQ(lab.last().field("client"), "df3.li.example");
  lab.keys->set(lab.key_rules(), *LiList::parse("sip:alice@home1.example 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z df2.li.example\n"
                                                "sip:bob@home1.example 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z df9.li.example\n"));
  expect_refused(bob.identity(), made.transfer(), "not_listed");
  EXPECT_TRUE(lab.get_keys(alice.identity(), made.transfer()));
  lab.now = kNow + 24h * 60;
  expect_refused(alice.identity(), made.transfer(), "not_listed");
  EXPECT_EQ(lab.last().field("detail"), "listed, but not for this time");
}

TEST_F(KeyServiceTest, ACallIsAnsweredHoweverLateButNotWithoutItsTpk) {
  ASSERT_TRUE(lab.store->rotate_tpk(kNow + 1h));
  lab.now = kNow + 25h - 1s;
  EXPECT_TRUE(lab.get_keys(bob.identity(), made.transfer())) << "the ticket ended in mid-call";
  lab.now = kNow + 25h;
  expect_refused(bob.identity(), made.transfer(), "unknown_tpk");
  ASSERT_TRUE(lab.store->purge(kNow + 25h));
  expect_refused(bob.identity(), made.transfer(), "unknown_tpk");
}

TEST_F(KeyServiceTest, ATicketThatHadExpiredWhenTheCallBegan) {
  const auto granted = lab.request(alice, {{bob.identity()}, "DEFGHI", 1, {}, kNow + 10s});
  alice.now = kNow + 9s;
  Call late;
  late.init = alice.transfer_init(granted, bob.identity());
  late.secrets = lab.resolve(bob, late.init).secrets;
  alice.now = kNow + 11s;
  late.init = alice.transfer_init(granted, bob.identity());
  late.resp = bob.transfer_resp(late.init, late.secrets);
  lab.now = kNow + 60s;
  expect_refused(bob.identity(), late.transfer(), "expired");
}

TEST_F(KeyServiceTest, AnUnknownTpk) {
  Lab other;  // the same name, other keys
  auto stranger = other.subscriber("alice");
  auto called = other.subscriber("bob");
  const auto elsewhere = call(other, stranger, other, called);
  expect_refused(bob.identity(), elsewhere.transfer(), "unknown_tpk");
}

TEST_F(KeyServiceTest, ATransferRespThatIsMissing) {
  expect_refused(bob.identity(), {made.init, std::nullopt}, "resp_missing");
  expect_refused(bob.identity(), {made.resp, made.init}, "malformed");
}

TEST_F(KeyServiceTest, NoAuditNoKeys) {
  lab.audit_works = false;
  const auto answer = lab.get_keys(bob.identity(), made.transfer());
  ASSERT_FALSE(answer);
  EXPECT_EQ(xk::to_string(answer.error()), "unavailable");
}

TEST_F(KeyServiceTest, TheAuditTrailHoldsNoKey) {
  const auto answer = lab.get_keys(bob.identity(), made.transfer());
  for (const auto& entry : lab.journal) {
    for (const auto& field : entry.fields) {
      for (const auto& session : answer->sessions) {
        EXPECT_EQ(field.value.find(to_hex(session.key.reveal())), std::string::npos);
      }
    }
  }
}

struct TwoKmss : testing::Test {
  Lab home, away{"home2.example"};
  Ue alice = home.subscriber("alice"), bob = away.subscriber("bob");
  bool reachable = true;
  std::string shown = "kms.home2.example";

  TwoKmss() { connect(); }
  void connect() {
    auto at_home = home.settings(), at_away = away.settings();
    at_home.peers.push_back({away.kms, {"home2.example"}, {"kms.home2.example"}, to_bytes("pair-1"), SecretBytes(Bytes(32, 7)), {}});
    at_away.cache_lifetime = 10h;
    at_away.peers.push_back({home.kms,
                             {"home1.example"},
                             {"kms.home1.example"},
                             to_bytes("pair-1"),
                             SecretBytes(Bytes(32, 7)),
                             [this](ByteView message) -> Result<Bytes> {
                               if (!reachable) return failure(ErrorKind::missing, "nobody there");
                               const auto reply = home.tickets->peer(message, {shown}, "192.0.2.5");
                               return to_bytes(ByteView(reply.message));
                             }});
    home.tickets->set(std::move(at_home));
    away.tickets->set(std::move(at_away));
  }
  Fault fault_of_resolve(ByteView init) {
    const auto reply = away.tickets->user(bob.resolve_init(init), TicketService::Expect::resolve, "");
    EXPECT_TRUE(reply.fault);
    return reply.fault.value_or(Fault::malformed);
  }
  Bytes init() { return alice.transfer_init(home.request(alice, {{bob.identity()}}), bob.identity()); }
};

TEST_F(TwoKmss, ACrossDomainCallIsAnsweredOnBothSides) {
  const auto made = call(home, alice, away, bob);
  EXPECT_EQ(home.last().event, "resolve_for_kms");
  EXPECT_EQ(home.last().field("sender"), bob.identity());
  for (const auto& target : {alice.identity(), bob.identity()}) {
    const auto here = home.get_keys(target, made.transfer()), there = away.get_keys(target, made.transfer());
    ASSERT_TRUE(here) << xk::to_string(here.error());
    ASSERT_TRUE(there) << xk::to_string(there.error());
    EXPECT_EQ(here->sessions[0].key, there->sessions[0].key);
    EXPECT_EQ(here->sessions[1].salt, there->sessions[1].salt);
  }
}

TEST_F(TwoKmss, TheCacheHasItsTime) {
  const auto made = call(home, alice, away, bob);
  away.store.reset();
  away.store = std::move(*Store::open(away.options, master_key()));
  EXPECT_TRUE(away.store->purge(kNow + 10h - 1s));
  const auto mark = [&](Time now) {
    Lab& at = away;
    at.now = now;
    KeyService service(*at.store,
                       {[](const std::string&, const ops::Fields&) { return Result<void>(); },
                        [](const Origin&, std::string_view, const ops::Fields&) {}, [](const std::string&, const std::string&) {}},
                       [now] { return TimePoint(now); });
    service.set(at.key_rules(), at.everybody());
    const auto answer = service.get_keys({{"df2.li.example"}, ""}, {made.transfer(), std::nullopt, bob.identity()});
    return answer ? std::string("granted") : std::string(xk::to_string(answer.error()));
  };
  EXPECT_EQ(mark(kNow + 10h - 1s), "granted");
  EXPECT_EQ(mark(kNow + 10h), "unknown_tpk");
  EXPECT_EQ(away.store->purge(kNow + 10h)->cached, 1);
  EXPECT_EQ(mark(kNow + 1h), "unknown_tpk");
  const auto here = home.get_keys(bob.identity(), made.transfer());
  EXPECT_TRUE(here) << "the KMS that issued the ticket needs no cache";
}

TEST_F(TwoKmss, OnlyTheForkThatWasResolvedHereIsKnown) {
  const auto made = call(home, alice, away, bob);
  auto other = call(home, alice, away, bob);
  EXPECT_TRUE(away.get_keys(bob.identity(), other.transfer()));
  EXPECT_FALSE(away.get_keys(bob.identity(), {made.init, other.resp}));
}

TEST_F(TwoKmss, WhatTheOtherKmsRefuses) {
  ASSERT_TRUE(away.store->add_subscriber("eve", {"sip:eve@home2.example"}, kNow));
  const auto first = init();
  reachable = false;
  EXPECT_EQ(fault_of_resolve(first), Fault::kms_unreachable);
  reachable = true;
  shown = "kms.evil.example";
  EXPECT_EQ(fault_of_resolve(first), Fault::refused_by_kms);
  EXPECT_EQ(home.last().reason, "auth_failure");
  shown = "kms.home2.example";
  away.now = bob.now = kNow + 25h;
  home.now = away.now;
  EXPECT_EQ(fault_of_resolve(first), Fault::refused_by_kms);
  EXPECT_EQ(home.last().reason, "expired");
  EXPECT_EQ(away.last().reason, "refused_by_kms");
}

TEST_F(TwoKmss, AKmsSpeaksOnlyForItsOwnUsers) {
  auto settings = home.settings();
  settings.peers.push_back({away.kms, {"home3.example"}, {"kms.home2.example"}, to_bytes("pair-1"), SecretBytes(Bytes(32, 7)), {}});
  home.tickets->set(std::move(settings));
  EXPECT_EQ(fault_of_resolve(init()), Fault::refused_by_kms);
  EXPECT_EQ(home.last().reason, "identity");
}

TEST_F(TwoKmss, AKmsThatIsNotConfiguredIsNotAsked) {
  away.tickets->set(away.settings());
  EXPECT_EQ(fault_of_resolve(init()), Fault::other_kms);
}

}  // namespace
