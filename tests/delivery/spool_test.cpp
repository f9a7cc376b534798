#include <gtest/gtest.h>

#include "tests/delivery/lab.hpp"

namespace {

using namespace li;
using namespace li::delivery;
using namespace li::delivery::test;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct SpoolTest : testing::Test {
  Scratch scratch;
  SqliteSpool::Options options = spool_options(scratch);
  std::unique_ptr<SqliteSpool> spool = open_spool(options);

  void reopen() {
    spool.reset();
    spool = open_spool(options);
  }
  std::uint32_t number(const NumberContext& of) {
    const auto batch = good(spool->begin());
    const auto given = good(batch->next_number(of));
    good(batch->commit());
    return given;
  }
  Sighting sight(const std::string& source, std::uint32_t number, const std::string& octets, TimePoint now = kNow) {
    const auto batch = good(spool->begin());
    const auto seen = good(batch->sight(as_bytes(source), number, as_bytes(octets), now));
    good(batch->commit());
    return seen;
  }
  void keep(const std::string& kind, const std::string& liid, const std::string& key, const std::string& value) {
    const auto batch = good(spool->begin());
    good(batch->keep({kind, to_bytes(liid), to_bytes(key), to_record_bytes(as_bytes(value))}));
    good(batch->commit());
  }
  Texts kept(const std::string& kind) {
    Texts texts;
    for (const auto& state : good(spool->kept(kind)))
      texts.push_back(std::string(as_text(state.liid)) + "/" + std::string(as_text(state.key)) + "=" + std::string(as_text(state.value)));
    return texts;
  }
};

TEST_F(SpoolTest, NumbersCountInTheirWholeContextAndSurviveRestarts) {
  EXPECT_EQ(number(context("LI-1")), 0U);
  EXPECT_EQ(number(context("LI-1")), 1U);
  reopen();
  EXPECT_EQ(number(context("LI-1")), 2U);
  auto other = context("LI-1");
  other.destination = "lemf-2";
  EXPECT_EQ(number(other), 0U);
  other = context("LI-1");
  other.kind = ps::PayloadKind::cc;
  EXPECT_EQ(number(other), 0U);
  other = context("LI-1");
  other.network_element_identifier = Bytes();
  EXPECT_EQ(number(other), 0U) << "an empty element is not none";
  other = context("LI-1");
  other.delivery_country_code = "NL";
  EXPECT_EQ(number(other), 0U);
  EXPECT_EQ(number(context("LI-1", 0)), 0U) << "CIN 0 is not none";
  EXPECT_EQ(number(context("LI-1", 7)), 0U);
  EXPECT_EQ(number(context("LI-2")), 0U);
  EXPECT_EQ(number(context("LI-1", 7)), 1U);
  EXPECT_EQ(number(context("LI-1")), 3U);
}

TEST_F(SpoolTest, ASessionThatIsOverLeavesNoNumbers) {
  const auto rows = [&] {
    auto database = good(db::Database::open(options.path, false));
    auto query = database.query("SELECT count(*) FROM numbers");
    EXPECT_TRUE(query.next());
    return query.integer(0);
  };
  const auto forget = [&](std::uint32_t cin, bool commit) {
    const auto batch = good(spool->begin());
    good(batch->forget_numbers(as_bytes("LI-1"), cin));
    if (commit) good(batch->commit());
  };
  EXPECT_EQ(number(context("LI-1")), 0U);
  EXPECT_EQ(number(context("LI-2", 7)), 0U);
  auto second = context("LI-1", 7);
  second.destination = "lemf-2";
  for (std::uint32_t cin = 0; cin < 20; ++cin) EXPECT_EQ(number(context("LI-1", cin)), 0U);
  EXPECT_EQ(number(second), 0U);
  EXPECT_EQ(rows(), 23);
  forget(7, false);
  reopen();
  EXPECT_EQ(number(context("LI-1", 7)), 1U) << "the batch was lost, and the session goes on";
  EXPECT_EQ(number(second), 1U);
  for (std::uint32_t cin = 0; cin < 20; ++cin) forget(cin, true);
  EXPECT_EQ(rows(), 2) << "what belongs to no session, and the other LIID's";
  EXPECT_EQ(number(context("LI-1")), 1U);
  EXPECT_EQ(number(context("LI-2", 7)), 1U);
  const auto batch = good(spool->begin());
  good(batch->forget_numbers(as_bytes("LI-9"), 7));
  good(batch->commit());
  EXPECT_EQ(good(spool->liids()).size(), 2U);
}

TEST_F(SpoolTest, NumbersOfAnOlderSpoolGoOn) {
  EXPECT_EQ(number(context("LI-1", 7)), 0U);
  spool.reset();
  good(good(db::Database::open(options.path, false)).run("UPDATE numbers SET cin = NULL"));
  spool = open_spool(options);
  EXPECT_EQ(number(context("LI-1", 7)), 1U);
  const auto batch = good(spool->begin());
  good(batch->forget_numbers(as_bytes("LI-1"), 7));
  EXPECT_EQ(good(batch->next_number(context("LI-1", 7))), 0U) << "its CIN is known from its next number on";
}

TEST_F(SpoolTest, ErasuresAreCounted) {
  put(*spool, {entry("lemf-1", "LI-1", "1")});
  const auto before = good(spool->erasures());
  put(*spool, {entry("lemf-1", "LI-1", "2")});
  EXPECT_EQ(good(spool->erasures()), before);
  good(open_spool(options, SqliteSpool::Role::administration)->erase(as_bytes("LI-1")));
  EXPECT_GT(good(spool->erasures()), before);
}

TEST_F(SpoolTest, ALockOfAnotherProcessIsNoFullDisk) {
  options.patience = 10ms;
  reopen();
  auto other = good(db::Database::open(options.path, false));
  {
    const db::Transaction held(other);
    good(held.begun());
    const auto batch = spool->begin();
    ASSERT_FALSE(batch);
    EXPECT_TRUE(is_busy(batch.error())) << batch.error().text;
  }
  put(*spool, {entry("lemf-1", "LI-1", "1")});
  auto query = other.query("SELECT * FROM entries");
  ASSERT_TRUE(query.next());
  const auto cut = spool->tidy(kNow);
  ASSERT_FALSE(cut);
  EXPECT_TRUE(is_busy(cut.error())) << "it reads: " << cut.error().text;
  EXPECT_FALSE(is_busy({ErrorKind::limit, "store: database or disk is full", {}, {}, {}}));
}

TEST_F(SpoolTest, ASpoolThatIsLockedClosesSoon) {
  int faults = 0;
  options.patience = 60s;
  options.on_fault = [&](const Error& error) {
    EXPECT_TRUE(is_busy(error)) << error.text;
    ++faults;
  };
  reopen();
  put(*spool, {entry("lemf-1", "LI-1", "1")});
  good(spool->confirm("lemf-1", ids(*spool, "lemf-1")));
  auto other = good(db::Database::open(options.path, false));
  {
    const db::Transaction held(other);
    good(held.begun());
    const auto begun = std::chrono::steady_clock::now();
    spool.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 30s);
  }
  EXPECT_EQ(faults, 1) << "it waits once";
  spool = open_spool(options);
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"1"})) << "it is sent once more";
}

