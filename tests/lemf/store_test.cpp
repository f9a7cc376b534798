#include "lemf/store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "crypto/hash.hpp"
#include "db/sqlite.hpp"
#include "ps/write.hpp"
#include "tests/lemf/lab.hpp"

namespace {

using namespace li;
using namespace li::lemf;
using namespace li::lemf::test;

struct LemfStore : testing::Test, Shelf {};

TEST_F(LemfStore, keeps_a_pdu_as_it_came) {
  const auto pdu = iri_pdu({});
  EXPECT_EQ(put(pdu).stored, 1U);
  const auto found = all();
  ASSERT_EQ(found.size(), 1U);
  const auto& one = found[0];
  EXPECT_EQ(one.octets, pdu);
  EXPECT_EQ(one.form, Form::pdu);
  EXPECT_EQ(one.liid, to_bytes("LI-1"));
  EXPECT_EQ(one.time, "2026-11-20 12:00:00.204");
  EXPECT_EQ(one.event, "decryptionKeysAvailable");
  EXPECT_EQ(one.correlation, (Bytes{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(one.source, "df2.li.example");
  EXPECT_EQ(one.received, kNow);
  EXPECT_EQ(one.numbering, arrived(pdu).numbering);
  EXPECT_EQ(one.note, "");
}

TEST_F(LemfStore, a_pdu_that_contradicts_itself_is_stored_and_told) {
  const auto pdu = iri_pdu({.operator_inside = "31016"});
  const auto outcome = put(pdu);
  EXPECT_EQ(outcome.stored, 1U);
  ASSERT_EQ(outcome.notices.size(), 1U);
  EXPECT_EQ(outcome.notices[0].what, Notice::What::disagreement);
  EXPECT_EQ(outcome.notices[0].context, "its operator identifier is '31015', that of what is inside '31016'");
  EXPECT_EQ(all().at(0).note, outcome.notices[0].context);
  EXPECT_TRUE(put(pdu).notices.empty()) << "told once";
}

TEST_F(LemfStore, holds_keys_sealed_only) {
  put(Pdu{});
  EXPECT_FALSE(on_disk(options.path, kSecret));
  EXPECT_FALSE(on_disk(options.path, kSalt));
  EXPECT_TRUE(on_disk(options.path, "decryptionKeysAvailable")) << "the index is not sealed";
}

TEST_F(LemfStore, a_reader_tells_when_something_was_erased_meanwhile) {
  for (std::uint32_t number = 0; number < 300; ++number) put(Pdu{.number = number});
  for (std::uint32_t number = 0; number < 300; ++number) put(Pdu{.liid = "LI-2", .number = number});
  const auto read_and_erase = [this](const char* read, const char* erased) {
    return reader().each({.liid = to_bytes(read)}, [&](const Item&) { return store->erase(as_bytes(erased)).has_value(); });
  };
  EXPECT_TRUE(read_and_erase("LI-2", "LI-1"));
  const auto done = read_and_erase("LI-2", "LI-2");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(), "LIID LI-2 was erased meanwhile: not all of it is here");
}

TEST_F(LemfStore, what_lists_refuse_has_a_note) {
  ps::Header header;
  header.lawful_interception_identifier = to_bytes("LI-1");
  header.authorization_country_code = "NL";
  header.operator_identifier = to_bytes("31015");
  header.time_stamp = "20261120120000.204Z";
  const auto record = key_record("LI-1");
  const auto octets = ps::encode_iri(header, std::vector<ps::IriPayload>(6000, {ps::Form::eps, record, {}})).value();
  ASSERT_FALSE(ps::decode(octets));
  const auto arrival = arrival_of(ps::decode(octets, {{64, octets.size(), octets.size()}}).value(), "df2.li.example", kNow);
  EXPECT_NE(arrival.note.find("more than 100000 values"), std::string::npos) << arrival.note;
  EXPECT_FALSE(arrival.disagrees);
}

TEST_F(LemfStore, erased_means_gone) {
  put(Pdu{});
  put(Pdu{.number = 5});
  put(Pdu{.liid = "LI-2"});
  const auto wrapped =
      li::test::output_of("sqlite3 " + options.path + " \"SELECT hex(wrapped) FROM liids WHERE liid = CAST('LI-1' AS BLOB)\"");
  const auto key = from_hex(wrapped.substr(0, wrapped.find('\n'))).value();
  ASSERT_TRUE(on_disk(options.path, as_text(key)));
  EXPECT_EQ(store->erase(as_bytes("LI-1")), 2U);
  EXPECT_FALSE(on_disk(options.path, as_text(key))) << "its data key";
  EXPECT_FALSE(on_disk(options.path, "LI-1"));
  EXPECT_EQ(all().size(), 1U);
  EXPECT_TRUE(gaps(true).empty());
  EXPECT_EQ(put(Pdu{}).stored, 1U) << "with a new key";
  EXPECT_EQ(all({.liid = to_bytes("LI-1")}).size(), 1U);
}

TEST_F(LemfStore, what_another_process_erased_is_not_remembered) {
  put(Pdu{});
  const auto other = Store::open(options, master_key()).value();
  EXPECT_EQ(other->erase(as_bytes("LI-1")), 1U);
  EXPECT_EQ(put(Pdu{}).stored, 1U);
  EXPECT_EQ(all().size(), 1U);
}

TEST_F(LemfStore, an_erasing_that_was_stopped_goes_on) {
  put(Pdu{});
  put(Pdu{.number = 4});
  store.reset();
  ASSERT_EQ(li::test::output_of("sqlite3 " + options.path + " \"UPDATE liids SET liid = NULL, wrapped = x''\" 2>&1"), "");
  open();
  EXPECT_TRUE(all().empty());
  EXPECT_TRUE(gaps(true).empty());
  EXPECT_TRUE(put(Pdu{}).notices.empty()) << "it begins anew";
  EXPECT_EQ(store->erase(as_bytes("LI-2")), 2U) << "what was left of the other one";
  EXPECT_EQ(all().size(), 1U);
  EXPECT_EQ(store->counts()->items, 1U);
}

TEST_F(LemfStore, a_lock_of_another_process_passes) {
  options.patience = std::chrono::milliseconds(10);
  open();
  auto other = db::Database::open(options.path, false).value();
  Delivery delivery;
  delivery.arrivals.push_back(arrived(iri_pdu({})));
  {
    const db::Transaction held(other);
    ASSERT_TRUE(held.begun());
    const auto outcome = store->put(delivery);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::limit);
    EXPECT_EQ(outcome.error().text, db::kLocked);
  }
  EXPECT_TRUE(store->put(delivery));
}

TEST_F(LemfStore, erasing_leaves_room_for_others) {
  Delivery delivery;
  for (std::uint32_t number = 0; number < 5'000; ++number) delivery.arrivals.push_back(arrived(iri_pdu({.number = number})));
  ASSERT_TRUE(store->put(delivery));
  const auto other = Store::open(options, master_key()).value();
  std::atomic<bool> over{false};
  std::thread eraser([&] {
    const auto erased = other->erase(as_bytes("LI-1"));
    EXPECT_EQ(erased ? std::to_string(*erased) : erased.error().message(), "5000");
    over = true;
  });
  unsigned meanwhile = 0;
  for (std::uint32_t number = 0; !over; ++number) {
    put(Pdu{.liid = "LI-2", .number = number});
    if (!over) ++meanwhile;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  eraser.join();
  EXPECT_GT(meanwhile, 5U);
  EXPECT_EQ(all({.liid = to_bytes("LI-1")}).size(), 0U);
}

TEST_F(LemfStore, one_row_that_cannot_be_read_fails_nobody_else) {
  put(Pdu{});
  store.reset();
  ASSERT_EQ(li::test::output_of("sqlite3 " + options.path + " \"UPDATE liids SET wrapped = x'00'\" 2>&1"), "");
  open();
  std::vector<std::thread> threads;
  threads.emplace_back([this] {
    Delivery delivery;
    delivery.arrivals.push_back(arrived(iri_pdu({})));
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(store->put(delivery));
  });
  for (int one = 2; one < 5; ++one)
    threads.emplace_back([this, one] {
      for (std::uint32_t number = 0; number < 100; ++number) put(Pdu{.liid = "LI-" + std::to_string(one), .number = number});
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store->counts()->items, 301U);
}

TEST_F(LemfStore, large_items_come_one_after_the_other) {
  for (int i = 0; i < 3; ++i) {
    Delivery delivery;
    delivery.arrivals.push_back(bad_arrival(Bytes(9 << 20), {ErrorKind::malformed, "broken", {}, {}, {}}, "file", kNow));
    ASSERT_TRUE(store->put(delivery));
  }
  EXPECT_EQ(all().size(), 3U);
}

TEST_F(LemfStore, a_page_of_the_reader_is_bounded_by_octets) {
  for (int i = 0; i < 3; ++i) {
    Delivery delivery;
    delivery.arrivals.push_back(bad_arrival(Bytes(9 << 20), {ErrorKind::malformed, "broken", {}, {}, {}}, "file", kNow));
    ASSERT_TRUE(store->put(delivery));
  }
  ASSERT_EQ(li::test::output_of("sqlite3 " + options.path + " \"UPDATE items SET sealed = x'00' WHERE id = 3\" 2>&1"), "");
  int given = 0;
  EXPECT_FALSE(reader().each({}, [&](const Item&) { return ++given, true; }));
  EXPECT_EQ(given, 2) << "those of the first page, before the third one was opened";
}

TEST_F(LemfStore, remembers_a_few_liids_and_seals_for_all) {
  options.remembered = 2;
  open();
  for (std::uint32_t number = 0; number < 2; ++number) {
    for (int one = 0; one < 6; ++one) EXPECT_TRUE(put(Pdu{.liid = "LI-" + std::to_string(one), .number = number}).notices.empty()) << one;
  }
  EXPECT_EQ(all().size(), 12U);
}

TEST_F(LemfStore, a_full_disk_is_told_and_passes) {
  options.max_pages = 40;
  open();
  std::uint32_t number = 0;
  Result<Outcome> outcome;
  while (outcome && number < 1000) {
    Delivery delivery;
    delivery.arrivals.push_back(arrived(iri_pdu({.number = number++})));
    outcome = store->put(delivery);
  }
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::limit);
  EXPECT_EQ(all().size(), number - 1);
  options.max_pages = 0;
  open();
  EXPECT_TRUE(put(Pdu{.number = number - 1}).notices.empty());
  EXPECT_EQ(all().size(), number);
}

TEST_F(LemfStore, another_master_key_is_refused) {
  const SecretBytes other{Bytes(32, 1)};
  EXPECT_FALSE(Store::open(options, other));
  const auto reader = StoreReader::open(options.path, other);
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().message().find("master key"), std::string::npos);
}

TEST_F(LemfStore, a_file_that_others_may_read_is_refused) {
  store.reset();
  std::filesystem::permissions(options.path, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_FALSE(Store::open(options, master_key()));
}

TEST_F(LemfStore, filters) {
  put(Pdu{});
  put(Pdu{.liid = "LI-2"});
  put(tri_pdu({}, ps::Tri::test));
  EXPECT_EQ(all({.liid = to_bytes("LI-2")}).size(), 1U);
  EXPECT_EQ(all({.event = "decryptionKeysAvailable"}).size(), 2U);
  EXPECT_EQ(all({.correlation = Bytes{1, 2, 3, 4, 5, 6, 7, 8}}).size(), 2U);
  EXPECT_EQ(all({.since = "2026-11-20 12:00:00.1"}).size(), 2U);
  EXPECT_EQ(all({.until = "2026-11-20 12"}).size(), 3U);
  EXPECT_EQ(all({.until = "2026-11-19"}).size(), 0U);
  EXPECT_EQ(all({.id = 2}).at(0).liid, to_bytes("LI-2"));
}

TEST_F(LemfStore, many_threads_share_commits) {
  std::vector<std::thread> threads;
  for (int one = 0; one < 4; ++one)
    threads.emplace_back([this, one] {
      for (std::uint32_t number = 0; number < 50; ++number) put(Pdu{.liid = "LI-" + std::to_string(one), .number = number});
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(all().size(), 200U);
  EXPECT_TRUE(gaps(true).empty());
}

}  // namespace
