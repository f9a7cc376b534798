// The engine: what it commits, in which order, and what it does when it can't.
#include "df2/engine.hpp"

#include <gtest/gtest.h>

#include "tests/df2/fakes.hpp"

namespace {

using namespace li;
using namespace li::df2;
using namespace li::df2::test;

std::shared_ptr<const Warrants> no_warrants() { return std::make_shared<const Warrants>(); }

struct Engines : testing::Test {
  HeldSpool spool;
  Script script;
  std::atomic<std::int64_t> seconds = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> told;
  EngineSettings settings;
  std::unique_ptr<Engine> engine;

  Engines() { settings.first_retry = settings.last_retry = 1ms; }
  void note(const std::string& text) {
    const std::scoped_lock hold(mutex);
    told.push_back(text);
    changed.notify_all();
  }
  bool wait_until(const std::string& text, int times = 1) {
    std::unique_lock hold(mutex);
    return changed.wait_for(hold, kGuard, [&] { return std::count(told.begin(), told.end(), text) >= times; });
  }
  /// What callbacks do when they are to throw, all of them.
  std::atomic<bool> broken = false;
  void break_down() const {
    if (broken) throw std::runtime_error("a callback throws");
  }
  std::ptrdiff_t times(const std::string& text) {
    const std::scoped_lock hold(mutex);
    return std::count(told.begin(), told.end(), text);
  }
  void start() {
    EngineEvents events;
    events.observer.on_signal = [this](const Signal& signal) { note("signal " + signal.reason + " " + signal.detail); };
    events.ask = [this](std::vector<KeyQuestion> questions) {
      for (const auto& one : questions) note("ask " + one.id + " behind " + std::to_string(spool.committed().size()));
      break_down();
    };
    events.withdraw = [this](const std::vector<std::string>& ids) {
      for (const auto& id : ids) note("withdraw " + id);
      break_down();
    };
    events.on_commit = [this](std::size_t, std::chrono::nanoseconds) { break_down(); };
    events.on_failure = [this](const Error& error) {
      note("failure " + error.text);
      break_down();
    };
    events.on_recovery = [this] {
      note("recovery");
      break_down();
    };
    events.on_bug = [this](const std::string& what) {
      note("bug " + what);
      break_down();
    };
    const auto clock = [this] { return kNow + std::chrono::seconds(seconds.load()); };
    auto started = Engine::make(spool, scripted(script), no_warrants(), clock, settings, events);
    ASSERT_TRUE(started);
    engine = std::move(*started);
    engine->start();
  }
  bool push(std::string_view payload, std::size_t octets = 100, std::chrono::milliseconds most = kGuard) {
    auto pdu = event(payload);
    return engine->push(pdu, octets, most);
  }
};

using Texts = std::vector<std::string>;

TEST_F(Engines, WhatComesDuringACommitGoesIntoTheNext) {
  start();
  spool.hold_commits(true);
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(spool.wait_for_held());
  for (const auto* payload : {"2", "3", "4"}) ASSERT_TRUE(push(payload));
  spool.hold_commits(false);
  ASSERT_TRUE(spool.wait_for(4));
  EXPECT_EQ(spool.committed(), (Texts{"1", "2", "3", "4"}));
  EXPECT_EQ(spool.commits(), 2);
  EXPECT_EQ(engine->sessions(), 7U);
}

TEST_F(Engines, WhatIsToComeBehindComesBehindTheCommit) {
  start();
  spool.hold_commits(true);
  ASSERT_TRUE(push("1"));
  engine->behind_all([this] { note("released behind " + std::to_string(spool.committed().size())); });
  ASSERT_TRUE(spool.wait_for_held());
  EXPECT_EQ(times("released behind 0"), 0);
  spool.hold_commits(false);
  EXPECT_TRUE(wait_until("released behind 1"));
  // Without an event before it, nothing needs to be committed.
  const auto commits = spool.commits();
  engine->behind_all([this] { note("released at once"); });
  EXPECT_TRUE(wait_until("released at once"));
  EXPECT_EQ(spool.commits(), commits);
}

TEST_F(Engines, QuestionsAreAskedBehindTheCommitAndThoseLeftOpenAtTheStart) {
  script.questions.push_back({"open", {}, kNow});
  start();
  EXPECT_TRUE(wait_until("ask open behind 0"));
  {
    const std::scoped_lock hold(script.mutex);
    script.questions.push_back({"q1", {}, kNow});
  }
  ASSERT_TRUE(push("1"));
  EXPECT_TRUE(wait_until("ask q1 behind 1"));
}

TEST_F(Engines, AFullQueueHoldsTheReaderBack) {
  settings.most_octets = 250;
  start();
  spool.hold_commits(true);
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(spool.wait_for_held());
  ASSERT_TRUE(push("2"));
  EXPECT_FALSE(push("3", 100, 1ms)) << "what is being committed counts";
  EXPECT_EQ(engine->waiting_octets(), 200U);
  spool.hold_commits(false);
  ASSERT_TRUE(push("3"));
  ASSERT_TRUE(spool.wait_for(3));
  // One that is larger than the queue goes when there is nothing else.
  ASSERT_TRUE(push("4", 1000));
  ASSERT_TRUE(spool.wait_for(4));
}

TEST_F(Engines, AFullDiskLosesNothingAndTellsOnce) {
  script.signals_per_event = {"pair_mismatch"};
  start();
  spool.fail(3);
  ASSERT_TRUE(push("1"));
  engine->behind_all([this] { note("released"); });
  ASSERT_TRUE(wait_until("recovery"));
  ASSERT_TRUE(wait_until("released"));
  EXPECT_EQ(spool.committed(), Texts{"1"});
  EXPECT_EQ(times("failure the disk is full"), 3);
  EXPECT_EQ(times("signal pair_mismatch 1"), 1) << "at once, and not again";
  EXPECT_EQ(script.restored, 4);
  EXPECT_FALSE(engine->failing());
}

TEST_F(Engines, ABatchThatIsTooLargeForTheDiskIsCommittedInParts) {
  script.signals_per_event = {"pair_mismatch"};
  start();
  spool.hold_commits(true);
  ASSERT_TRUE(push("0"));
  ASSERT_TRUE(spool.wait_for_held());
  Texts all{"0"};
  for (int i = 1; i < 20; ++i) {
    all.push_back(std::to_string(i));
    ASSERT_TRUE(push(all.back()));
  }
  engine->behind_all([this] { note("released behind " + std::to_string(spool.committed().size())); });
  spool.leave_room(3);
  spool.hold_commits(false);
  ASSERT_TRUE(wait_until("released behind 20"));
  EXPECT_EQ(spool.committed(), all);
  for (const auto& one : all) EXPECT_EQ(times("signal pair_mismatch " + one), 1);
  EXPECT_EQ(times("recovery"), 1) << "when all is committed";
  engine->stop();
  EXPECT_EQ(engine->waiting_octets(), 0U);
}

TEST_F(Engines, WhileTheDiskIsFullNothingMoreIsTaken) {
  settings.first_retry = settings.last_retry = kGuard;
  start();
  spool.fail(1);
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(wait_until("failure the disk is full"));
  EXPECT_FALSE(push("2", 100, 1ms));
  ASSERT_TRUE(engine->failing());
  EXPECT_EQ(engine->failing()->text, "the disk is full");
  engine->poke();
  ASSERT_TRUE(push("2"));
  ASSERT_TRUE(spool.wait_for(2));
  EXPECT_EQ(spool.committed(), (Texts{"1", "2"}));
}

TEST_F(Engines, AnAnswerOfABatchThatFailedIsUsedAgainWithItsKey) {
  start();
  spool.fail(1);
  std::vector<xk::CryptoSession> sessions;
  sessions.push_back({1, std::nullopt, xk::SessionKey{SecretBytes(as_bytes("\x01\x02")), std::nullopt, std::nullopt}});
  engine->answer({"q1", xk::GetKeysResponse{"q1", std::move(sessions)}});
  engine->answer({"q2", xk::GetKeysResponse{"q2", xk::Reason::expired}});
  engine->answer({"q3", NoAnswer{"silence"}});
  ASSERT_TRUE(spool.wait_for(3));
  EXPECT_EQ(spool.committed(), (Texts{"answer q1 0102", "answer q2", "answer q3"}));
}

TEST_F(Engines, WhatMakesTheProcessorThrowIsSalvaged) {
  script.throws_at = "bad";
  start();
  for (const auto* payload : {"1", "bad", "2"}) ASSERT_TRUE(push(payload));
  ASSERT_TRUE(spool.wait_for(3));
  EXPECT_EQ(spool.committed(), (Texts{"1", "raw bad", "2"}));
  EXPECT_EQ(times("bug a bug"), 1);
}

TEST_F(Engines, AWantOfMemoryIsABatchThatFailed) {
  script.short_of_memory_at = "2";
  script.shortages = 3;
  script.due = kNow;
  script.tick_throws = 1;
  start();
  for (const auto* payload : {"1", "2", "3"}) ASSERT_TRUE(push(payload));
  ASSERT_TRUE(spool.wait_for(4));
  auto all = spool.committed();
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (Texts{"1", "2", "3", "tick"}));
  ASSERT_TRUE(wait_until("recovery"));
  EXPECT_EQ(times("bug std::bad_alloc"), 0);
}