TEST_F(SpoolTest, DepthCountsOverManyLooks) {
  const auto fill = [&](int count) {
    const auto batch = good(spool->begin());
    for (int i = 0; i < count; ++i) good(batch->append(entry(i % 4 == 0 ? "lemf-2" : "lemf-1", "LI-1", "x")));
    good(batch->commit());
  };
  fill(30'000);
  EXPECT_EQ(good(spool->depth("lemf-1")).entries, 22'500U);
  EXPECT_EQ(good(spool->depth("lemf-2")).entries, 7'500U);
  auto all = ids(*spool, "lemf-1");
  all.resize(std::min<std::size_t>(all.size(), 15'000));
  good(spool->confirm("lemf-1", all));
  EXPECT_EQ(good(spool->depth("lemf-1")).entries, 7'500U);
  EXPECT_EQ(good(spool->depth("lemf-1")).oldest, kNow);
}

TEST_F(SpoolTest, NumberAndEntryAreOneTransaction) {
  {
    const auto batch = good(spool->begin());
    EXPECT_EQ(good(batch->next_number(context("LI-1"))), 0U);
    EXPECT_EQ(good(batch->next_id("cin")), 1U);
    good(batch->append(entry("lemf-1", "LI-1", "lost")));
    good(batch->keep({"session", to_bytes("LI-1"), to_bytes("call"), {}}));
    EXPECT_EQ(good(batch->sight(as_bytes("xid"), 5, as_bytes("pdu"), kNow)).sight, Sight::first);
  }
  EXPECT_TRUE(waiting(*spool, "lemf-1").empty());
  EXPECT_TRUE(kept("session").empty());
  EXPECT_TRUE(good(spool->liids()).empty()) << "the data key was made in a batch that was undone";
  EXPECT_EQ(sight("xid", 5, "pdu").sight, Sight::first);
  const auto batch = good(spool->begin());
  EXPECT_EQ(good(batch->next_number(context("LI-1"))), 0U);
  EXPECT_EQ(good(batch->next_id("cin")), 1U);
  good(batch->append(entry("lemf-1", "LI-1", "there")));
  good(batch->commit());
  reopen();
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"there"}));
  EXPECT_EQ(number(context("LI-1")), 1U);
}

TEST_F(SpoolTest, EntriesKeepTheirOrderByDestination) {
  put(*spool, {entry("lemf-1", "LI-1", "1"), entry("lemf-2", "LI-1", "a"), entry("lemf-1", "LI-2", "2")});
  put(*spool, {entry("lemf-1", "LI-1", "3"), entry("lemf-2", "LI-2", "b")});
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"1", "2", "3"}));
  EXPECT_EQ(waiting(*spool, "lemf-2"), Texts({"a", "b"}));
  EXPECT_TRUE(waiting(*spool, "lemf-3").empty());
  const auto all = good(spool->read("lemf-1", 0, 100, SIZE_MAX));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(as_text(all[1].liid), "LI-2");
  EXPECT_EQ(all[1].event, kNow);
  EXPECT_EQ(waiting(*spool, "lemf-1", all[0].id), Texts({"2", "3"}));
  reopen();
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"1", "2", "3"}));
}

