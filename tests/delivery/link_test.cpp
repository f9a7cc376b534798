// The two ends of a link, told in tests/data/delivery/links.txt; and that it does not matter how the octets come.
#include "delivery/link.hpp"

#include <gtest/gtest.h>

#include "ps/options.hpp"
#include "ps/write.hpp"
#include "tests/data/data.hpp"

namespace li::delivery {
namespace {

using namespace std::chrono_literals;
using test::split;

struct Case {
  std::string name;
  std::string end;
  std::vector<std::string> steps;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (auto& word : split(line, " ")) {
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& line : split(test::read_text(test::data_path("delivery/links.txt")), "\n")) {
    auto words = words_of(line);
    if (words.empty() || line[0] == '#') continue;
    if (line[0] != ' ') {
      all.push_back({words[1].substr(0, words[1].find('_')) + "_" + words[0], words[1].substr(0, words[1].size() - 1), {}});
      words.erase(words.begin(), words.begin() + 2);
    }
    all.back().steps.insert(all.back().steps.end(), words.begin(), words.end());
  }
  for (auto& one : all) std::erase(one.name, ':');
  return all;
}

ps::Tri tri_of(const std::string& name) {
  for (auto tri = ps::Tri::integrity_check; tri != ps::Tri::unknown; tri = static_cast<ps::Tri>(static_cast<int>(tri) + 1)) {
    if (ps::name_of(tri) == name) return tri;
  }
  throw std::runtime_error("no TRI " + name);
}

// "optionResponse:4+": octets of it.
RecordBytes octets_of(const std::string& word) {
  if (word.empty()) return {};
  if (word.rfind("0x", 0) == 0) return to_record_bytes(test::octets_of(word.substr(2)));
  if (const auto two = word.find("+0x"); two != std::string::npos) {
    auto both = octets_of(word.substr(0, two));
    append(both, octets_of(word.substr(two + 1)));
    return both;
  }
  if (word.find('/') != std::string::npos) return to_record_bytes(test::read_octets(test::data_path(word + ".ber")));
  const auto colon = word.find(':');
  const auto tri = tri_of(word.substr(0, colon));
  ps::Header header;
  header.lawful_interception_identifier = to_bytes(std::string_view("-"));
  header.operator_identifier = to_bytes(std::string_view("OP01"));
  header.time_stamp = "20261120120000Z";
  header.sequence_number = static_cast<std::uint32_t>(std::stoul(word.substr(colon + 1)));
  const bool plus = word.back() == '+';
  const bool minus = word.back() == '-';
  if (tri == ps::Tri::option_request) return ps::encode_option_request(header, plus).value();
  if (tri == ps::Tri::option_response) return ps::encode_option_response(header, plus, minus).value();
  return ps::encode_tri(header, tri).value();
}

std::string word_of(const ps::Pdu& pdu) {
  auto word = std::string(ps::name_of(*pdu.tri)) + ":" + std::to_string(pdu.header.sequence_number);
  if (const auto options = ps::options_of(pdu); options)
    word += options->requested || options->accepted ? "+" : options->declined ? "-" : "";
  return word;
}

std::vector<std::string> words_of(ByteView octets) {
  std::vector<std::string> words;
  Framer framer(1'000'000);
  framer.feed(octets);
  for (auto pdu = framer.next().value(); pdu; pdu = framer.next().value()) words.push_back(">" + word_of(ps::decode(*pdu).value()));
  return words;
}

// One end, its clock, and what it has said that the case did not look at yet.
class Play {
 public:
  explicit Play(const Case& one)
      : case_(one),
        sender_({to_bytes(std::string_view("-")), to_bytes(std::string_view("OP01")), {}}, {}, {8, 1'000'000}, one.end == "sender"),
        receiver_({one.end == "receiver", 16 * 1024 * 1024}) {}