TEST_F(Engines, QuestionsAreWithdrawnBehindTheCommit) {
  start();
  ASSERT_TRUE(push("1"));
  {
    const std::scoped_lock hold(script.mutex);
    script.withdrawn.push_back("q1");
  }
  ASSERT_TRUE(push("2"));
  EXPECT_TRUE(wait_until("withdraw q1"));
}

TEST_F(Engines, AQuestionThatANewProcessorDoesNotKnowIsWithdrawn) {
  script.questions.push_back({"q1", {}, kNow});
  start();
  ASSERT_TRUE(wait_until("ask q1 behind 0"));
  engine->set_warrants(no_warrants());
  EXPECT_TRUE(wait_until("withdraw q1"));
}

// Nobody answered, or with a refusal that will pass: it is still asked.
TEST_F(Engines, AQuestionWithoutAFinalAnswerIsWithdrawnAllTheSame) {
  for (const auto* id : {"q1", "q2", "q3"}) script.questions.push_back({id, {}, kNow});
  start();
  ASSERT_TRUE(wait_until("ask q3 behind 0"));
  engine->answer({"q1", xk::GetKeysResponse{"q1", xk::Reason::rate_limited}, {}});
  engine->answer({"q2", NoAnswer{"timeout"}, {}});
  engine->answer({"q3", xk::GetKeysResponse{"q3", xk::Reason::not_listed}, {}});
  ASSERT_TRUE(spool.wait_for(3));
  engine->set_warrants(no_warrants());
  EXPECT_TRUE(wait_until("withdraw q1"));
  EXPECT_TRUE(wait_until("withdraw q2"));
  EXPECT_EQ(times("withdraw q3"), 0);
}

