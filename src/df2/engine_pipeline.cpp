// What the engine drives, whom it tells, and what it does before and behind a batch.
#include "df2/engine.hpp"

#include <algorithm>

namespace li::df2 {

Observer Engine::unless_muted() {
  const auto& told = events_.observer;
  Observer observer;
  observer.on_signal = [this, &told](const Signal& signal) {
    if (!muted_ && told.on_signal) told.on_signal(signal);
  };
  observer.before_reading = [this, &told](const KeyQuestion& question) -> Result<void> {
    const std::string whose = question.whose() + "/" + question.id;
    if (!told.before_reading || read_.contains(whose)) return {};
    auto allowed = told.before_reading(question);
    if (allowed) read_.insert(whose);
    return allowed;
  };
  observer.on_dropped = [this, &told](std::string_view why) {
    if (!muted_ && told.on_dropped) told.on_dropped(why);
  };
  observer.on_media_keys = [this, &told](const MediaKeys& keys) {
    if (!muted_ && told.on_media_keys) told.on_media_keys(keys);
  };
  observer.on_keys = [this, &told](std::string_view outcome, std::string_view reason) {
    if (!muted_ && told.on_keys) told.on_keys(outcome, reason);
  };
  observer.on_record = [this, &told](std::string_view event) {
    if (!muted_ && told.on_record) told.on_record(event);
  };
  return observer;
}

// When it is told to stop, the grace begins.
bool Engine::wait_for_retry(std::chrono::milliseconds delay, std::chrono::steady_clock::time_point& give_up) {
  Lock hold(mutex_);
  const auto forever = std::chrono::steady_clock::time_point::max();
  if (stopping_ && give_up == forever) give_up = std::chrono::steady_clock::now() + settings_.stop_grace;
  if (std::chrono::steady_clock::now() >= give_up) return false;
  const auto stops = stopping_;
  work_.wait_for(hold, delay, [&] { return poked_ || (stopping_ && !stops); });
  poked_ = false;
  return true;
}

void Engine::note_failure(const Error& error) {
  {
    const Lock hold(mutex_);
    failing_ = error;
  }
  if (events_.on_failure) tell([&] { events_.on_failure(error); });
}

// When all that was taken is committed, so that a disk that has room for a part only is not found well and full in turn.
void Engine::note_recovery() {
  {
    const Lock hold(mutex_);
    if (!failing_ || !queue_.empty()) return;
    failing_.reset();
  }
  if (events_.on_recovery) tell(events_.on_recovery);
}

void Engine::tell_bug(const char* what) noexcept {
  try {
    if (events_.on_bug) events_.on_bug(what);
  } catch (...) {  // nobody is left to tell
  }
}

Result<bool> Engine::erased() {
  const auto erasures = spool_.erasures();
  if (!erasures) return failure(erasures.error());
  return *erasures != erasures_;
}

// What was erased beside us is not to come back out of our memory.
Result<void> Engine::renew_if_erased() {
  const auto old = erased();
  if (!old) return failure(old.error());
  return *old ? restore() : Result<void>();
}

// A new processor names all questions that are open: one that was asked and is none of them has gone with its session.
void Engine::add_unknown(const std::vector<KeyQuestion>& open, std::vector<std::string>& withdrawn) const {
  std::set<std::string_view> known;
  for (const auto& question : open) known.insert(question.id);
  std::copy_if(asked_.begin(), asked_.end(), std::back_inserter(withdrawn), [&](const std::string& id) { return !known.contains(id); });
}

// Everybody who waits for an answer has it first. When questions could not be handed over, a new processor names all that are open.
void Engine::settle(Items& items) {
  sessions_ = processor_->sessions();
  read_.clear();
  for (auto& item : items) {
    if (const auto* then = std::get_if<std::function<void()>>(&item.what)) tell(*then);
    if (const auto* answer = std::get_if<KeyAnswer>(&item.what); answer != nullptr && answer->is_final()) asked_.erase(answer->id);
  }
  if (!tell([this] { hand_over_questions(); })) processor_.reset();
}

void Engine::hand_over_questions() {
  auto withdrawn = processor_->take_withdrawn();
  auto questions = processor_->take_questions();
  if (std::exchange(restored_, false)) add_unknown(questions, withdrawn);
  for (const auto& id : withdrawn) asked_.erase(id);
  for (const auto& question : questions) asked_.insert(question.id);
  if (!withdrawn.empty() && events_.withdraw) tell([&] { events_.withdraw(withdrawn); });
  if (!questions.empty() && events_.ask) events_.ask(std::move(questions));
}

namespace {

class PipelineProcessor : public Processor {
 public:
  explicit PipelineProcessor(std::unique_ptr<Pipeline> pipeline) : pipeline_(std::move(pipeline)) {}
  Result<void> handle(const x2::Pdu& pdu, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) override {
    return pipeline_->handle(pdu, warrants, now, batch);
  }
  Result<void> salvage(const x2::Pdu& pdu, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) override {
    return pipeline_->salvage(pdu, warrants, now, batch);
  }
  Result<void> answer(KeyAnswer answer, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) override {
    return pipeline_->answer(std::move(answer), warrants, now, batch);
  }
  Result<void> tick(const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) override {
    return pipeline_->tick(warrants, now, batch);
  }
  std::optional<TimePoint> due() const override { return pipeline_->due(); }
  std::vector<KeyQuestion> take_questions() override { return pipeline_->take_questions(); }
  std::vector<std::string> take_withdrawn() override { return pipeline_->take_withdrawn(); }
  std::size_t sessions() const override { return pipeline_->sessions(); }

 private:
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace

Restore restore_pipeline(delivery::Spool& spool, std::shared_ptr<const PipelineRules> rules) {
  return [&spool, rules = std::move(rules)](const Observer& observer) -> Result<std::unique_ptr<Processor>> {
    auto pipeline = Pipeline::restore(spool, rules, observer);
    if (!pipeline) return failure(pipeline.error());
    return std::make_unique<PipelineProcessor>(std::move(*pipeline));
  };
}

}  // namespace li::df2