  void run() {
    for (const auto& step : case_.steps) {
      SCOPED_TRACE(step);
      if (step[0] == '!') return expect_error(step.substr(1));
      ASSERT_EQ(error_, "") << "at " << step;
      const bool looks = step[0] == '>' || step[0] == '*' || step[0] == '=';
      ASSERT_EQ(looks ? std::string() : next(), "") << "at " << step;
      take(step);
      if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_EQ(error_, "");
    EXPECT_EQ(next(), "");
  }

 private:
  void take(const std::string& step) {
    const auto rest = step.substr(1);
    if (step == "start") {
      say(sender_.start(now_, wall()));
    } else if (step == "ready" || step == "busy") {
      ASSERT_EQ(sender_.ready(), step == "ready");
    } else if (step == "acks" || step == "no-acks") {
      ASSERT_EQ(sender_.acknowledges(), step == "acks");
    } else if (step[0] == '<') {
      come(octets_of(rest));
    } else if (step[0] == '#') {
      sender_.sent(std::stoll(rest), 100, now_);
    } else if (step[0] == '+') {
      pass(std::chrono::milliseconds(std::stoi(rest)));
    } else {
      ASSERT_EQ(next(), step);
    }
    for (const auto id : sender_.take_confirmed()) said_.push_back("=" + std::to_string(id));
  }

  // The time given by due() is neither early nor late.
  void pass(std::chrono::milliseconds time) {
    const bool due = sender_.due() <= now_ + time;
    now_ += time;
    const auto before = said_.size();
    say(sender_.tick(now_, wall()));
    ASSERT_EQ(said_.size() > before || !error_.empty(), due);
  }

  void come(const RecordBytes& octets) {
    if (case_.end.rfind("sender", 0) == 0) return say(sender_.feed(octets, now_, wall()));
    auto steps = receiver_.feed(octets, wall());
    if (!steps) error_ = steps.error().message();
    for (const auto& one : steps ? *steps : std::vector<ReceiverLink::Step>()) {
      ASSERT_NE(one.store.has_value(), one.answer.has_value());
      if (one.answer) say(*one.answer);
      else said_.push_back("*" + std::string(one.store->tri ? ps::name_of(*one.store->tri) : ps::name_of(one.store->kind)));
    }
  }

  void say(const Result<RecordBytes>& octets) {
    if (!octets) {
      error_ = octets.error().message();
      return;
    }
    for (auto& word : words_of(ByteView(*octets))) said_.push_back(std::move(word));
  }

  void expect_error(std::string text) const {
    std::replace(text.begin(), text.end(), '_', ' ');
    ASSERT_NE(error_, "");
    EXPECT_NE(error_.find(text), std::string::npos) << error_;
  }

  std::string next() {
    if (said_.empty()) return {};
    auto word = said_.front();
    said_.pop_front();
    return word;
  }

  [[nodiscard]] TimePoint wall() const {
    return TimePoint(1'795'000'000'000ms) + std::chrono::floor<std::chrono::milliseconds>(now_ - SteadyTime());
  }

  const Case& case_;
  SenderLink sender_;
  ReceiverLink receiver_;
  SteadyTime now_{};
  std::deque<std::string> said_;
  std::string error_;
};

class Link : public testing::TestWithParam<Case> {};

TEST_P(Link, SaysWhatItShould) { Play(GetParam()).run(); }

INSTANTIATE_TEST_SUITE_P(All, Link, testing::ValuesIn(cases()), [](const auto& one) { return one.param.name; });

// The answers and stored PDUs of all that comes, in pieces of that size.
std::string outcome(ByteView octets, std::size_t piece) {
  ReceiverLink link({});
  std::string all;
  while (!octets.empty()) {
    const auto steps = link.feed(octets.first(std::min(piece, octets.size())), {});
    octets = octets.subspan(std::min(piece, octets.size()));
    if (!steps) return all + steps.error().message();
    for (const auto& step : *steps) all += to_hex(step.store ? ByteView(step.store->octets) : ByteView(*step.answer)) + "\n";
  }
  return all;
}

TEST(Framing, PiecesOfAnySize) {
  RecordBytes octets;
  for (const auto* name : {"ps/stream_100.ber", "ps/indef_all.ber", "ps/nonmin_mixed.ber", "ps/indef_ten.ber", "ps/outer_82.ber"})
    append(octets, test::read_octets(test::data_path(name)));
  const auto whole = outcome(octets, octets.size());
  EXPECT_GT(std::count(whole.begin(), whole.end(), '\n'), 100);
  for (const std::size_t piece : {1, 2, 3, 7, 100, 4096}) EXPECT_TRUE(outcome(octets, piece) == whole) << piece;
}

TEST(Framing, TheLimitIsExact) {
  const auto octets = octets_of("ps/hdr_min");
  for (const std::size_t less : {0, 1}) {
    ReceiverLink link({true, octets.size() - less});
    EXPECT_EQ(link.feed(octets, {}).has_value(), less == 0);
  }
}

// With the default times, whatever the LEMF did last and whatever was sent since.
TEST(Times, ADeadLemfIsNoticedWithinTenSeconds) {
  for (int sent_at = 0; sent_at < 10'000; sent_at += 50) {
    SenderLink link({to_bytes(std::string_view("-")), to_bytes(std::string_view("OP01")), {}}, {}, {}, false);
    SteadyTime now{};
    ASSERT_TRUE(link.start(now, {}));
    ASSERT_TRUE(link.feed(octets_of("keep-aliveResponse:0"), now, {}));
    bool dead = false;
    for (bool sent = false; !dead && now <= SteadyTime(10s);) {
      const auto when = SteadyTime(std::chrono::milliseconds(sent_at));
      now = sent ? link.due() : std::min(link.due(), when);
      if (!sent && now == when) link.sent(1, 100, now), sent = true;
      dead = !link.tick(now, {});
    }
    EXPECT_TRUE(dead) << sent_at;
  }
}

TEST(Times, WhatEndsIsAskedAboutAtOnce) {
  SenderLink link({to_bytes(std::string_view("-")), to_bytes(std::string_view("OP01")), {}}, {}, {}, false);
  const SteadyTime now{};
  ASSERT_TRUE(link.start(now, {}));
  ASSERT_TRUE(link.feed(octets_of("keep-aliveResponse:0"), now, {}));
  link.sent(1, 100, now);
  EXPECT_GT(link.due(), now);
  link.hurry();
  EXPECT_LE(link.due(), now);
  EXPECT_EQ(words_of(ByteView(link.tick(now, {}).value())), std::vector<std::string>{">keep-alive:1"});
}

TEST(Identity, WithoutAnOperatorNothingIsSaid) {
  SenderLink link({});
  const auto started = link.start({}, {});
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message().find("operatorIdentifier"), std::string::npos);
}

}  // namespace
}  // namespace li::delivery