TEST_F(Engines, WhatIsErasedBesideItIsForgotten) {
  script.questions.push_back({"q1", {}, kNow});
  start();
  ASSERT_TRUE(wait_until("ask q1 behind 0"));
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(spool.wait_for(1));
  EXPECT_EQ(script.restored, 1);
  static_cast<void>(spool.erase({}));
  engine->poke();  // nothing else comes
  EXPECT_TRUE(wait_until("withdraw q1"));
  EXPECT_EQ(script.restored, 2);
  static_cast<void>(spool.erase({}));
  ASSERT_TRUE(push("2"));
  ASSERT_TRUE(spool.wait_for(2));
  engine->stop();
  EXPECT_EQ(script.restored, 3) << "before the next event is worked through";
}

TEST_F(Engines, CallbacksThatThrowEndNothingAndCostNobodyAnAnswer) {
  start();
  broken = true;
  spool.hold_commits(true);
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(spool.wait_for_held());
  spool.fail(2);
  {
    const std::scoped_lock hold(script.mutex);
    script.withdrawn.push_back("q0");
    script.questions.push_back({"q1", {}, kNow});
  }
  engine->behind_all([] { throw std::runtime_error("the first answer"); });
  engine->behind_all([] { throw 7; });
  engine->behind_all([this] { note("the third answer"); });
  spool.hold_commits(false);
  ASSERT_TRUE(wait_until("the third answer"));
  EXPECT_EQ(times("bug the first answer"), 1);
  EXPECT_EQ(times("bug something was thrown that is no exception"), 1);
  ASSERT_TRUE(push("2"));
  ASSERT_TRUE(spool.wait_for(2));
  EXPECT_EQ(spool.committed(), (Texts{"1", "2"}));
  EXPECT_EQ(times("failure the disk is full"), 2);
  ASSERT_TRUE(wait_until("withdraw q0"));
  ASSERT_TRUE(wait_until("ask q1 behind 1"));
  engine->stop();
  EXPECT_EQ(script.restored, 4) << "two batches that failed, and questions that nobody took: a new processor names them";
}

TEST_F(Engines, ALockIsNoFullDisk) {
  start();
  spool.hold_commits(true);
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(spool.wait_for_held());
  for (const auto* payload : {"2", "3"}) ASSERT_TRUE(push(payload));
  spool.lock_out(2);
  spool.hold_commits(false);
  ASSERT_TRUE(spool.wait_for(3));
  EXPECT_EQ(times("failure " + std::string(db::kLocked)), 2);
  EXPECT_EQ(spool.commits(), 2) << "a smaller batch would be no help";
}

