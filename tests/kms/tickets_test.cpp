#include <gtest/gtest.h>

#include "crypto/key.hpp"
#include "kms/identity.hpp"
#include "tests/kms/lab.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;
using namespace std::chrono_literals;
using Expect = TicketService::Expect;

struct TicketsTest : testing::Test {
  Lab lab;
  Ue alice = lab.subscriber("alice"), bob = lab.subscriber("bob"), carol = lab.subscriber("carol");

  /// The Error number of an answer, and whether it is authenticated with the key of `ue`.
  static std::pair<int, bool> error_in(const RecordBytes& answer, ByteView request, const Ue& ue) {
    const auto message = mikey::decode(answer);
    if (!message || !message->is(mikey::DataType::error)) return {-1, false};
    const auto asked = must(mikey::decode(request));
    EXPECT_EQ(message->header.csb_id, asked.header.csb_id);
    const auto* err = mikey::find<mikey::Err>(message->payloads);
    const auto* v = mikey::find<mikey::Verification>(message->payloads);
    if (v == nullptr) return {err->error_no, false};
    const auto schedule = mikey::request_schedule(asked, ue.psk(), mikey::Direction::init);
    EXPECT_TRUE(mikey::verifies(*v, schedule, {ByteView(answer).first(answer.size() - v->mac.size())}));
    return {err->error_no, true};
  }
  void expect_refused(ByteView message, Fault fault, const Ue& ue, bool authenticated) {
    lab.journal.clear();
    const auto reply = lab.tickets->user(message, Expect::any, "192.0.2.1");
    ASSERT_TRUE(reply.fault);
    EXPECT_EQ(word(*reply.fault), word(fault)) << lab.last().field("detail");
    ASSERT_EQ(lab.journal.size(), 1U);
    EXPECT_EQ(lab.last().reason, word(fault));
    const auto expected = std::pair<int, bool>(static_cast<int>(error_number(fault)), authenticated);
    EXPECT_EQ(error_in(reply.message, message, ue), expected);
  }
  Bytes init_of_call() { return alice.transfer_init(lab.request(alice, {{bob.identity()}}), bob.identity()); }
};

TEST_F(TicketsTest, ACallFromRequestToSessionKeysWithBothAlgorithmSets) {
  for (const auto prf : {std::uint8_t{0}, std::uint8_t{1}}) {
    alice.prf = bob.prf = prf;
    const auto made = call(lab, alice, lab, bob);
    EXPECT_EQ(lab.last().event, "resolve");
    const auto opener = [&](const mikey::TicketView&) -> mikey::Answer<mikey::TicketSecrets> { return made.secrets.copy(); };
    const auto keys = must(mikey::derive_call(made.transfer(), std::nullopt, opener, {}));
    ASSERT_EQ(keys.sessions.size(), 2U);
    EXPECT_EQ(keys.sessions[0].key.size(), prf == 0 ? 16U : 32U);
    const auto given = lab.get_keys(bob.identity(), made.transfer());
    ASSERT_TRUE(given) << xk::to_string(given.error());
    EXPECT_EQ(given->sessions[0].key, keys.sessions[0].key);
    EXPECT_EQ(given->sessions[1].salt, keys.sessions[1].salt);
  }
}

TEST_F(TicketsTest, TheGrantFollowsTheWishWhereItMay) {
  auto granted = lab.request(alice, {{bob.identity()}, "DEFGHIJNO", 1, kNow - 60s, kNow + 1h, {}});
  EXPECT_EQ(granted.ticket->flags.letters(), "DEFGHIJKNO") << "IDRkms was added, so K tells of a change";
  EXPECT_EQ(granted.secrets.keys.size(), 1U);
  granted =
      lab.request(alice, {{bob.identity()}, "DEH", 2, {}, {}, {{mikey::KeyType::gtgk, 16, {7}}, {mikey::KeyType::tgk_salt, 16, {8}}}});
  EXPECT_EQ(granted.ticket->flags.letters(), "DEFGHIK") << "required flags were added";
  EXPECT_EQ(granted.ticket->ticket_type, 2);
  ASSERT_EQ(granted.secrets.keys.size(), 2U);
  EXPECT_EQ(granted.secrets.keys[0].spi, Bytes{7});
  EXPECT_EQ(granted.secrets.keys[1].salt.size(), 14U);
  const auto* end = mikey::find(granted.ticket->tp_data, mikey::TsRole::end);
  EXPECT_EQ(to_time(end->ts_type, end->value), kNow + 24h) << "the longest lifetime";
}

