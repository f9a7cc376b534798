// Rows of the spool that somebody changed, or a disk.
#include "tests/delivery/spool_disk.hpp"

namespace {

using namespace li;
using namespace li::delivery;
using namespace li::delivery::test;

TEST_F(SpoolDiskTest, AChangedRowIsNotDeliveredAndHoldsUpNothing) {
  Texts told;
  options.on_unreadable = [&](const SqliteSpool::Unreadable& row) {
    told.push_back(row.table + " " + std::to_string(row.row) + " " + std::string(as_text(row.liid)) + " " + row.destination);
  };
  const auto spool = open_spool(options);
  put(*spool, {entry("lemf-1", "LI-1", "1"), entry("lemf-2", "LI-1", "2"), entry("lemf-1", "LI-1", "3"), entry("lemf-1", "LI-1", "4")});
  change("UPDATE entries SET destination = 3 - destination WHERE id < 3");
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"3", "4"}));
  EXPECT_EQ(good(spool->read("lemf-1", 0, 1, 999)).size(), 1U) << "another one stands in for it";
  EXPECT_TRUE(waiting(*spool, "lemf-2").empty());
  EXPECT_EQ(told, (Texts{"entries 2 LI-1 lemf-1", "entries 1 LI-1 lemf-2"}));
  change("UPDATE entries SET destination = 3 - destination WHERE id < 3");
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"1", "3", "4"}));
  change("UPDATE entries SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB) WHERE id = 3");
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"1", "4"}));
  EXPECT_EQ(told.back(), "entries 3 LI-1 lemf-1");
  const auto listed = good(open_spool(options, SqliteSpool::Role::administration)->list());
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].entries, 3U);
  EXPECT_EQ(listed[0].unreadable, 1U);
  EXPECT_EQ(listed[1].unreadable, 0U);
}

/// What is told of rows that can't be opened, and a way to flip an octet in the middle of one.
struct DamageTest : SpoolDiskTest {
  Texts told;
  std::unique_ptr<SqliteSpool> spool;

  DamageTest() {
    options.on_unreadable = [this](const SqliteSpool::Unreadable& row) {
      told.push_back(row.table + " " + std::to_string(row.row) + " " + std::string(as_text(row.liid)));
    };
    spool = open_spool(options);
  }
  void flip(const std::string& table, const std::string& column, int row) {
    spool.reset();
    auto octets = to_bytes(as_bytes(stored("SELECT " + column + " FROM " + table + " WHERE rowid = " + std::to_string(row))));
    octets.at(octets.size() / 2) ^= 1U;
    change("UPDATE " + table + " SET " + column + " = x'" + to_hex(octets) + "' WHERE rowid = " + std::to_string(row));
    spool = open_spool(options);
  }
  std::uint32_t number(const NumberContext& of) {
    const auto batch = good(spool->begin());
    const auto given = good(batch->next_number(of));
    good(batch->commit());
    return given;
  }
};

TEST_F(DamageTest, AChangedStateIsLeftOut) {
  fill_with_key(*spool, "LI-1");
  fill_with_key(*spool, "LI-2");
  flip("states", "sealed", 1);
  for (int i = 0; i < 2; ++i) {
    const auto kept = good(spool->kept("session"));
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(as_text(kept[0].liid), "LI-2");
  }
  EXPECT_EQ(told, Texts{"states 1 LI-1"}) << "once";
  EXPECT_FALSE(stored("SELECT sealed FROM states WHERE id = 1").empty()) << "it stays";
  good(spool->erase(as_bytes("LI-1")));
  EXPECT_TRUE(stored("SELECT sealed FROM states WHERE id = 1").empty());
}

TEST_F(DamageTest, AChangedKeyHoldsUpNoOtherLiid) {
  for (const auto* column : {"wrapped", "sealed_liid"}) {
    spool.reset();
    std::filesystem::remove(options.path);
    good(SqliteSpool::create(options, master_key()));
    spool = open_spool(options);
    told.clear();
    fill_with_key(*spool, "LI-1");
    fill_with_key(*spool, "LI-2");
    EXPECT_EQ(number(context("LI-1")), 0U);
    good(spool->begin_upload("lemf-1", {"LI-1_0.1", {ids(*spool, "lemf-1")[0]}}));
    flip("owners", column, 1);
    EXPECT_EQ(waiting(*spool, "lemf-1").size(), 1U) << column;
    EXPECT_EQ(good(spool->kept("session")).size(), 1U);
    EXPECT_FALSE(good(spool->upload("lemf-1")));
    EXPECT_EQ(good(spool->liids()), std::vector({to_bytes("LI-2")}));
    EXPECT_EQ(told, Texts{column == std::string("wrapped") ? "owners 1 LI-1" : "owners 1 "});
    auto listed = good(spool->list());
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].unreadable + listed[1].unreadable, 1U);
    // What comes now has another key, and the next numbers.
    EXPECT_EQ(number(context("LI-1")), 1U);
    EXPECT_EQ(number(context("LI-1", 7)), 1U);
    put(*spool, {entry("lemf-1", "LI-1", "new")});
    EXPECT_EQ(waiting(*spool, "lemf-1").size(), 2U);
    spool.reset();
    spool = open_spool(options);
    EXPECT_EQ(waiting(*spool, "lemf-1").back(), "new");
    EXPECT_EQ(number(context("LI-1", 7)), 2U);
    EXPECT_EQ(good(spool->depth("lemf-1")).entries, 3U) << "what can't be opened still waits";
    // And all of it goes.
    EXPECT_EQ(good(spool->erase(as_bytes("LI-1"))), 2U);
    EXPECT_EQ(stored("SELECT count(*) FROM owners"), "1");
  }
}

