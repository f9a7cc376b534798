#include "hi2-callsim/load.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <mutex>
#include <thread>

#include "hi2-callsim/round.hpp"
#include "hi2-callsim/scenarios.hpp"

namespace li::callsim {

namespace {

using std::chrono::duration;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::uint64_t kEventsOfCall = 7;
constexpr std::uint32_t kAhead = 1000;
constexpr std::uint64_t kBurst = 1000;
constexpr unsigned kPhones = 4;

/// Offer and answer of a call, made before it.
struct Prepared {
  Bytes init, resp;
};

Prepared prepare_one(Phone& from, Phone& to, Dice& dice) {
  OfferSpec offer;
  offer.responders = {to.identity()};
  offer.ssrcs = {dice.number()};
  const auto offered = from.offer(offer);
  auto answered = to.answer(offered, {{dice.number()}});
  return {offered.message, std::move(answered.message)};
}

// Several phones at a time, each with its own clock of messages.
std::vector<Prepared> prepare(std::uint64_t count, const Settings& settings, Kmss& kmss, const Clock& clock, std::uint64_t seed) {
  std::vector<Prepared> all(count);
  std::mutex lock;
  std::string problem;
  std::vector<std::thread> workers;
  for (unsigned worker = 0; worker < kPhones; ++worker) {
    workers.emplace_back([&, worker] {
      try {
        Phone alice(*settings.subscriber("alice"), kmss, clock), bob(*settings.subscriber("bob"), kmss, clock);
        Dice dice(seed + worker);
        for (auto i = worker; i < count; i += kPhones) all[i] = prepare_one(alice, bob, dice);
      } catch (const CannotPlay& error) {
        const std::scoped_lock hold(lock);
        problem = error.what();
      }
    });
  }
  for (auto& worker : workers) worker.join();
  if (!problem.empty()) throw CannotPlay(problem);
  return all;
}

/// Events, a call after the other.
class Source {
 public:
  Source(Stage& stage, const LoadSpec& spec, std::vector<Prepared> prepared) : stage_(stage), spec_(spec), prepared_(std::move(prepared)) {}

  /// The next event; `more` is false when no further call may begin.
  std::optional<Event> next(bool more) {
    if (at_ == stage_.story.events.size()) {
      if (!more && opened_ >= spec_.open_dialogs) return std::nullopt;
      stage_.story = {};
      at_ = 0;
      play(opened_ < spec_.open_dialogs);
    }
    return std::move(stage_.story.events[at_++]);
  }
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  [[nodiscard]] std::uint64_t opened() const { return opened_; }

 private:
  void play(bool stays_open) {
    CallSpec spec;
    Call call(stage_, spec);
    Round round(stage_, "alice", "bob");
    const auto at = opened_ + calls_;
    const bool ticket = at < prepared_.size();
    call.invite(ticket ? round.offer(prepared_[at].init) : round.plain_offer());
    call.trying_and_ringing();
    call.accept(ticket ? round.answer(prepared_[at].resp) : round.plain_answer());
    if (stays_open) {
      ++opened_;
      return;
    }
    call.hang_up();
    ++calls_;
  }

  Stage& stage_;
  const LoadSpec& spec_;
  std::vector<Prepared> prepared_;
  std::size_t at_ = 0;
  std::uint64_t calls_ = 0, opened_ = 0;
};

std::uint64_t exchanges_wanted(const LoadSpec& spec) {
  if (!spec.tickets) return 0;
  const auto calls = spec.calls > 0 ? spec.calls : static_cast<std::uint64_t>(std::ceil(spec.rate * spec.seconds / kEventsOfCall)) + 1;
  return calls + spec.open_dialogs;
}

class Load {
 public:
  Load(const LoadSpec& spec, Source& source, const std::string& target, const std::string& element, const Clock& clock, Numbers& numbers,
       Poi& poi, const X2Settings& x2)
      : spec_(spec), source_(source), target_(target), element_(element), clock_(clock), numbers_(numbers), poi_(poi), x2_(x2) {}