TEST_F(TicketsTest, AWishThatIsMetToTheLetterLeavesKAlone) {
  auto tp = policy({{bob.identity()}, "DEFGHIJNO", 1, kNow, kNow + 1h, {}}, 0, alice.identity());
  tp.tp_data.insert(tp.tp_data.begin(), mikey::payload(idr(mikey::IdRole::kms, lab.kms)));
  const auto init = must(mikey::build_request(alice.request(tp), alice.psk()));
  const auto reply = lab.tickets->user(init, Expect::request, "192.0.2.1");
  EXPECT_EQ(alice.granted(reply.message, init).ticket->flags.letters(), "DEFGHIJNO");
}

TEST_F(TicketsTest, NobodyLearnsWhichKeysExist) {
  auto stranger = Ue("sip:alice@home1.example", "btid-nobody", SecretBytes(Bytes(32, 1)), lab.kms);
  stranger.now = lab.now;
  const auto unknown = stranger.request_init({{bob.identity()}});
  expect_refused(unknown, Fault::auth_failure, stranger, false);
  auto liar = Ue("sip:alice@home1.example", "btid-alice", SecretBytes(Bytes(32, 1)), lab.kms);
  liar.now = lab.now;
  const auto wrong = liar.request_init({{bob.identity()}});
  expect_refused(wrong, Fault::auth_failure, liar, false);
  lab.now = kNow + std::chrono::hours(24 * 366);
  alice.now = lab.now;
  expect_refused(alice.request_init({{bob.identity()}}), Fault::auth_failure, alice, false);
}

TEST_F(TicketsTest, TheSenderMustBeTheSubscriber) {
  auto mallory = Ue("sip:alice@home1.example", "btid-carol", carol.psk().empty() ? SecretBytes() : SecretBytes(carol.psk()), lab.kms);
  mallory.now = lab.now;
  expect_refused(mallory.request_init({{bob.identity()}}), Fault::identity, carol, true);
  auto elsewhere = Ue("sip:alice@home1.example", "btid-alice", SecretBytes(alice.psk()), "sip:kms.other.example");
  elsewhere.now = lab.now;
  expect_refused(elsewhere.request_init({{bob.identity()}}), Fault::other_kms, alice, true);
}

TEST_F(TicketsTest, TimeAndReplay) {
  alice.now = lab.now + 301s;
  expect_refused(alice.request_init({{bob.identity()}}), Fault::time, alice, true);
  alice.now = lab.now - 299s;
  const auto init = alice.request_init({{bob.identity()}});
  EXPECT_FALSE(lab.tickets->user(init, Expect::any, "").fault);
  lab.now += 500ms;
  const auto again = lab.tickets->user(init, Expect::any, "");
  EXPECT_EQ(again.fault, Fault::replay);
  EXPECT_TRUE(again.message.empty());
  EXPECT_EQ(lab.last().reason, "replay");
  lab.now += 20s;
  expect_refused(init, Fault::time, alice, true);
}

TEST_F(TicketsTest, WhatCanNotBeGrantedIsRefused) {
  expect_refused(alice.request_init({{}}), Fault::policy, alice, true);
  expect_refused(alice.request_init({{"not an identity"}}), Fault::policy, alice, true);
  expect_refused(alice.request_init({{bob.identity()}, "L"}), Fault::policy, alice, true);
  expect_refused(alice.request_init({{bob.identity()}, "DEFGHI", 3}), Fault::ticket_type, alice, true);
  expect_refused(alice.request_init({{bob.identity()}, "DEFGHI", 1, {}, kNow - 1s}), Fault::policy, alice, true);
  expect_refused(alice.request_init({{bob.identity()}, "DEFGHI", 1, kNow + 25h, kNow + 26h}), Fault::policy, alice, true);
  expect_refused(alice.request_init({{bob.identity()}, "DEFGHI", 1, {}, {}, {{mikey::KeyType::tek, 16, {1}}}}), Fault::policy, alice, true);
  auto narrow = lab.settings();
  narrow.rules.algorithms = {mikey::Prf::hmac_sha_256};
  lab.tickets->set(std::move(narrow));
  expect_refused(alice.request_init({{bob.identity()}}), Fault::algorithms, alice, false);
}