TEST_F(SpoolTest, ReadsStopAtTheirLimits) {
  put(*spool, {entry("lemf-1", "LI-1", "12345"), entry("lemf-1", "LI-1", "67890"), entry("lemf-1", "LI-1", "x")});
  EXPECT_EQ(good(spool->read("lemf-1", 0, 2, SIZE_MAX)).size(), 2U);
  EXPECT_EQ(good(spool->read("lemf-1", 0, 9, 10)).size(), 2U);
  EXPECT_EQ(good(spool->read("lemf-1", 0, 9, 9)).size(), 1U);
  EXPECT_EQ(good(spool->read("lemf-1", 0, 9, 1)).size(), 1U) << "one at least, however large";
  EXPECT_EQ(good(spool->read("lemf-1", 0, 0, 9)).size(), 0U);
}

TEST_F(SpoolTest, ConfirmedEntriesAreNotReadAgain) {
  put(*spool, {entry("lemf-1", "LI-1", "1"), entry("lemf-1", "LI-1", "2"), entry("lemf-2", "LI-1", "a")});
  const auto of_first = ids(*spool, "lemf-1");
  good(spool->confirm("lemf-2", of_first));
  EXPECT_EQ(waiting(*spool, "lemf-1").size(), 2U) << "they are another destination's";
  good(spool->confirm("lemf-1", {of_first[0]}));
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"2"}));
  EXPECT_EQ(good(spool->depth("lemf-1")).entries, 1U);
  good(spool->tidy(kNow));
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"2"}));
  good(spool->confirm("lemf-1", of_first));
  put(*spool, {entry("lemf-1", "LI-1", "3")});
  reopen();
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"3"}));
  EXPECT_GT(ids(*spool, "lemf-1")[0], of_first[1]) << "numbers of entries rise";
}

TEST_F(SpoolTest, NumbersOfEntriesRiseOverAnEmptySpool) {
  put(*spool, {entry("lemf-1", "LI-1", "1")});
  const auto first = ids(*spool, "lemf-1");
  good(spool->confirm("lemf-1", first));
  good(spool->tidy(kNow));
  reopen();
  put(*spool, {entry("lemf-1", "LI-1", "2")});
  EXPECT_GT(ids(*spool, "lemf-1")[0], first[0]);
}

