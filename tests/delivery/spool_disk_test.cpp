#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "support/losing_vfs.hpp"
#include "tests/delivery/lab.hpp"

namespace {

using namespace li;
using namespace li::delivery;
using namespace li::delivery::test;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

/// A key as it stands in a record: nothing like it is in an SQLite file by accident.
const std::string kKey = "K3y-of-a-s3ss10n:" + std::string(16, '\xA7');

struct SpoolDiskTest : testing::Test {
  Scratch scratch;
  SqliteSpool::Options options = spool_options(scratch);

  [[nodiscard]] bool on_disk(std::string_view octets) const {
    for (const auto* end : {"", "-wal", "-shm"}) {
      if (read_file(options.path + end).find(octets) != std::string::npos) return true;
    }
    return false;
  }
  /// What a row holds, read beside the spool.
  [[nodiscard]] std::string stored(const std::string& sql) const {
    auto database = good(db::Database::open(options.path, false));
    auto query = database.query(sql.c_str());
    return query.next() ? query.text(0) : std::string();
  }
  void change(const std::string& sql) const { good(good(db::Database::open(options.path, false)).run(sql.c_str())); }
};

void fill_with_key(SqliteSpool& spool, const std::string& liid) {
  const auto batch = good(spool.begin());
  good(batch->append(entry("lemf-1", liid, "record with " + kKey)));
  good(batch->keep({"session", to_bytes(liid), to_bytes("call with " + kKey), to_record_bytes(as_bytes("state with " + kKey))}));
  static_cast<void>(good(batch->next_number(context(liid, 7))));
  static_cast<void>(good(batch->sight(as_bytes("source with " + kKey), 1, as_bytes("pdu with " + kKey), kNow)));
  good(batch->commit());
}

TEST_F(SpoolDiskTest, ErasedMeansGone) {
  const auto spool = open_spool(options);
  fill_with_key(*spool, "LIID-SECRET-1");
  fill_with_key(*spool, "LIID-SECRET-2");
  good(spool->begin_upload("lemf-1", {"LIID-SECRET-1_0.1", {ids(*spool, "lemf-1")[0]}}));
  EXPECT_FALSE(on_disk(kKey)) << "never in clear";
  EXPECT_FALSE(on_disk("LIID-SECRET"));
  const auto wrapped = stored("SELECT wrapped FROM owners ORDER BY id");
  const Texts rows{stored("SELECT sealed FROM entries ORDER BY id"),
                   stored("SELECT sealed FROM states ORDER BY id"),
                   stored("SELECT sealed FROM uploads"),
                   stored("SELECT name FROM numbers ORDER BY owner"),
                   stored("SELECT sealed_liid FROM owners ORDER BY id"),
                   wrapped};
  for (const auto& row : rows) EXPECT_TRUE(!row.empty() && on_disk(row)) << "this test would not see it go";

  EXPECT_EQ(good(spool->erase(as_bytes("LIID-SECRET-1"))), 1U);
  for (const auto& row : rows) EXPECT_FALSE(on_disk(row));
  EXPECT_EQ(good(spool->liids()), std::vector({to_bytes("LIID-SECRET-2")}));
  EXPECT_EQ(waiting(*spool, "lemf-1").size(), 1U) << "the other LIID's";
  EXPECT_EQ(good(spool->kept("session")).size(), 1U);
  EXPECT_EQ(good(spool->erase(as_bytes("LIID-SECRET-1"))), 0U);

  const auto batch = good(spool->begin());
  EXPECT_EQ(good(batch->next_number(context("LIID-SECRET-1", 7))), 0U) << "a LIID of the same name begins anew";
}

TEST_F(SpoolDiskTest, DeliveredMeansGone) {
  options.confirm_delay = options.overwrite_delay = 1ms;
  const auto spool = open_spool(options);
  put(*spool, {entry("lemf-1", "LI-1", kKey), entry("lemf-2", "LI-1", kKey)});
  const auto first = stored("SELECT sealed FROM entries WHERE id = 1");
  const auto second = stored("SELECT sealed FROM entries WHERE id = 2");
  EXPECT_TRUE(on_disk(first));
  good(spool->confirm("lemf-1", {1}));
  // The spool's own thread does the rest.
  for (int tries = 0; tries < 10'000 && on_disk(first); ++tries) std::this_thread::sleep_for(1ms);
  EXPECT_FALSE(on_disk(first));
  EXPECT_TRUE(on_disk(second));
}

TEST_F(SpoolDiskTest, AnotherProcessErasesBesideTheDaemon) {
  const auto spool = open_spool(options);
  put(*spool, {entry("lemf-1", "LI-1", "1"), entry("lemf-1", "LI-2", "2")});
  EXPECT_EQ(waiting(*spool, "lemf-1").size(), 2U);
  const auto row = stored("SELECT sealed FROM entries WHERE id = 1");
  {
    const auto administration = open_spool(options, SqliteSpool::Role::administration);
    EXPECT_EQ(good(administration->erase(as_bytes("LI-1"))), 1U);
    EXPECT_FALSE(on_disk(row));
  }
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"2"}));
  put(*spool, {entry("lemf-1", "LI-1", "3")});
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"2", "3"})) << "under a new key, which is in the file";
  EXPECT_EQ(waiting(*open_spool(options, SqliteSpool::Role::administration), "lemf-1"), Texts({"2", "3"}));
}

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