TEST_F(DamageTest, AKeyThatOpensAgainHasNoOldStates) {
  const auto keep = [&](const std::string& key, const std::string& value) {
    const auto batch = good(spool->begin());
    good(batch->keep({"session", to_bytes("LI-1"), to_bytes(key), to_record_bytes(as_bytes(value))}));
    good(batch->commit());
  };
  const auto kept = [&] {
    Texts texts;
    for (const auto& state : good(spool->kept("session"))) texts.emplace_back(as_text(state.value));
    return texts;
  };
  keep("1", "old 1");
  keep("2", "old 2");
  keep("3", "old 3");
  flip("owners", "wrapped", 1);
  keep("4", "new 4");
  EXPECT_EQ(kept(), Texts({"new 4"}));
  flip("owners", "wrapped", 1);
  EXPECT_EQ(kept(), Texts({"old 1", "old 2", "old 3", "new 4"}));
  keep("1", "new 1");
  EXPECT_EQ(kept(), Texts({"old 2", "old 3", "new 4", "new 1"})) << "once";
  for (const auto* key : {"2", "4"}) {
    const auto batch = good(spool->begin());
    good(batch->forget("session", as_bytes("LI-1"), as_bytes(std::string_view(key))));
    good(batch->commit());
  }
  EXPECT_EQ(kept(), Texts({"old 3", "new 1"}));
  EXPECT_EQ(good(spool->liids()), std::vector({to_bytes("LI-1")}));
}

TEST_F(DamageTest, ARowOfNobodyStaysAndIsTold) {
  fill_with_key(*spool, "LI-1");
  put(*spool, {entry("lemf-1", "LI-1", "2"), entry("lemf-1", "LI-1", "3")});
  spool.reset();
  change("UPDATE entries SET owner = 999 WHERE id = 2; UPDATE states SET owner = 999; UPDATE entries SET destination = 77 WHERE id = 3");
  const auto listed = good(open_spool(options, SqliteSpool::Role::administration)->list());
  ASSERT_EQ(listed.size(), 3U);
  EXPECT_EQ(listed[0].destination, "?77");
  EXPECT_EQ(as_text(listed[0].liid), "LI-1");
  EXPECT_EQ(listed[0].entries, 1U);
  EXPECT_EQ(listed[0].unreadable, 1U);
  EXPECT_EQ(listed[1].unreadable + listed[2].unreadable, 1U);
  spool = open_spool(options);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(waiting(*spool, "lemf-1").size(), 1U);
    EXPECT_TRUE(good(spool->kept("session")).empty());
    good(spool->tidy(kNow));
    EXPECT_EQ(told, Texts({"entries 2 ", "states 1 ", "entries 3 LI-1"})) << "once";
  }
  EXPECT_EQ(good(spool->erase(as_bytes("LI-2"))), 0U);
  spool.reset();
  change("UPDATE entries SET owner = 1 WHERE id = 2; UPDATE states SET owner = 1; UPDATE entries SET destination = 1 WHERE id = 3");
  spool = open_spool(options);
  EXPECT_EQ(waiting(*spool, "lemf-1").size(), 3U) << "nothing is lost";
  EXPECT_EQ(good(spool->kept("session")).size(), 1U);
}

TEST_F(DamageTest, AnErasureThatWasCutShortIsEnded) {
  put(*spool, {entry("lemf-1", "LI-1", "1"), entry("lemf-1", "LI-2", "2")});
  change("INSERT INTO erased VALUES (1); DELETE FROM owners WHERE id = 1; UPDATE counters SET value = value + 1 WHERE name = 'erasures'");
  put(*spool, {});
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"2"}));
  EXPECT_TRUE(told.empty()) << "nobody changed anything";
  spool.reset();
  spool = open_spool(options);
  EXPECT_EQ(stored("SELECT count(*) FROM entries"), "1");
  EXPECT_EQ(stored("SELECT count(*) FROM erased"), "0");
}

TEST_F(DamageTest, AChangedUploadBeginsAnew) {
  put(*spool, {entry("lemf-1", "LI-1", "1")});
  const auto all = ids(*spool, "lemf-1");
  good(spool->begin_upload("lemf-1", {"LI-1_0.1", all}));
  flip("uploads", "sealed", 1);
  EXPECT_FALSE(good(spool->upload("lemf-1")));
  EXPECT_EQ(told, Texts{"uploads 1 LI-1"});
  good(spool->begin_upload("lemf-1", {"LI-1_1.1", all}));
  EXPECT_EQ(good(spool->upload("lemf-1"))->name, "LI-1_1.1");
}

}  // namespace