TEST_F(SpoolTest, DepthCountsAndKnowsTheOldest) {
  EXPECT_EQ(good(spool->depth("lemf-1")).entries, 0U);
  auto young = entry("lemf-1", "LI-1", "2");
  young.event = kNow + 5s;
  put(*spool, {entry("lemf-1", "LI-1", "1"), young});
  EXPECT_EQ(good(spool->depth("lemf-1")).entries, 2U);
  EXPECT_EQ(good(spool->depth("lemf-1")).oldest, kNow);
  good(spool->confirm("lemf-1", {ids(*spool, "lemf-1")[0]}));
  EXPECT_EQ(good(spool->depth("lemf-1")).oldest, kNow + 5s);
  good(spool->confirm("lemf-1", ids(*spool, "lemf-1")));
  EXPECT_EQ(good(spool->depth("lemf-1")).oldest, std::nullopt);
}

TEST_F(SpoolTest, StatesAreReplacedAndForgotten) {
  keep("session", "LI-1", "call-1", "x");
  keep("session", "LI-2", "call-1", "y");
  keep("question", "LI-1", "call-1", "z");
  keep("session", "LI-1", "call-1", "a longer value");
  reopen();
  EXPECT_EQ(kept("session"), Texts({"LI-1/call-1=a longer value", "LI-2/call-1=y"}));
  EXPECT_EQ(kept("question"), Texts({"LI-1/call-1=z"}));
  EXPECT_TRUE(kept("unheard of").empty());
  const auto batch = good(spool->begin());
  good(batch->forget("session", as_bytes("LI-1"), as_bytes("call-1")));
  good(batch->forget("session", as_bytes("LI-9"), as_bytes("call-1")));
  good(batch->commit());
  EXPECT_EQ(kept("session"), Texts({"LI-2/call-1=y"}));
}

TEST_F(SpoolTest, SightingsTellNewRepeatedAndConflicting) {
  const auto expect = [&](const Sighting& seen, Sight sight, std::optional<std::uint32_t> last) {
    EXPECT_EQ(seen.sight, sight);
    EXPECT_EQ(seen.last, last);
  };
  expect(sight("xid-1", 7, "a"), Sight::first, std::nullopt);
  expect(sight("xid-1", 8, "b"), Sight::first, 7);
  expect(sight("xid-2", 8, "b"), Sight::first, std::nullopt);
  reopen();
  expect(sight("xid-1", 7, "a"), Sight::repeated, 8);
  expect(sight("xid-1", 11, "c"), Sight::first, 8);  // a gap of two
  expect(sight("xid-1", 8, "other"), Sight::conflicting, 11);
  expect(sight("xid-1", 8, "other"), Sight::repeated, 8);  // it counts from here on
  expect(sight("xid-1", UINT32_MAX, "d"), Sight::first, 8);
  expect(sight("xid-1", 0, "e"), Sight::first, UINT32_MAX);
}

TEST_F(SpoolTest, OldSightingsAreForgottenAndThePlaceInTheirSequenceIsNot) {
  EXPECT_EQ(sight("xid-1", 7, "a", kNow).sight, Sight::first);
  EXPECT_EQ(sight("xid-1", 8, "b", kNow + 1h).sight, Sight::first);
  good(spool->tidy(kNow + 30min));
  EXPECT_EQ(sight("xid-1", 8, "b", kNow + 2h).sight, Sight::repeated);
  const auto again = sight("xid-1", 7, "a", kNow + 2h);
  EXPECT_EQ(again.sight, Sight::first);
  EXPECT_EQ(again.last, 8U);
  good(spool->tidy(kNow + 24h * 200));
  EXPECT_EQ(sight("xid-1", 9, "c").last, std::nullopt);
}

TEST_F(SpoolTest, CountersCountFromOneAndSurviveRestarts) {
  const auto next = [&](const char* name) {
    const auto batch = good(spool->begin());
    const auto id = good(batch->next_id(name));
    good(batch->commit());
    return id;
  };
  EXPECT_EQ(next("cin"), 1U);
  EXPECT_EQ(next("cin"), 2U);
  EXPECT_EQ(next("entries"), 1U) << "no counter of the spool's own";
  reopen();
  EXPECT_EQ(next("cin"), 3U);
}