/// Batches until the spool is full; how many entries are in it.
std::size_t fill(Spool& spool) {
  for (std::size_t count = 0;; ++count) {
    const auto batch = good(spool.begin());
    static_cast<void>(good(batch->next_number(context("LI-1"))));
    auto done = batch->append(entry("lemf-1", "LI-1", std::to_string(count) + std::string(3'000, 'x')));
    if (done) done = batch->commit();
    if (done) continue;
    EXPECT_EQ(done.error().kind, ErrorKind::limit) << done.error().message();
    EXPECT_FALSE(batch->append(entry("lemf-1", "LI-1", "y"))) << "a batch that failed stays so";
    EXPECT_FALSE(batch->commit());
    return count;
  }
}

void empties_and_goes_on(SqliteSpool& spool, std::size_t count) {
  ASSERT_GT(count, 5U);
  const auto all = ids(spool, "lemf-1");
  EXPECT_EQ(all.size(), count);
  EXPECT_EQ(good(spool.next_file_number("lemf-1", as_bytes("LI-1"))), 0U) << "what empties a full spool still works";
  good(spool.begin_upload("lemf-1", {"LI-1_0.1", all}));
  good(spool.confirm("lemf-1", all));
  good(spool.tidy(kNow));
  const auto batch = good(spool.begin());
  EXPECT_EQ(good(batch->next_number(context("LI-1"))), count) << "no number was lost";
  good(batch->append(entry("lemf-1", "LI-1", "again")));
  good(batch->commit());
  EXPECT_EQ(waiting(spool, "lemf-1"), Texts({"again"}));
}

TEST_F(SpoolDiskTest, AFullSpoolLosesNothingAndRecovers) {
  options.max_pages = 100;
  const auto spool = open_spool(options);
  empties_and_goes_on(*spool, fill(*spool));
}

TEST_F(SpoolDiskTest, AFullDiskLosesNothingAndRecovers) {
  li::test::LosingDisk disk;
  const auto spool = open_spool(options);
  disk.leave_room(400'000);
  const auto count = fill(*spool);
  EXPECT_EQ(fill(*spool), 0U) << "still full";
  disk.leave_room(std::nullopt);
  empties_and_goes_on(*spool, count);
}

/// An engine and a sender on a disk whose power goes at a random moment, again and again.
class PowerTest {
 public:
  PowerTest(li::test::LosingDisk& disk, const SqliteSpool::Options& options, std::uint32_t seed)
      : disk_(disk), options_(options), draw_(seed) {}

  void round() {
    auto spool = open_spool(options_);
    check(*spool);
    disk_.lose_power_after(1 + draw_() % 400, static_cast<std::uint32_t>(draw_()));
    std::thread sender([&] { send(*spool); });
    while (batch(*spool)) {
    }
    stop_ = true;
    sender.join();
    stop_ = false;
    spool.reset();
    disk_.restore_power();
  }

 private:
  /// Three entries with their numbers. At the failure it may be there or not, but whole.
  bool batch(SqliteSpool& spool) {
    maybe_ = next_;
    const auto batch = spool.begin();
    if (!batch) return false;
    for (std::uint32_t i = 0; i < 3; ++i) {
      const auto number = (*batch)->next_number(context("LI-1"));
      if (!number) return false;
      EXPECT_EQ(*number, next_ + i);
      if (!(*batch)->append(entry("lemf-1", "LI-1", std::to_string(*number) + std::string(draw_() % 2'000, 'x')))) return false;
      if (!(*batch)->keep({"state", to_bytes("LI-1"), to_bytes("last"), to_record_bytes(as_bytes(std::to_string(*number)))})) return false;
    }
    if (!(*batch)->commit()) return false;
    next_ += 3;
    if (next_ % 10 == 0) static_cast<void>(spool.tidy(kNow));
    return true;
  }

  void send(SqliteSpool& spool) {
    std::int64_t after = 0;
    while (!stop_) {
      const auto some = spool.read("lemf-1", after, 5, SIZE_MAX);
      if (!some) return;
      std::vector<std::int64_t> sent;
      for (const auto& one : *some) {
        delivered_[static_cast<std::uint32_t>(std::stoul(std::string(as_text(one.octets))))]++;
        sent.push_back(after = one.id);
      }
      static_cast<void>(spool.confirm("lemf-1", sent));
      if (sent.empty()) std::this_thread::yield();
    }
  }

  /// All numbers up to `next_` were delivered or wait, in order; the state says the same.
  void check(SqliteSpool& spool) {
    const auto state = good(spool.kept("state"));
    if (!state.empty()) next_ = static_cast<std::uint32_t>(std::stoul(std::string(as_text(state[0].value)))) + 1;
    EXPECT_TRUE(next_ == maybe_ || next_ == maybe_ + 3) << next_ << " " << maybe_;
    auto there = delivered_;
    std::optional<std::uint32_t> last;
    for (const auto& text : waiting(spool, "lemf-1")) {
      const auto number = static_cast<std::uint32_t>(std::stoul(text));
      EXPECT_TRUE(!last || number == *last + 1) << "order";
      last = number;
      there[number]++;
    }
    EXPECT_TRUE(!last || *last + 1 == next_);
    for (std::uint32_t i = 0; i < next_; ++i) EXPECT_TRUE(there.contains(i)) << i << " is lost";
    EXPECT_TRUE(there.empty() || there.rbegin()->first < next_) << "never committed";
  }

  li::test::LosingDisk& disk_;
  SqliteSpool::Options options_;
  std::mt19937 draw_;
  std::atomic<bool> stop_ = false;
  std::uint32_t next_ = 0;
  std::uint32_t maybe_ = 0;  ///< what was certain when the last batch began
  std::map<std::uint32_t, int> delivered_;
};

TEST_F(SpoolDiskTest, CommittedBatchesOutliveTheLossOfPower) {
  options.confirm_delay = options.overwrite_delay = 1ms;
  for (std::uint32_t seed = 0; seed < 5; ++seed) {
    li::test::LosingDisk disk;
    options.path = scratch.path("spool-" + std::to_string(seed));
    PowerTest test(disk, options, seed);
    for (int i = 0; i < 10 && !HasFailure(); ++i) test.round();
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

TEST_F(SpoolDiskTest, TheDiskOfTheseTestsDoesLose) {
  li::test::LosingDisk disk;
  const auto path = scratch.path("other.sqlite");
  const auto on_file = [&] { return (read_file(path) + read_file(path + "-wal")).find("some_table") != std::string::npos; };
  auto database = good(db::Database::open(path, true));
  good(database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE some_table (x)"));
  auto second = good(db::Database::open(path, false));
  good(second.run("PRAGMA synchronous = OFF; INSERT INTO some_table VALUES (1)"));  // it sees the first one's
  EXPECT_FALSE(on_file());
  good(database.run("PRAGMA synchronous = FULL; INSERT INTO some_table VALUES (2)"));
  EXPECT_TRUE(on_file());
  disk.lose_power(0);
  EXPECT_FALSE(second.run("INSERT INTO some_table VALUES (3)"));
  disk.restore_power();
  EXPECT_FALSE(second.run("INSERT INTO some_table VALUES (4)")) << "an open file does not come back";
  auto third = good(db::Database::open(path, false));
  EXPECT_EQ(third.query("SELECT sum(x) FROM some_table").next(), true);
}

}  // namespace
