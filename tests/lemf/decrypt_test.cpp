#include <gtest/gtest.h>

#include "tests/lemf/call.hpp"

namespace li::lemf {
namespace {

using namespace test;
using mikey::DataType;

constexpr auto kAlice = "192.0.2.1";
constexpr auto kBob = "198.51.100.7";

std::vector<media::UdpPacket> opened(Decrypter& decrypter, const std::vector<media::UdpPacket>& packets) {
  std::vector<media::UdpPacket> out;
  for (const auto& packet : packets) {
    if (auto clear = decrypter.take(packet)) out.push_back(std::move(clear->packet));
  }
  return out;
}

// Sends so many packets and expects all of them in the clear.
void expect_media(Decrypter& decrypter, Sender& sender, unsigned count = 10) {
  const auto expected = sender.clear_packets(count);
  EXPECT_EQ(opened(decrypter, sender.packets(count)), expected);
}

std::string said(const StreamSummary& s) {
  return std::string(to_string(s.state)) + " line " + (s.m_line ? std::to_string(*s.m_line) : "-") + " CS " +
         (s.cs_id ? std::to_string(*s.cs_id) : "-") + " " + s.codec + " " + s.suite + ": " + std::to_string(s.packets) + " packets " +
         std::to_string(s.decrypted) + " decrypted " + std::to_string(s.failed_authentication) + " failed " + std::to_string(s.no_key) +
         " no key " + std::to_string(s.lost) + " lost" + (s.note.empty() ? "" : " (" + s.note + ")");
}

// The answer's map with the SSRCs of both sides, at session level.
void add_call(Book& book, const std::vector<mikey::GenericId>& map, std::vector<mikey::PolicyParameter> policy = {{1, {16}}}) {
  auto asked = map;
  for (auto& one : asked) one.session_data.clear();
  book.sip(invite(sdp(kAlice, {{4000}, {4002}}, key_mgmt(DataType::transfer_init, asked, policy))));
  book.sip(ok(sdp(kBob, {{5000}, {5002}}, key_mgmt(DataType::transfer_resp, map, {}))));
}

Sender from_alice(std::uint32_t ssrc, unsigned line, const media::SrtpKey& key) {
  return {ssrc, at(kAlice, static_cast<std::uint16_t>(4000 + 2 * line)), at(kBob, static_cast<std::uint16_t>(5000 + 2 * line)), key.copy()};
}
Sender from_bob(std::uint32_t ssrc, unsigned line, const media::SrtpKey& key) {
  return {ssrc, at(kBob, static_cast<std::uint16_t>(5000 + 2 * line)), at(kAlice, static_cast<std::uint16_t>(4000 + 2 * line)), key.copy()};
}

TEST(Decrypt, two_m_lines_and_all_directions) {
  Book book;
  add_call(book, {block(1, 11), block(2, 12), block(3, 13), block(4, 14)});
  book.keys({{1, key_of(1)}, {2, key_of(2)}, {3, key_of(3)}, {4, key_of(4)}});
  auto decrypter = book.decrypter();
  EXPECT_EQ(decrypter.keys(), 4U);
  std::vector<Sender> senders;
  senders.push_back(from_alice(11, 0, key_of(1)));
  senders.push_back(from_bob(12, 0, key_of(2)));
  senders.push_back(from_alice(13, 1, key_of(3)));
  senders.push_back(from_bob(14, 1, key_of(4)));
  for (auto& sender : senders) expect_media(decrypter, sender);
  const auto streams = decrypter.streams();
  ASSERT_EQ(streams.size(), 4U);
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(said(streams[i]), "decrypted line " + std::to_string(i / 2 + 1) + " CS " + std::to_string(i + 1) +
                                    " PCMU/8000 AES_CM_128_HMAC_SHA1_80: 10 packets 10 decrypted 0 failed 0 no key 0 lost");
    EXPECT_EQ(streams[i].lawful_interception_identifier, "NL-0042");
    EXPECT_EQ(streams[i].correlation, book.correlation);
  }
}

TEST(Decrypt, crypto_sessions_without_ssrc_go_by_addresses_and_order) {
  Book book;
  add_call(book, {block(1, 0), block(2, 0), block(3, 0), block(4, 0)});
  book.keys({{1, key_of(1)}, {2, key_of(2)}, {3, key_of(3)}, {4, key_of(4)}});
  auto decrypter = book.decrypter();
  auto second = from_bob(0x99, 1, key_of(4));
  expect_media(decrypter, second);
  auto swapped = from_bob(0x98, 0, key_of(1));  // nothing says which of the two is whose
  expect_media(decrypter, swapped);
  EXPECT_EQ(decrypter.streams()[0].cs_id, 4);
  EXPECT_EQ(decrypter.streams()[1].cs_id, 1);
}

TEST(Decrypt, a_message_for_each_m_line) {
  Book book;
  const auto attribute = [](DataType type, std::uint32_t ssrc) { return key_mgmt(type, {block(1, ssrc), block(2, ssrc + 1)}); };
  book.sip(invite(sdp(kAlice, {{4000, attribute(DataType::transfer_init, 0)}, {4002, attribute(DataType::transfer_init, 0)}})));
  book.sip(ok(sdp(kBob, {{5000, attribute(DataType::transfer_resp, 11)}, {5002, attribute(DataType::transfer_resp, 21)}})));
  book.keys({{1, key_of(1)}, {2, key_of(2)}});
  book.keys({{1, key_of(3)}, {2, key_of(4)}});
  auto decrypter = book.decrypter();
  auto first = from_alice(11, 0, key_of(1));
  auto second = from_bob(22, 1, key_of(4));
  expect_media(decrypter, first);
  expect_media(decrypter, second);
}

TEST(Decrypt, forked_answers) {
  Book book;
  book.sip(invite(sdp(kAlice, {{4000}}, key_mgmt(DataType::transfer_init, {block(1, 11), block(2, 0)}))));
  book.sip(ok(sdp(kBob, {{5000}}, key_mgmt(DataType::transfer_resp, {block(1, 11), block(2, 12)})), "b"));
  book.sip(ok(sdp("203.0.113.9", {{6000}}, key_mgmt(DataType::transfer_resp, {block(1, 11), block(2, 13)})), "c"));
  book.keys({{1, key_of(1)}, {2, key_of(2)}});
  book.keys({{1, key_of(3)}, {2, key_of(4)}});
  auto decrypter = book.decrypter();
  auto to_bob = from_alice(11, 0, key_of(1));
  auto bob = from_bob(12, 0, key_of(2));
  Sender carol{13, at("203.0.113.9", 6000), at(kAlice, 4000), key_of(4)};
  Sender to_carol{11, at(kAlice, 4000), at("203.0.113.9", 6000), key_of(3)};
  for (auto* sender : {&to_bob, &bob, &carol, &to_carol}) expect_media(decrypter, *sender);
}

TEST(Decrypt, rekeying_with_packets_out_of_order_round_the_change) {
  Book book;
  add_call(book, {block(1, 11), block(2, 12)});
  book.keys({{1, key_of(1)}, {2, key_of(2)}});
  book.sip(invite(sdp(kAlice, {{4000}, {4002}}, key_mgmt(DataType::transfer_init, {block(1, 11), block(2, 12)})), 2));
  book.sip(ok(sdp(kBob, {{5000}, {5002}}, key_mgmt(DataType::transfer_resp, {block(1, 11), block(2, 12)})), "b", 2));
  book.keys({{1, key_of(3)}, {2, key_of(4)}});
  auto decrypter = book.decrypter();
  auto sender = from_alice(11, 0, key_of(1));
  sender.number = 65530;
  auto expected = sender.clear_packets(40);
  auto packets = sender.packets(20);
  sender.key = key_of(3);
  for (auto& packet : sender.packets(20)) packets.push_back(std::move(packet));
  for (auto* list : {&packets, &expected}) std::swap((*list)[18], (*list)[21]);
  EXPECT_EQ(opened(decrypter, packets), expected);
  EXPECT_EQ(decrypter.stream(0).keys_used, 2U);
  EXPECT_EQ(decrypter.stream(0).failed_authentication, 0U);
}

TEST(Decrypt, sdes_both_ways) {
  Book book;
  auto with_mki = key_of(3);
  with_mki.mki = {0, 7};
  book.sip(invite(sdp(
      kAlice, {{4000, crypto(1, "AES_CM_128_HMAC_SHA1_80", key_of(1)) + crypto(2, "AES_CM_128_HMAC_SHA1_32", with_mki, "|2^20|7:2")}})));
  book.sip(ok(sdp(kBob, {{5000, crypto(2, "AES_CM_128_HMAC_SHA1_32", key_of(4))}})));
  auto decrypter = book.decrypter();
  auto alice = from_alice(11, 0, with_mki);
  auto bob = from_bob(12, 0, key_of(4));
  alice.policy = bob.policy = *media::policy_of_suite("AES_CM_128_HMAC_SHA1_32");
  expect_media(decrypter, alice);
  expect_media(decrypter, bob);
  EXPECT_EQ(said(decrypter.stream(0)),
            "decrypted line 1 CS - PCMU/8000 AES_CM_128_HMAC_SHA1_32: 10 packets 10 decrypted 0 failed 0 no key 0 lost");
}

TEST(Decrypt, sdes_where_both_were_offered) {
  Book book;
  const auto offered = key_mgmt(DataType::transfer_init, {block(1, 11)}) + crypto(1, "AES_CM_128_HMAC_SHA1_80", key_of(1));
  book.sip(invite(sdp(kAlice, {{4000, offered}})));
  book.sip(ok(sdp(kBob, {{5000, crypto(1, "AES_CM_128_HMAC_SHA1_80", key_of(2))}})));
  auto decrypter = book.decrypter();
  auto alice = from_alice(11, 0, key_of(1));
  expect_media(decrypter, alice);
}

TEST(Decrypt, offers_in_other_places) {
  const auto offer = sdp(kBob, {{5000, crypto(1, "AES_CM_128_HMAC_SHA1_80", key_of(1))}});
  const auto answer = sdp(kAlice, {{4000, crypto(1, "AES_CM_128_HMAC_SHA1_80", key_of(2))}});
  const auto expect_both = [](const Book& book) {
    auto decrypter = book.decrypter();
    auto bob = from_bob(11, 0, key_of(1));
    auto alice = from_alice(12, 0, key_of(2));
    expect_media(decrypter, bob);
    expect_media(decrypter, alice);
  };
  Book late;  // the offer in the 200, the answer in the ACK
  for (const auto& message : {invite({}), ok(offer), ok(offer), request("ACK", answer)}) late.sip(message);
  expect_both(late);
  Book running;
  running.running(offer, answer);
  expect_both(running);
  Book unanswered;
  unanswered.running(offer, offer);
  unanswered.records.clear();
  unanswered.sip(invite(offer));
  unanswered.sip(request("UPDATE", answer, 2));
  expect_both(unanswered);
}

TEST(Decrypt, wrong_missing_and_refused_keys) {
  Book book;
  add_call(book, {block(1, 11), block(2, 12), block(3, 13)});
  book.keys({{1, key_of(1)}});
  auto decrypter = book.decrypter();
  auto wrong = from_alice(11, 0, key_of(9));
  auto missing = from_bob(12, 0, key_of(2));
  Sender stranger{77, at("203.0.113.1", 1), at("203.0.113.2", 2), key_of(8)};
  for (auto* sender : {&wrong, &missing, &stranger}) EXPECT_TRUE(opened(decrypter, sender->packets(200)).empty());
  EXPECT_EQ(said(decrypter.stream(0)), "failed line 1 CS - PCMU/8000 : 200 packets 0 decrypted 200 failed 0 no key 0 lost");
  EXPECT_EQ(decrypter.stream(1).state, StreamState::failed);  // CS 1 might have been its own
  EXPECT_EQ(said(decrypter.stream(2)), "unknown line - CS - PT 0 : 200 packets 0 decrypted 0 failed 200 no key 0 lost");
  Book refused;
  add_call(refused, {block(1, 11)});
  refused.failure();
  auto without = refused.decrypter();
  EXPECT_TRUE(opened(without, wrong.packets(5)).empty());
  EXPECT_EQ(said(without.stream(0)),
            "no key line 1 CS - PCMU/8000 : 5 packets 0 decrypted 0 failed 5 no key 0 lost (key retrieval failed)");
}

TEST(Decrypt, one_forged_packet) {
  Book book;
  add_call(book, {block(1, 11)});
  book.keys({{1, key_of(1)}});
  auto decrypter = book.decrypter();
  auto sender = from_alice(11, 0, key_of(1));
  const auto expected = sender.clear_packets(10);
  auto packets = sender.packets(10);
  packets[4].payload.back() ^= 1;
  EXPECT_EQ(opened(decrypter, packets).size(), 9U);
  EXPECT_EQ(said(decrypter.stream(0)),
            "decrypted line 1 CS 1 PCMU/8000 AES_CM_128_HMAC_SHA1_80: 10 packets 9 decrypted 1 failed 0 no key 1 lost");
}

TEST(Decrypt, plain_media_and_key_agreement_elsewhere) {
  Book book;
  book.sip(invite(sdp(kAlice, {{4000, {}, "RTP/AVP"}, {4002, {}, "UDP/TLS/RTP/SAVPF"}})));
  book.sip(ok(sdp(kBob, {{5000, {}, "RTP/AVP"}, {5002, {}, "UDP/TLS/RTP/SAVPF"}})));
  auto decrypter = book.decrypter();
  auto plain = from_alice(11, 0, key_of(1));
  EXPECT_EQ(opened(decrypter, plain.clear_packets(5)), plain.clear_packets(5));
  auto dtls = from_alice(12, 1, key_of(1));
  EXPECT_TRUE(opened(decrypter, dtls.packets(5)).empty());
  EXPECT_EQ(decrypter.stream(0).state, StreamState::clear);
  EXPECT_EQ(decrypter.stream(1).note, "keys are agreed on the media path");
}

TEST(Decrypt, an_offer_of_keys_that_is_answered_in_the_clear) {
  Book book;
  const auto offered = key_mgmt(DataType::transfer_init, {block(1, 11)}) + crypto(1, "AES_CM_128_HMAC_SHA1_80", key_of(1));
  book.sip(invite(sdp(kAlice, {{4000, offered, "RTP/AVP"}})));
  book.sip(ok(sdp(kBob, {{5000, {}, "RTP/AVP"}})));
  auto decrypter = book.decrypter();
  auto alice = from_alice(11, 0, key_of(1));
  auto bob = from_bob(12, 0, key_of(2));
  EXPECT_EQ(opened(decrypter, alice.clear_packets(5)), alice.clear_packets(5));
  EXPECT_EQ(opened(decrypter, bob.clear_packets(5)), bob.clear_packets(5));
  EXPECT_EQ(decrypter.stream(0).state, StreamState::clear);
}

TEST(Decrypt, addresses_changed_on_the_way) {
  Book book;
  add_call(book, {block(1, 0), block(2, 0)});
  book.keys({{1, key_of(1)}, {2, key_of(2)}});
  auto decrypter = book.decrypter();
  Sender behind_gateway{55, at("203.0.113.1", 40000), at("203.0.113.2", 40002), key_of(2)};
  expect_media(decrypter, behind_gateway);
  Sender no_addresses{56, {}, {}, key_of(1)};  // as HI3 may carry it
  expect_media(decrypter, no_addresses);
  EXPECT_EQ(decrypter.stream(0).cs_id, 2);
}

TEST(Decrypt, keys_without_any_sip_message) {
  Book book;
  book.keys({{1, key_of(1, 32)}});
  auto decrypter = book.decrypter();
  auto sender = from_alice(11, 0, key_of(1, 32));
  sender.policy = *media::policy_of_suite("AES_256_CM_HMAC_SHA1_80");
  sender.number = 2 * 65536 + 5;
  expect_media(decrypter, sender);
}

TEST(Decrypt, loss_reordering_and_the_roll_over_counter) {
  Book book;
  add_call(book, {block(1, 11)});
  book.keys({{1, key_of(1)}});
  auto decrypter = book.decrypter();
  auto sender = from_alice(11, 0, key_of(1));
  sender.number = 5 * 65536 - 100;  // a capture that starts two hours into the call
  auto packets = sender.packets(200);
  packets.erase(packets.begin() + 50, packets.begin() + 60);
  std::swap(packets[90], packets[95]);
  packets.push_back(packets.back());
  EXPECT_EQ(opened(decrypter, packets).size(), 190U);
  const auto stream = decrypter.stream(0);
  EXPECT_EQ(stream.lost, 10U);
  EXPECT_EQ(stream.duplicates, 1U);
  EXPECT_EQ(stream.failed_authentication, 0U);
}

TEST(Decrypt, a_sender_that_starts_its_numbers_again) {
  Book book;
  add_call(book, {block(1, 11)});
  book.keys({{1, key_of(1)}});
  book.keys({{1, key_of(2)}});
  auto decrypter = book.decrypter();
  auto sender = from_alice(11, 0, key_of(1));
  expect_media(decrypter, sender, 3000);
  sender.number = 1000;
  sender.key = key_of(2);
  expect_media(decrypter, sender, 100);
  sender.number = 500;
  expect_media(decrypter, sender, 100);
}

TEST(Decrypt, policies_of_the_mikey_message) {
  const auto run = [](std::vector<mikey::PolicyParameter> parameters, std::string_view suite, std::size_t key, std::size_t salt) {
    Book book;
    add_call(book, {block(1, 11)}, std::move(parameters));
    book.keys({{1, key_of(1, key, salt)}});
    auto decrypter = book.decrypter();
    auto sender = from_alice(11, 0, key_of(1, key, salt));
    sender.policy = *media::policy_of_suite(suite);
    return opened(decrypter, sender.packets(5)).size() == 5 ? std::string("opened") : decrypter.stream(0).note;
  };
  EXPECT_EQ(run({}, "AES_CM_128_HMAC_SHA1_80", 16, 14), "opened");
  EXPECT_EQ(run({}, "AES_256_CM_HMAC_SHA1_80", 32, 14), "opened");
  EXPECT_EQ(run({{1, {16}}, {11, {4}}}, "AES_CM_128_HMAC_SHA1_32", 16, 14), "opened");
  EXPECT_EQ(run({{0, {6}}, {1, {16}}, {4, {12}}}, "AEAD_AES_128_GCM", 16, 12), "opened");
  EXPECT_EQ(run({{0, {6}}, {1, {32}}, {20, {16}}}, "AEAD_AES_256_GCM", 32, 12), "opened");
  EXPECT_EQ(run({{0, {0}}, {1, {16}}}, "NULL_HMAC_SHA1_80", 16, 14), "opened");
  EXPECT_EQ(run({{7, {0}}}, "NULL_HMAC_SHA1_80", 16, 14), "opened");
  EXPECT_EQ(run({{0, {2}}}, "AES_CM_128_HMAC_SHA1_32", 16, 14), "not understood: AES-F8");
  EXPECT_EQ(run({{0, {3}}}, "AES_CM_128_HMAC_SHA1_32", 16, 14), "not understood: encryption algorithm 3");
  EXPECT_EQ(run({{2, {2}}}, "AES_CM_128_HMAC_SHA1_32", 16, 14), "not understood: authentication algorithm 2");
  EXPECT_EQ(run({{5, {1}}}, "AES_CM_128_HMAC_SHA1_32", 16, 14), "not understood: SRTP PRF 1");
  EXPECT_EQ(run({{6, {1}}}, "AES_CM_128_HMAC_SHA1_32", 16, 14), "not understood: a key derivation rate");
  EXPECT_EQ(run({{12, {1}}}, "AES_CM_128_HMAC_SHA1_32", 16, 14), "not understood: an SRTP prefix");
  EXPECT_EQ(run({{14, {2}}}, "AES_CM_128_HMAC_SHA1_32", 16, 14), "not understood: roll-over counters in packets (RFC 4771)");
}

TEST(Decrypt, what_nothing_authenticates_is_unverified) {
  Book book;
  add_call(book, {block(1, 11)}, {{1, {16}}, {10, {0}}});
  book.keys({{1, key_of(1)}});
  book.now = kStart + std::chrono::hours(1);
  book.keys({{1, key_of(2)}});
  auto decrypter = book.decrypter();
  auto sender = from_alice(11, 0, key_of(1));
  sender.policy.authentication = media::SrtpAuthentication::none;
  const auto send = [&](std::chrono::minutes late, bool expected) {
    const auto clear = sender.clear_packets(5);
    auto packets = sender.packets(5);
    for (std::size_t i = 0; i < packets.size(); ++i) {
      packets[i].time += late;
      const auto opened = decrypter.take(packets[i]);
      ASSERT_TRUE(opened);
      EXPECT_EQ(opened->packet.payload == clear[i].payload, expected);
    }
  };
  send(std::chrono::minutes(1), true);  // of the two keys, that which was there then
  sender.key = key_of(2);
  send(std::chrono::minutes(61), true);
  sender.key = key_of(9);
  send(std::chrono::minutes(62), false);
  EXPECT_EQ(decrypter.stream(0).state, StreamState::unverified);
  EXPECT_NE(decrypter.stream(0).note.find("nothing authenticates"), std::string::npos);
  Sender stranger{77, at("203.0.113.1", 1), at("203.0.113.2", 2), key_of(8)};
  EXPECT_TRUE(opened(decrypter, stranger.packets(5)).empty()) << "such a key is not tried on streams of others";
}

TEST(Decrypt, short_tags_prove_nothing) {
  Book book;
  add_call(book, {block(1, 11)}, {{1, {16}}, {11, {1}}});
  book.keys({{1, key_of(1)}});
  auto decrypter = book.decrypter();
  auto sender = from_alice(11, 0, key_of(1));
  sender.policy.tag_size = 1;
  EXPECT_EQ(opened(decrypter, sender.packets(5)).size(), 5U);
  EXPECT_EQ(decrypter.stream(0).state, StreamState::unverified);
  Sender stranger{77, at("203.0.113.1", 1), at("203.0.113.2", 2), key_of(8)};
  EXPECT_TRUE(opened(decrypter, stranger.packets(2000)).empty());
}

TEST(Decrypt, an_mki_in_the_packets) {
  Book book;
  add_call(book, {block(1, 11, {0xaa, 0xbb})});
  book.keys({{1, key_of(1)}});
  auto decrypter = book.decrypter();
  auto sender = from_alice(11, 0, key_of(1));
  sender.key.mki = {0xaa, 0xbb};
  expect_media(decrypter, sender);
}

TEST(Decrypt, reports_on_the_next_port) {
  Book book;
  add_call(book, {block(1, 11)});
  book.keys({{1, key_of(1)}});
  auto decrypter = book.decrypter();
  auto sender = from_alice(11, 0, key_of(1));
  expect_media(decrypter, sender);
  Bytes report{0x80, 200, 0, 6, 0, 0, 0, 11};
  report.resize(28);
  auto session = must(media::SrtpSession::create({}, key_of(1), 11));
  const media::UdpPacket packet{kStart, at(kAlice, 4001), at(kBob, 5001), session.protect_rtcp(report).value()};
  const auto clear = decrypter.take(packet);
  ASSERT_TRUE(clear);
  EXPECT_TRUE(clear->rtcp);
  EXPECT_EQ(clear->packet.payload, report);
  EXPECT_EQ(decrypter.stream(0).rtcp, 1U);
  auto of_nobody = packet;
  of_nobody.payload[7] = 99;
  EXPECT_FALSE(decrypter.take(of_nobody));
  EXPECT_FALSE(decrypter.take({kStart, at(kAlice, 1), at(kBob, 2), Bytes(30)}));
  EXPECT_EQ(decrypter.other_packets(), 2U);
}

TEST(Decrypt, calls_of_several_warrants_do_not_mix_up) {
  Book first, second;
  second.liid = "NL-0043";
  second.correlation.back() = 9;
  add_call(first, {block(1, 11)});
  add_call(second, {block(1, 21)});
  first.keys({{1, key_of(1)}});
  second.keys({{1, key_of(2)}});
  for (auto& record : second.records) first.records.push_back(std::move(record));
  auto decrypter = first.decrypter();
  auto sender = from_alice(21, 0, key_of(2));
  expect_media(decrypter, sender);
  EXPECT_EQ(decrypter.stream(0).lawful_interception_identifier, "NL-0043");
}

TEST(Decrypt, a_message_that_is_none_still_leaves_the_keys) {
  Book book;
  book.sip("this is no SIP message");
  book.keys({{1, key_of(1)}});
  Decrypter decrypter;
  EXPECT_FALSE(decrypter.add(book.records[0]));
  EXPECT_TRUE(decrypter.add(book.records[1]));
  auto sender = from_alice(11, 0, key_of(1));
  expect_media(decrypter, sender);
}

TEST(Decrypt, noise) {
  Decrypter decrypter;
  Sender short_one{1, at(kAlice, 1), at(kBob, 2), key_of(1)};
  static_cast<void>(opened(decrypter, short_one.packets(2)));
  EXPECT_TRUE(is_noise(decrypter.stream(0)));
  static_cast<void>(opened(decrypter, short_one.packets(2)));
  EXPECT_FALSE(is_noise(decrypter.stream(0)));
}

}  // namespace
}  // namespace li::lemf