TEST_F(TicketsTest, OtherMessagesAreNamedOrDropped) {
  expect_refused(init_of_call(), Fault::wrong_type, alice, false);
  for (const auto& junk : {Bytes(), Bytes{1}, to_bytes("GET / HTTP/1.1"), Bytes(5000, 0xFF)}) {
    const auto reply = lab.tickets->user(junk, Expect::any, "");
    EXPECT_EQ(reply.fault, Fault::malformed);
    EXPECT_TRUE(reply.message.empty());
  }
  const auto asked = must(mikey::decode(alice.request_init({{bob.identity()}})));
  const auto error =
      must(mikey::build_error(asked.header, to_timestamp(kNow), mikey::ErrorNumber::unspecified, nullptr, mikey::Auth::null));
  EXPECT_TRUE(lab.tickets->user(error, Expect::any, "").message.empty()) << "an Error was answered";
  EXPECT_EQ(lab.tickets->user(alice.request_init({{bob.identity()}}), Expect::resolve, "").fault, Fault::wrong_type);
}

TEST_F(TicketsTest, WhoMayResolve) {
  const auto init = init_of_call();
  expect_refused(carol.resolve_init(init), Fault::not_authorised, carol, true);
  EXPECT_EQ(lab.last().field("sender"), carol.identity());
  expect_refused(alice.resolve_init(init), Fault::not_authorised, alice, true);
  EXPECT_TRUE(lab.resolve(bob, init).secrets.fork);
}

TEST_F(TicketsTest, MembersOfAGroupResolveEachWithAForkOfItsOwn) {
  ASSERT_TRUE(lab.store->add_to_group("sip:sales@home1.example", bob.identity()));
  ASSERT_TRUE(lab.store->add_to_group("sip:sales@home1.example", carol.identity()));
  const auto init = alice.transfer_init(lab.request(alice, {{"sip:sales@home1.example"}}), "sip:sales@home1.example");
  const auto bobs = lab.resolve(bob, init).secrets, carols = lab.resolve(carol, init).secrets;
  EXPECT_EQ(bobs.mpki, carols.mpki);
  EXPECT_FALSE(bobs.mpkr == carols.mpkr);
  EXPECT_FALSE(bobs.keys[0].key == carols.keys[0].key);
  EXPECT_EQ(as_text(carols.fork->id_data), carol.identity());
  ASSERT_TRUE(lab.store->remove_from_group("sip:sales@home1.example", carol.identity()));
  expect_refused(carol.resolve_init(init), Fault::not_authorised, carol, true);
}

TEST_F(TicketsTest, TicketsHaveTheirTime) {
  const auto init = alice.transfer_init(lab.request(alice, {{bob.identity()}, "DEFGHI", 1, kNow + 10s, kNow + 100s}), bob.identity());
  expect_refused(bob.resolve_init(init), Fault::not_yet_valid, bob, true);
  lab.now = bob.now = kNow + 100s;
  EXPECT_TRUE(lab.resolve(bob, init).secrets.fork);
  lab.now = bob.now = kNow + 101s;
  expect_refused(bob.resolve_init(init), Fault::expired, bob, true);
}

TEST_F(TicketsTest, TheOnlyIdentityNeedNotBeNamed) {
  EXPECT_FALSE(lab.store->add_subscriber("port", {"dave@home1.example:5060"}, kNow)) << "an NAI has no port";
  for (const std::string identity : {"dave@home1.example", "sip:dave@home1.example:5060"}) {
    ASSERT_TRUE(lab.store->add_subscriber("dave", {identity}, kNow));
    ASSERT_TRUE(lab.store->put_key("dave", to_bytes("btid-dave"), SecretBytes(Bytes(32, 9)), kNow + 1h));
    Ue dave(identity, "btid-dave", SecretBytes(Bytes(32, 9)), lab.kms);
    dave.now = lab.now;
    const auto init = alice.transfer_init(lab.request(alice, {{identity}}), identity);
    const auto message = must(mikey::decode(init));
    auto request = dave.request(mikey::find_ticket(message, init)->ticket);
    request.self.reset();
    const auto reply = lab.tickets->user(must(mikey::build_request(request, dave.psk(), {to_bytes(identity), {}})), Expect::resolve, "");
    EXPECT_FALSE(reply.fault) << identity << ": " << lab.last().field("detail");
    EXPECT_EQ(lab.last().field("sender"), identity);
    ASSERT_TRUE(lab.store->remove_subscriber("dave"));
  }
}

