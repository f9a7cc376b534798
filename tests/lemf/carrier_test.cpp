// Packets out of PDUs: which keys they may have, and when they were.
#include <gtest/gtest.h>

#include "tests/lemf/call.hpp"

namespace li::lemf {
namespace {

using namespace test;
using mikey::DataType;
using Direction = Carrier::Direction;

constexpr std::uint32_t kSsrc = 0x11;
const Bytes kFirst{1, 2, 3, 4, 5, 6, 7, 8}, kSecond{1, 2, 3, 4, 5, 6, 7, 9};

// A call whose first crypto session has this SSRC and key.
Book call(const std::string& liid, const Bytes& correlation, unsigned key) {
  Book book;
  book.liid = liid;
  book.correlation = correlation;
  const std::vector<mikey::GenericId> map{block(1, kSsrc)};
  book.sip(invite(sdp("192.0.2.1", {{4000}}, key_mgmt(DataType::transfer_init, map))));
  book.sip(ok(sdp("198.51.100.7", {{5000}}, key_mgmt(DataType::transfer_resp, map))));
  book.keys({{1, key_of(key)}});
  return book;
}

template <typename... Books>
Decrypter decrypter_of(const Books&... books) {
  Decrypter decrypter;
  const auto add = [&](const Book& book) {
    for (const auto& record : book.records) EXPECT_TRUE(decrypter.add(record));
  };
  (add(books), ...);
  return decrypter;
}

std::optional<Communication> cin(std::uint32_t number, std::string_view element = {}) {
  return Communication{number, to_bytes(as_bytes("OP01")), to_bytes(as_bytes(element)), "NL"};
}

// RTP without addresses, as HI3 may have it.
Sender sender(unsigned key) { return {kSsrc, {}, {}, key_of(key)}; }

// Packets of two streams in turn: how many come out as they went in.
unsigned opened_in_turn(Decrypter& decrypter, Sender first, const Carrier& of_first, Sender second, const Carrier& of_second) {
  constexpr unsigned kEach = 10;
  unsigned good = 0;
  const auto wanted = std::pair(first.clear_packets(kEach), second.clear_packets(kEach));
  const auto sent = std::pair(first.packets(kEach), second.packets(kEach));
  for (unsigned i = 0; i < kEach; ++i) {
    const auto one = decrypter.take_carried(CarriedPacket{sent.first[i], of_first});
    const auto other = decrypter.take_carried(CarriedPacket{sent.second[i], of_second});
    good += (one && one->packet == wanted.first[i] ? 1U : 0U) + (other && other->packet == wanted.second[i] ? 1U : 0U);
  }
  return good;
}

std::string brief(const StreamSummary& s) {
  return s.lawful_interception_identifier + " " + to_hex(s.correlation) + " " + std::string(to_string(s.state)) + " " +
         std::to_string(s.packets) + " " + std::to_string(s.decrypted) + " " + std::to_string(s.keys_used) +
         (s.note.empty() ? "" : " (" + s.note + ")");
}

TEST(Carrier, one_ssrc_under_two_liids) {
  auto decrypter = decrypter_of(call("NL-1", kFirst, 1), call("NL-2", kFirst, 2));
  EXPECT_EQ(opened_in_turn(decrypter, sender(1), {"NL-1", kFirst, {}, {}}, sender(2), {"NL-2", kFirst, {}, {}}), 20U);
  ASSERT_EQ(decrypter.streams().size(), 2U);
  EXPECT_EQ(brief(decrypter.stream(0)), "NL-1 0102030405060708 decrypted 10 10 1");
  EXPECT_EQ(brief(decrypter.stream(1)), "NL-2 0102030405060708 decrypted 10 10 1");
}

TEST(Carrier, one_liid_with_two_correlations) {
  auto decrypter = decrypter_of(call("NL-1", kFirst, 1), call("NL-1", kSecond, 2));
  EXPECT_EQ(opened_in_turn(decrypter, sender(1), {"NL-1", kFirst, {}, {}}, sender(2), {"NL-1", kSecond, {}, {}}), 20U);
  ASSERT_EQ(decrypter.streams().size(), 2U);
  EXPECT_EQ(brief(decrypter.stream(0)), "NL-1 0102030405060708 decrypted 10 10 1");
  EXPECT_EQ(brief(decrypter.stream(1)), "NL-1 0102030405060709 decrypted 10 10 1");
}

TEST(Carrier, directions_are_streams_of_their_own) {
  auto decrypter = decrypter_of(call("NL-1", kFirst, 1));
  EXPECT_EQ(opened_in_turn(decrypter, sender(1), {"NL-1", kFirst, {}, Direction::from_target}, sender(1),
                           {"NL-1", kFirst, {}, Direction::to_target}),
            20U);
  ASSERT_EQ(decrypter.streams().size(), 2U);
  EXPECT_EQ(decrypter.stream(0).direction, Direction::from_target);
  EXPECT_EQ(decrypter.stream(1).direction, Direction::to_target);
}

TEST(Carrier, keys_of_others_open_nothing) {
  auto decrypter = decrypter_of(call("NL-1", kFirst, 1), call("NL-1", kSecond, 2), call("NL-2", kFirst, 3));
  EXPECT_EQ(opened_in_turn(decrypter, sender(2), {"NL-1", kFirst, {}, {}}, sender(1), {"NL-2", kFirst, {}, {}}), 0U);
  EXPECT_EQ(brief(decrypter.stream(0)), "NL-1 0102030405060708 failed 10 0 0");
  EXPECT_EQ(brief(decrypter.stream(1)), "NL-2 0102030405060708 failed 10 0 0");
}

TEST(Carrier, a_correlation_that_no_record_has_is_told) {
  auto decrypter = decrypter_of(call("NL-1", kFirst, 1), call("NL-2", kSecond, 2));
  EXPECT_EQ(opened_in_turn(decrypter, sender(1), {"NL-1", {0xAB}, {}, {}}, sender(2), {"NL-1", {0xCD}, {}, {}}), 10U);
  EXPECT_EQ(brief(decrypter.stream(0)), "NL-1 0102030405060708 decrypted 10 10 1 (no record has its correlation AB)");
  EXPECT_EQ(brief(decrypter.stream(1)), "NL-1 0102030405060708 failed 10 0 0 (no record has its correlation CD)") << "of another LIID";
}

TEST(Carrier, an_liid_without_records_has_no_keys) {
  auto decrypter = decrypter_of(call("NL-1", kFirst, 1));
  EXPECT_EQ(opened_in_turn(decrypter, sender(1), {"NL-9", kFirst, {}, {}}, sender(1), {{}, kFirst, {}, {}}), 10U);
  EXPECT_EQ(brief(decrypter.stream(0)), "NL-9 0102030405060708 unknown 10 0 0 (no record is of LIID NL-9)");
  EXPECT_EQ(brief(decrypter.stream(1)), "NL-1 0102030405060708 decrypted 10 10 1") << "a PDU need not say an LIID";
}

TEST(Carrier, a_cin_ties_where_nothing_else_does) {
  Decrypter decrypter;
  for (const auto& record : call("NL-1", kFirst, 1).records) EXPECT_TRUE(decrypter.add(record, {cin(7)}));
  for (const auto& record : call("NL-1", kSecond, 2).records) EXPECT_TRUE(decrypter.add(record, {cin(8)}));
  EXPECT_EQ(opened_in_turn(decrypter, sender(2), {"NL-1", {}, cin(8), {}}, sender(1), {"NL-1", {}, cin(7), {}}), 20U);
  EXPECT_EQ(brief(decrypter.stream(0)), "NL-1 0102030405060709 decrypted 10 10 1");
  static_cast<void>(decrypter.take_carried(CarriedPacket{sender(1).packets(1)[0], {"NL-1", {}, cin(9), {}}}));
  EXPECT_EQ(decrypter.stream(2).note, "no record came with its CIN 9");
}

TEST(Carrier, a_cin_is_one_of_its_element) {
  Decrypter decrypter;
  for (const auto& record : call("NL-1", kFirst, 1).records) EXPECT_TRUE(decrypter.add(record, {cin(7, "cscf")}));
  for (const auto& record : call("NL-1", kSecond, 2).records) EXPECT_TRUE(decrypter.add(record, {cin(7, "agw7")}));
  EXPECT_EQ(opened_in_turn(decrypter, sender(1), {"NL-1", {}, cin(7, "cscf"), {}}, sender(2), {"NL-1", {}, cin(7, "agw7"), {}}), 20U);
  EXPECT_EQ(brief(decrypter.stream(0)), "NL-1 0102030405060708 decrypted 10 10 1");
  EXPECT_EQ(brief(decrypter.stream(1)), "NL-1 0102030405060709 decrypted 10 10 1");
}

TEST(Carrier, a_cin_of_another_call_withholds_nothing) {
  Decrypter decrypter;
  for (const auto& record : call("NL-1", kFirst, 1).records) EXPECT_TRUE(decrypter.add(record));
  for (const auto& record : call("NL-1", kSecond, 2).records) EXPECT_TRUE(decrypter.add(record, {cin(7)}));
  for (const auto& record : call("NL-2", kSecond, 3).records) EXPECT_TRUE(decrypter.add(record, {cin(7)}));
  EXPECT_EQ(opened_in_turn(decrypter, sender(1), {"NL-1", {0xAB}, cin(7), {}}, sender(3), {"NL-1", {0xAC}, cin(7), {}}), 10U);
  EXPECT_EQ(brief(decrypter.stream(0)), "NL-1 0102030405060708 decrypted 10 10 1 (the call with its CIN is another one)");
  EXPECT_EQ(brief(decrypter.stream(1)), "NL-1 0102030405060709 failed 10 0 0") << "of another LIID";
}

// So many key records that a search through all of them ends before their last.
Book many_keys(const std::string& liid, TimePoint now, unsigned count = 1100) {
  Book book;
  book.liid = liid;
  book.now = now;
  for (unsigned i = 0; i < count; ++i) book.keys({{1, key_of(200)}});
  return book;
}

TEST(Carrier, keys_of_a_call_are_tried_whatever_others_have) {
  auto decrypter = decrypter_of(many_keys("AA-1", kStart), call("NL-1", kFirst, 1), call("NL-1", kSecond, 2));
  EXPECT_EQ(opened_in_turn(decrypter, {0x99, {}, {}, key_of(1)}, {"NL-1", kFirst, {}, {}}, {0x98, {}, {}, key_of(2)}, {"NL-1", {}, {}, {}}),
            20U);
}

TEST(Carrier, of_too_many_keys_the_newest_are_tried) {
  const auto opens = [](TimePoint others) {
    auto decrypter = decrypter_of(many_keys("AA-1", others), call("NL-1", kFirst, 1));
    const bool opened = decrypter.take(Sender{0x99, {}, {}, key_of(1)}.packets(1)[0]).has_value();
    return std::to_string(opened) + decrypter.stream(0).note;
  };
  EXPECT_EQ(opens(kStart - std::chrono::hours(1)), "1");
  EXPECT_EQ(opens(kStart + std::chrono::hours(1)), "0not all keys were tried: 78 older tries were left out");
}

// Of two keys that nothing authenticates, that which was there then. The records say local time.
TEST(Carrier, of_records_with_local_time_their_pdu_says_when) {
  const auto expect = [](bool with_time, bool expected) {
    Book book;
    book.clock = hi2::LocalClock{std::chrono::minutes(60), hi2::WinterSummer::winter_time};
    book.sip(invite(sdp("192.0.2.1", {{4000}}, key_mgmt(DataType::transfer_init, {block(1, kSsrc)}, {{1, {16}}, {10, {0}}}))));
    book.keys({{1, key_of(1)}});
    book.now = kStart + std::chrono::hours(1);
    book.keys({{1, key_of(2)}});
    Decrypter decrypter;
    for (std::size_t i = 0; i < 3; ++i) {
      const media::PacketTime time = i < 2 ? kStart : kStart + std::chrono::hours(1);
      EXPECT_TRUE(decrypter.add(book.records[i], {{}, with_time ? std::optional(time) : std::nullopt}));
    }
    auto early = sender(1);
    early.policy.authentication = media::SrtpAuthentication::none;
    const auto clear = early.clear_packets(1)[0];
    auto packet = early.packets(1)[0];
    packet.time = kStart + std::chrono::minutes(1);
    const auto opened = decrypter.take(packet);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->packet.payload == clear.payload, expected);
  };
  expect(true, true);
  expect(false, false);
}

TEST(Carrier, many_keys_are_not_tried_with_each_packet) {
  const auto opened = [](unsigned keys) {
    auto decrypter = decrypter_of(many_keys("AA-1", kStart, keys), call("NL-1", kFirst, 1));
    auto packets = Sender{0x99, {}, {}, key_of(1)}.packets(200);
    packets[0].payload.back() ^= 1;  // one packet that no key opens, and the next try is far off
    return std::count_if(packets.begin(), packets.end(), [&](const auto& packet) { return decrypter.take(packet).has_value(); });
  };
  EXPECT_EQ(opened(100), 199);
  EXPECT_EQ(opened(1000), 72);
}

TEST(Carrier, content_of_a_call_without_keys_is_missing_and_not_noise) {
  Book book;
  book.failure();
  auto decrypter = decrypter_of(book);
  static_cast<void>(decrypter.take_carried(CarriedPacket{sender(1).packets(1)[0], {book.liid, book.correlation, {}, {}}}));
  EXPECT_EQ(brief(decrypter.stream(0)), "NL-0042 0102030405060708 no key 1 0 0 (key retrieval failed)");
  EXPECT_FALSE(is_noise(decrypter.stream(0)));
}

TEST(Carrier, packets_without_times_are_spaced_by_their_timestamps) {
  auto decrypter = decrypter_of(call("NL-1", kFirst, 1));
  const Carrier carrier{"NL-1", kFirst, {}, {}};
  auto packets = sender(1).packets(8);
  std::swap(packets[3], packets[4]);
  std::vector<std::int64_t> times;
  for (auto& packet : packets) {
    packet.time = {};
    const auto clear = decrypter.take_carried(CarriedPacket{packet, carrier, false});
    ASSERT_TRUE(clear);
    times.push_back(std::chrono::round<std::chrono::milliseconds>(clear->packet.time.time_since_epoch()).count());
  }
  EXPECT_EQ(times, (std::vector<std::int64_t>{0, 20, 40, 80, 60, 100, 120, 140}));
  EXPECT_EQ(decrypter.stream(0).note, "times are not in the PDUs");
}

TEST(Carrier, a_time_that_is_known_holds) {
  auto decrypter = decrypter_of(call("NL-1", kFirst, 1));
  const Carrier carrier{"NL-1", kFirst, {}, {}};
  const auto packets = sender(1).packets(2);
  EXPECT_EQ(decrypter.take_carried(CarriedPacket{packets[0], carrier})->packet.time, packets[0].time);
  EXPECT_EQ(decrypter.take_carried(CarriedPacket{packets[1], carrier, false})->packet.time,
            packets[0].time + std::chrono::milliseconds(20));
}

}  // namespace
}  // namespace li::lemf