  Result<void> run(LoadResult& result) {
    start_ = std::chrono::steady_clock::now();
    auto done = send_all(result);
    if (done) done = poi_.finish();
    result.seconds = elapsed();
    return done;
  }

 private:
  [[nodiscard]] double elapsed() const { return duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  // Time counts from the last dialog that stays open.
  [[nodiscard]] bool more() {
    if (spec_.calls > 0) return source_.calls() < spec_.calls;
    if (source_.opened() < spec_.open_dialogs) base_ = elapsed();
    return elapsed() - base_ < spec_.seconds;
  }
  [[nodiscard]] std::uint64_t due(std::uint64_t sent) const {
    if (spec_.rate <= 0) return kBurst;
    const auto until_now = static_cast<std::uint64_t>(elapsed() * spec_.rate) + 1;
    return until_now > sent ? std::min(until_now - sent, kBurst) : 0;
  }

  Result<void> send_all(LoadResult& result) {
    for (;;) {
      for (auto left = due(result.events); left > 0; --left) {
        auto event = source_.next(more());
        if (!event) return {};
        if (result.events % kAhead == 0) {
          if (auto saved = numbers_.save(kAhead); !saved) return saved;
        }
        poi_.add(to_pdu(*event, xid_, target_, element_, numbers_.take(), clock_()));
        ++result.events;
      }
      const auto next = spec_.rate <= 0 ? start_
                                        : start_ + std::chrono::duration_cast<SteadyTime::duration>(
                                                       duration<double>(static_cast<double>(result.events) / spec_.rate));
      auto done = poi_.run_until(next);
      if (done && poi_.outbox().unanswered() > x2_.max_unanswered) done = poi_.drain(x2_.max_unanswered / 2);
      if (!done) return done;
    }
  }

  const LoadSpec& spec_;
  Source& source_;
  const std::string& target_;
  const std::string& element_;
  const Clock& clock_;
  Numbers& numbers_;
  Poi& poi_;
  const X2Settings& x2_;
  const x2::Xid xid_ = xid_of(kLoad);
  SteadyTime start_;
  double base_ = 0;
};

}  // namespace

LoadResult run_load(const LoadSpec& spec, const Settings& settings, Kmss& kmss, const Clock& clock, Numbers& numbers, Poi& poi) {
  LoadResult result;
  Stage stage(settings, kmss, clock, {"alice", Outcome::keys, "", spec.seed, kLoad});
  const auto target = stage.identity("alice");
  static_cast<void>(stage.identity("bob"));
  auto prepared = prepare(exchanges_wanted(spec), settings, kmss, clock, spec.seed);
  result.exchanges = prepared.size();
  Source source(stage, spec, std::move(prepared));
  Load load(spec, source, target, settings.x2.network_element, clock, numbers, poi, settings.x2);
  auto done = load.run(result);
  if (auto saved = numbers.save(); done && !saved) done = saved;
  if (!done) result.problem = done.error().message();
  result.calls = source.calls();
  result.open_dialogs = source.opened();
  return result;
}

std::string to_json(const LoadResult& result, const Poi& poi) {
  const auto& outbox = poi.outbox();
  nlohmann::ordered_json made{{"events", result.events},
                              {"acknowledged", outbox.acknowledged()},
                              {"resent", outbox.resent()},
                              {"calls", result.calls},
                              {"open_dialogs", result.open_dialogs},
                              {"exchanges", result.exchanges},
                              {"connections", poi.connections()},
                              {"keepalives_answered", poi.keepalives()},
                              {"seconds", result.seconds},
                              {"events_per_second", result.seconds > 0 ? static_cast<double>(outbox.acknowledged()) / result.seconds : 0}};
  if (!result.problem.empty()) made["problem"] = result.problem;
  return made.dump(2);
}

}  // namespace li::callsim