TEST_F(Engines, WhatCannotBeSalvagedIsLeftOutAndTold) {
  script.throws_at = "bad";
  script.salvage_throws = true;
  start();
  spool.hold_commits(true);
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(spool.wait_for_held());
  for (const auto* payload : {"2", "bad", "3"}) ASSERT_TRUE(push(payload));
  spool.hold_commits(false);
  ASSERT_TRUE(spool.wait_for(3));
  EXPECT_EQ(spool.committed(), (Texts{"1", "2", "3"}));
  EXPECT_EQ(times("bug a bug"), 1);
  EXPECT_EQ(times("recovery"), 0) << "that was no fault of the spool";
}

TEST_F(Engines, TimersRunOnTheClockThatIsGiven) {
  script.due = kNow + 5s;
  start();
  engine->poke();
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(spool.wait_for(1));
  EXPECT_EQ(spool.committed(), Texts{"1"});
  seconds = 5;
  engine->poke();
  ASSERT_TRUE(spool.wait_for(2));
  EXPECT_EQ(spool.committed(), (Texts{"1", "tick"}));
}

TEST_F(Engines, NewWarrantsAreInForceFromTheNextBatch) {
  start();
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(spool.wait_for(1));
  const auto warrants = Warrants::parse(
      "[[warrant]]\nliid = \"L1\"\nxids = [\"3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b\"]\ntargets = [\"sip:a@b.example\"]\n"
      "valid_from = \"2026-01-01T00:00:00Z\"\nvalid_until = \"2027-01-01T00:00:00Z\"\ndeliver_to = [\"lemf\"]\noperator = \"OP\"\n"
      "country = \"NL\"\n",
      "w.toml");
  ASSERT_TRUE(warrants) << warrants.error().front();
  engine->set_warrants(std::make_shared<const Warrants>(*warrants));
  ASSERT_TRUE(push("2"));
  ASSERT_TRUE(spool.wait_for(2));
  // The warrant expires by itself.
  seconds = 365 * 86'400;
  ASSERT_TRUE(push("3"));
  ASSERT_TRUE(spool.wait_for(3));
  EXPECT_EQ(script.warrants_seen, (Texts{"0", "1", "0"}));
  EXPECT_GE(script.restored, 2) << "what is remembered is read from the spool again";
}

TEST_F(Engines, StopCommitsWhatWaits) {
  start();
  spool.hold_commits(true);
  ASSERT_TRUE(push("1"));
  ASSERT_TRUE(spool.wait_for_held());
  ASSERT_TRUE(push("2"));
  std::thread stopping([this] { engine->stop(); });
  spool.hold_commits(false);
  stopping.join();
  EXPECT_EQ(spool.committed(), (Texts{"1", "2"}));
  EXPECT_FALSE(push("3", 100, 1ms));
}

TEST_F(Engines, StopGivesUpOnADiskThatStaysFull) {
  settings.stop_grace = 5ms;
  start();
  spool.fail(1'000'000);
  ASSERT_TRUE(push("1"));
  engine->behind_all([this] { note("released"); });
  ASSERT_TRUE(wait_until("failure the disk is full"));
  engine->stop();
  EXPECT_EQ(spool.committed(), Texts{});
  EXPECT_EQ(times("released"), 0) << "the sender must not believe that it was taken";
  EXPECT_TRUE(engine->failing());
}

TEST_F(Engines, ManyConnectionsAtOnce) {
  settings.most_octets = 1000;
  settings.most_events = 7;
  start();
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 4; ++reader) {
    readers.emplace_back([this, reader] {
      for (int i = 0; i < 200; ++i) EXPECT_TRUE(push(std::to_string(reader) + "." + std::to_string(i)));
    });
  }
  for (int i = 0; i < 20; ++i) {
    engine->set_warrants(no_warrants());
    if (i % 5 == 0) spool.fail(1);
  }
  for (auto& one : readers) one.join();
  engine->stop();
  auto all = spool.committed();
  ASSERT_EQ(all.size(), 800U);
  std::map<std::string, int> next;
  for (const auto& one : all) {
    const auto dot = one.find('.');
    EXPECT_EQ(std::stoi(one.substr(dot + 1)), next[one.substr(0, dot)]++) << "in the order of its connection";
  }
}

}  // namespace
