// The network function against a DF2 that breaks its connections, on a clock that the test moves.
#include "hi2-callsim/poi.hpp"

#include <gtest/gtest.h>

#include "tests/kms/scratch.hpp"

namespace li::callsim {
namespace {

using namespace std::chrono_literals;

/// What a DF2 is told to do with each connection, and what it has taken.
struct FakeDf2 {
  std::chrono::steady_clock::time_point now{};
  std::vector<int> break_after;  ///< PDUs, one number a connection; then it holds
  bool answers = true, is_there = true;
  std::vector<std::string> durable, open;  ///< payloads: covered by an answer, and not yet
  int connections = 0;

  X2Settings settings;

  FakeDf2() {
    settings.keepalive = 1s;
    settings.answer_timeout = 30s;
    settings.give_up = 60s;
    settings.retry = 200ms;
    settings.max_unanswered = 10;
  }
  Connect connect();
  Poi poi() {
    return {settings, connect(), [this] { return now; }, [this](std::chrono::milliseconds time) { now += time; }};
  }
};

class FakeWire : public Wire {
 public:
  FakeWire(FakeDf2& df2, int left) : df2_(df2), left_(left) {}

  Result<void> send(ByteView octets) override {
    in_.feed(octets);
    for (;;) {
      auto pdu = in_.next();
      if (!pdu) return failure(pdu.error());
      if (!*pdu) return {};
      if (left_ == 0) return failure(ErrorKind::truncated, "broken");
      --left_;
      take(**pdu);
    }
  }
  Result<Bytes> receive(std::chrono::milliseconds most) override {
    if (out_.empty()) {
      df2_.now += std::max(most, 1ms);
      if (left_ == 0) return failure(ErrorKind::truncated, "broken");
    }
    return std::exchange(out_, {});
  }

 private:
  void take(const x2::Pdu& pdu) {
    if (!pdu.is_keepalive()) return df2_.open.push_back(std::string(as_text(pdu.payload)));
    if (!df2_.answers) return;
    df2_.durable.insert(df2_.durable.end(), df2_.open.begin(), df2_.open.end());
    df2_.open.clear();
    const auto answer = x2::encode(x2::acknowledgement(pdu));
    out_.insert(out_.end(), answer->begin(), answer->end());
  }

  FakeDf2& df2_;
  int left_;
  x2::Stream in_;
  Bytes out_;
};

Connect FakeDf2::connect() {
  return [this]() -> Result<std::unique_ptr<Wire>> {
    if (!is_there) return failure(ErrorKind::missing, "nobody there");
    const auto at = static_cast<std::size_t>(connections++);
    open.clear();
    return std::make_unique<FakeWire>(*this, at < break_after.size() ? break_after[at] : -1);
  };
}

RecordBytes event(const std::string& text, std::uint32_t number) {
  const Event made{0ms, x2::PayloadFormat::sip, x2::Direction::to_target, to_record_bytes(as_bytes(text))};
  return to_pdu(made, x2::Xid{1}, "sip:alice@home1.example", "cscf1", number, TimePoint(1234ms));
}

TEST(Poi, EventsCarryWhatX2Needs) {
  const auto pdu = x2::decode(event("INVITE", 7));
  ASSERT_TRUE(pdu);
  EXPECT_EQ(pdu->sequence_number(), 7U);
  EXPECT_EQ(pdu->timestamp(), (x2::Timestamp{1, 234'000'000}));
  EXPECT_EQ(as_text(pdu->find(x2::AttributeType::matched_target_identifier)->contents), "<sipUri>sip:alice@home1.example</sipUri>");
  EXPECT_TRUE(x2::findings(*pdu).empty());
}

TEST(Poi, EndsWhenAllIsAnsweredFor) {
  FakeDf2 df2;
  auto poi = df2.poi();
  for (const auto* text : {"a", "b", "c"}) poi.add(event(text, 0));
  ASSERT_TRUE(poi.finish());
  EXPECT_EQ(df2.durable, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(poi.connections(), 1U);
}

// However often it breaks, each event becomes durable, in order, and what is durable is not sent again.
TEST(Poi, ResendsAfterABreak) {
  for (int after = 0; after < 9; ++after) {
    FakeDf2 df2;
    df2.break_after = {after, after, after + 1};
    auto poi = df2.poi();
    for (const auto* text : {"a", "b", "c", "d"}) {
      poi.add(event(text, 0));
      ASSERT_TRUE(poi.run_until(df2.now + 2s));
    }
    ASSERT_TRUE(poi.finish());
    EXPECT_EQ(df2.durable, (std::vector<std::string>{"a", "b", "c", "d"})) << after;
    EXPECT_EQ(poi.outbox().acknowledged(), 4U);
  }
}

TEST(Poi, KeepsKeepalivesGoing) {
  FakeDf2 df2;
  auto poi = df2.poi();
  ASSERT_TRUE(poi.run_until(df2.now + 10s));
  EXPECT_GE(poi.keepalives(), 8U);
  EXPECT_LE(poi.keepalives(), 12U);
}

TEST(Poi, AnAnswerThatDoesNotComeEndsTheConnection) {
  FakeDf2 df2;
  df2.answers = false;
  df2.settings.give_up = 5min;
  auto poi = df2.poi();
  poi.add(event("a", 0));
  ASSERT_TRUE(poi.run_until(df2.now + 40s));
  EXPECT_EQ(df2.connections, 2);
  df2.answers = true;
  ASSERT_TRUE(poi.finish());
  EXPECT_EQ(df2.durable, std::vector<std::string>{"a"});
}

TEST(Poi, GivesUpAtLast) {
  FakeDf2 df2;
  df2.is_there = false;
  auto poi = df2.poi();
  poi.add(event("a", 0));
  const auto done = poi.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().text, "X2: given up: nobody there");
  EXPECT_GE(df2.now.time_since_epoch(), 60s);
}

TEST(Numbers, GoOnInTheNextRun) {
  kms::test::Scratch scratch;
  const auto folder = scratch.path("state");
  {
    auto numbers = Numbers::open(folder, x2::Xid{1});
    ASSERT_TRUE(numbers);
    EXPECT_EQ(numbers->take(), 0U);
    EXPECT_EQ(numbers->take(), 1U);
    ASSERT_TRUE(numbers->save());
    EXPECT_FALSE(Numbers::open(folder, x2::Xid{1})) << "one at a time";
    EXPECT_EQ(Numbers::open(folder, x2::Xid{2})->take(), 0U);
  }
  auto again = Numbers::open(folder, x2::Xid{1});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->take(), 2U);
  ASSERT_TRUE(again->save(1000));
  EXPECT_EQ(again->take(), 3U);
}

}  // namespace
}  // namespace li::callsim
