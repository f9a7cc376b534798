#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "support/losing_vfs.hpp"
#include "tests/delivery/spool_disk.hpp"

namespace {

using namespace li;
using namespace li::delivery;
using namespace li::delivery::test;
using namespace std::chrono_literals;

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