TEST(Identity, OnePlaceSaysWhatAnIdentityIs) {
  using mikey::IdType;
  for (const auto& [identity, type] : {std::pair{"alice@home1.example", IdType::nai},
                                       {"sip:alice@home1.example:5060", IdType::uri},
                                       {"sip:home1.example", IdType::uri},
                                       {"tel:+31201234567", IdType::uri}}) {
    EXPECT_EQ(id_type_of(identity), type) << identity;
    EXPECT_TRUE(check_identity(identity)) << identity;
    EXPECT_TRUE(identity_of({1, mikey::number(type), to_bytes(identity)})) << identity;
  }
  EXPECT_FALSE(check_identity("alice@home1.example:5060"));
  EXPECT_FALSE(identity_of({1, mikey::number(IdType::nai), to_bytes("alice@home1.example:5060")}));
  EXPECT_FALSE(identity_of({1, mikey::number(IdType::uri), to_bytes("alice@home1.example:5060")}));
}

TEST_F(TicketsTest, AnOldTicketNeedsItsTpk) {
  const auto init = init_of_call();
  ASSERT_TRUE(lab.store->rotate_tpk(kNow + 1h));
  lab.now = bob.now = kNow + 2h;
  EXPECT_TRUE(lab.resolve(bob, init).secrets.fork) << "a retired TPK opens old tickets";
  EXPECT_NE(lab.last().field("tpk"), "");
  lab.now = bob.now = kNow + 25h;
  expect_refused(bob.resolve_init(init), Fault::unknown_tpk, bob, true);
}

TEST_F(TicketsTest, AChangedTicketIsRefused) {
  const auto init = init_of_call();
  const auto message = must(mikey::decode(init));
  const auto changed = [&](auto change) {
    auto ticket = mikey::find_ticket(message, init)->ticket;
    change(ticket);
    return must(mikey::build_request(bob.request(std::move(ticket)), bob.psk()));
  };
  expect_refused(changed([](mikey::Ticket& t) { t.flags.j = !t.flags.j; }), Fault::ticket_mac, bob, true);
  expect_refused(
      changed([](mikey::Ticket& t) { t.tp_data.push_back(mikey::payload(idr(mikey::IdRole::responder, "sip:eve@home1.example"))); }),
      Fault::ticket_mac, bob, true);
  expect_refused(changed([](mikey::Ticket& t) { t.initiator_data.clear(); }), Fault::initiator_data, bob, true);
  expect_refused(changed([](mikey::Ticket& t) { std::get<mikey::Verification>(t.initiator_data[1].body).mac[0] ^= 1; }),
                 Fault::initiator_data, bob, true);
  expect_refused(changed([](mikey::Ticket& t) { t.ticket_type = 7; }), Fault::ticket_type, bob, true);
  EXPECT_TRUE(lab.resolve(bob, init).secrets.fork);
}

TEST_F(TicketsTest, NoAuditNoKeys) {
  const auto init = init_of_call();
  lab.audit_works = false;
  auto reply = lab.tickets->user(bob.resolve_init(init), Expect::any, "");
  EXPECT_EQ(reply.fault, Fault::unavailable);
  EXPECT_TRUE(reply.message.empty());
  reply = lab.tickets->user(alice.request_init({{bob.identity()}}), Expect::any, "");
  EXPECT_EQ(reply.fault, Fault::unavailable);
  EXPECT_TRUE(reply.message.empty());
}

TEST_F(TicketsTest, TheOnlyKeyIsFoundByIdentity) {
  auto request = alice.request(policy({{bob.identity()}}, 0, alice.identity()));
  request.psk.reset();
  const auto init = must(mikey::build_request(request, alice.psk()));
  EXPECT_FALSE(lab.tickets->user(init, Expect::any, "").fault);
  ASSERT_TRUE(lab.store->put_key("alice", to_bytes("btid-more"), SecretBytes(Bytes(32, 5)), kNow + 1h));
  request.stamp = alice.stamp();
  expect_refused(must(mikey::build_request(request, alice.psk())), Fault::auth_failure, alice, false);
}

}  // namespace