TEST_F(SpoolTest, UploadsKeepTheirNameUntilConfirmed) {
  EXPECT_FALSE(good(spool->upload("lemf-1")));
  EXPECT_FALSE(spool->begin_upload("lemf-1", {"x", {1}})) << "nothing was appended";
  put(*spool, {entry("lemf-1", "LI-1", "1"), entry("lemf-1", "LI-1", "2"), entry("lemf-1", "LI-2", "3")});
  const auto all = ids(*spool, "lemf-1");
  EXPECT_EQ(good(spool->next_file_number("lemf-1", as_bytes("LI-1"))), 0U);
  good(spool->begin_upload("lemf-1", {"LI-1_0.1", {all[0], all[1]}}));
  reopen();
  const auto found = good(spool->upload("lemf-1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "LI-1_0.1");
  EXPECT_EQ(found->ids, std::vector({all[0], all[1]}));
  good(spool->confirm("lemf-1", found->ids));
  EXPECT_FALSE(good(spool->upload("lemf-1")));
  EXPECT_EQ(good(spool->next_file_number("lemf-1", as_bytes("LI-1"))), 1U);
  EXPECT_EQ(good(spool->next_file_number("lemf-1", as_bytes("LI-2"))), 0U);
  EXPECT_FALSE(spool->next_file_number("lemf-1", as_bytes("LI-9")));
  EXPECT_FALSE(spool->begin_upload("lemf-1", {"x", {}}));
}

TEST_F(SpoolTest, AnErasedLiidLeavesTheUploadOfOthers) {
  put(*spool, {entry("lemf-1", "LI-1", "1"), entry("lemf-1", "LI-2", "2")});
  const auto all = ids(*spool, "lemf-1");
  good(spool->begin_upload("lemf-1", {"ABXY00041014084400001", all}));
  good(spool->erase(as_bytes("LI-1")));
  const auto left = good(spool->upload("lemf-1"));
  ASSERT_TRUE(left);
  EXPECT_EQ(left->name, "ABXY00041014084400001");
  EXPECT_EQ(left->ids, std::vector({all[1]}));
  good(spool->erase(as_bytes("LI-2")));
  EXPECT_FALSE(good(spool->upload("lemf-1")));
}

TEST_F(SpoolTest, SendersAreWoken) {
  int woken = 0;
  spool->on_entries = [&] {
    ++woken;
    EXPECT_EQ(waiting(*spool, "lemf-1").size(), 1U) << "it is there when they look";
    EXPECT_TRUE(spool->begin()) << "and nothing is locked";
  };
  put(*spool, {});
  EXPECT_EQ(woken, 0);
  put(*spool, {entry("lemf-1", "LI-1", "1")});
  EXPECT_EQ(woken, 1);
}

TEST_F(SpoolTest, WhatWaitsIsListed) {
  put(*spool, {entry("lemf-2", "LI-1", "1"), entry("lemf-1", "LI-2", "2"), entry("lemf-1", "LI-2", "3")});
  const auto administration = open_spool(options, SqliteSpool::Role::administration);
  const auto listed = good(administration->list());
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].destination, "lemf-1");
  EXPECT_EQ(as_text(listed[0].liid), "LI-2");
  EXPECT_EQ(listed[0].entries, 2U);
  EXPECT_EQ(listed[0].oldest, kNow);
  EXPECT_EQ(listed[1].destination, "lemf-2");
}

TEST_F(SpoolTest, OneDaemonAtATime) {
  const auto second = SqliteSpool::open(options, master_key());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("is in use"), std::string::npos) << second.error().text;
  spool.reset();
  EXPECT_TRUE(SqliteSpool::open(options, master_key()));
}

TEST_F(SpoolTest, AWrongMasterKeyOpensNothing) {
  spool.reset();
  const auto opened = SqliteSpool::open(options, SecretBytes(Bytes(32, 1)));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text, "the master key is not the one that this store was made with");
  EXPECT_FALSE(SqliteSpool::open(options, SecretBytes(Bytes(31, 0x4D))));
  EXPECT_FALSE(SqliteSpool::create(options, master_key())) << "it exists";
  options.path += ".none";
  EXPECT_FALSE(SqliteSpool::open(options, master_key()));
}

}  // namespace
