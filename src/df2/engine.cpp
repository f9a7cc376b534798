#include "df2/engine.hpp"

#include <algorithm>

namespace li::df2 {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The clock of the system may be set, so no wait is longer.
constexpr milliseconds kLongestWait{1'000};

// An answer is worked through again when its batch failed, so it is given away as a copy.
KeyAnswer copy_of(const KeyAnswer& from) {
  const auto* response = std::get_if<xk::GetKeysResponse>(&from.answer);
  if (response == nullptr) return {from.id, std::get<NoAnswer>(from.answer), from.liids};
  xk::GetKeysResponse copy{response->request_id, {}};
  const auto* sessions = std::get_if<std::vector<xk::CryptoSession>>(&response->answer);
  if (sessions == nullptr) {
    copy.answer = std::get<xk::Reason>(response->answer);
    return {from.id, std::move(copy), from.liids};
  }
  std::vector<xk::CryptoSession> all;
  for (const auto& session : *sessions) {
    xk::CryptoSession one{session.cs_id, session.ssrc, xk::Reason::no_key};
    if (const auto* key = std::get_if<xk::SessionKey>(&session.answer))
      one.answer = xk::SessionKey{key->key.copy(), key->salt ? std::optional(key->salt->copy()) : std::nullopt, key->spi};
    else one.answer = std::get<xk::Reason>(session.answer);
    all.push_back(std::move(one));
  }
  copy.answer = std::move(all);
  return {from.id, std::move(copy), from.liids};
}

}  // namespace

Engine::Engine(delivery::Spool& spool, Restore restore, std::shared_ptr<const Warrants> warrants, ops::Clock clock, EngineSettings settings,
               EngineEvents events)
    : spool_(spool),
      restore_(std::move(restore)),
      clock_(std::move(clock)),
      settings_(settings),
      events_(std::move(events)),
      warrants_(std::move(warrants)),
      most_events_(settings.most_events) {}

Result<std::unique_ptr<Engine>> Engine::make(delivery::Spool& spool, Restore restore, std::shared_ptr<const Warrants> warrants,
                                             ops::Clock clock, EngineSettings settings, EngineEvents events) {
  auto engine =
      std::unique_ptr<Engine>(new Engine(spool, std::move(restore), std::move(warrants), std::move(clock), settings, std::move(events)));
  if (auto restored = engine->restore(); !restored) return failure(restored.error());
  return engine;
}

void Engine::start() {
  poked_ = true;  // there may be questions that were open at the last end
  thread_ = std::thread([this] { run(); });
}

Engine::~Engine() { stop(); }

void Engine::stop() {
  {
    const Lock hold(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  room_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Engine::push(x2::Pdu& pdu, std::size_t octets, milliseconds most) {
  Lock hold(mutex_);
  const auto fits = [&] { return !stopping_ && !failing_ && (octets_ == 0 || octets_ + octets <= settings_.most_octets); };
  if (!room_.wait_for(hold, most, fits)) return false;
  octets_ += octets;
  queue_.push_back({std::move(pdu), clock_(), octets, false});
  work_.notify_one();
  return true;
}

void Engine::put(Item item) {
  {
    const Lock hold(mutex_);
    queue_.push_back(std::move(item));
  }
  work_.notify_one();
}

void Engine::behind_all(std::function<void()> then) { put({std::move(then), {}, 0, false}); }

void Engine::answer(KeyAnswer answer) { put({std::move(answer), clock_(), 0, false}); }

void Engine::set_warrants(std::shared_ptr<const Warrants> warrants) {
  {
    const Lock hold(mutex_);
    warrants_ = std::move(warrants);
    renew_ = true;
  }
  work_.notify_one();
}

void Engine::poke() {
  {
    const Lock hold(mutex_);
    poked_ = true;
  }
  work_.notify_one();
}

std::optional<Error> Engine::failing() const {
  const Lock hold(mutex_);
  return failing_;
}

std::size_t Engine::waiting_octets() const {
  const Lock hold(mutex_);
  return octets_;
}

void Engine::run() {
  while (auto items = take()) work(std::move(*items));
}

// All that waits, which may be nothing when it is time for timers; no list at all when it is to end.
std::optional<Engine::Items> Engine::take() {
  Lock hold(mutex_);
  const auto wait = until_due();
  work_.wait_for(hold, wait, [&] { return !queue_.empty() || stopping_ || poked_ || renew_; });
  if (queue_.empty() && stopping_) return {};
  poked_ = false;
  Items items;
  const auto count = std::min(queue_.size(), most_events_);
  std::move(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(items));
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  return items;
}

milliseconds Engine::until_due() const {
  const auto due = processor_ ? processor_->due() : std::nullopt;
  if (!due) return kLongestWait;
  return std::clamp(std::chrono::duration_cast<milliseconds>(*due - clock_()), milliseconds(1), kLongestWait);
}

void Engine::work(Items items) {
  const auto begun = steady_clock::now();
  const auto committed = commit(items);
  if (committed) {
    const auto events = std::count_if(items.begin(), items.end(), [](const Item& one) { return one.octets > 0; });
    if (events_.on_commit && events > 0) tell([&] { events_.on_commit(static_cast<std::size_t>(events), steady_clock::now() - begun); });
    settle(items);
  }
  std::size_t octets = 0;
  for (const auto& item : items) octets += item.octets;
  {
    const Lock hold(mutex_);
    octets_ -= octets;
    if (!committed) {
      queue_.clear();
      octets_ = 0;
    }
  }
  room_.notify_all();
}

// Until it works; false when it is told to stop and does not.
bool Engine::commit(Items& items) {
  auto delay = settings_.first_retry;
  auto give_up = steady_clock::time_point::max();
  for (;;) {
    std::shared_ptr<const Warrants> warrants;
    {
      const Lock hold(mutex_);
      warrants = warrants_;
      if (std::exchange(renew_, false)) processor_.reset();
    }
    const auto done = attempt_guarded(items, *warrants);
    if (done) break;
    processor_.reset();
    if (std::exchange(left_out_, false)) continue;
    note_failure(done.error());
    if (done.error().kind == ErrorKind::limit && !delivery::is_busy(done.error())) halve(items);
    if (!wait_for_retry(delay, give_up)) return false;
    delay = std::min(delay * 2, settings_.last_retry);
  }
  note_recovery();
  most_events_ = std::min(most_events_ * 2, settings_.most_events);
  return true;
}

// All together may need more room than there is, or than there ever will be: the second half waits.
void Engine::halve(Items& items) {
  most_events_ = std::max<std::size_t>(1, items.size() / 2);
  if (items.size() <= most_events_) return;
  const auto second = items.begin() + static_cast<std::ptrdiff_t>(most_events_);
  const Lock hold(mutex_);
  queue_.insert(queue_.begin(), std::make_move_iterator(second), std::make_move_iterator(items.end()));
  items.erase(second, items.end());
}

bool Engine::is_due() const {
  const auto due = processor_->due();
  return due && *due <= clock_();
}

// What throws beside an event, or for want of memory, is a batch that failed: it is worked through again.
Result<void> Engine::attempt_guarded(Items& items, const Warrants& warrants) {
  try {
    return attempt(items, warrants);
  } catch (const std::exception& error) {
    muted_ = false;
    return failure(ErrorKind::unexpected, error.what());
  }
}

Result<void> Engine::attempt(Items& items, const Warrants& warrants) {
  if (!processor_) {
    if (auto restored = restore(); !restored) return restored;
  }
  const auto is_input = [](const Item& one) {
    return std::holds_alternative<x2::Pdu>(one.what) || std::holds_alternative<KeyAnswer>(one.what);
  };
  if (!is_due() && std::none_of(items.begin(), items.end(), is_input)) {
    const auto old = erased();
    if (!old) return failure(old.error());
    if (!*old) return {};
  }
  auto batch = spool_.begin();
  if (!batch) return failure(batch.error());
  if (auto renewed = renew_if_erased(); !renewed) return renewed;  // nobody else erases while the batch is open
  for (auto& item : items) {
    muted_ = item.told;
    auto done = process_guarded(item, warrants, **batch);
    muted_ = false;
    if (!done) return done;
    item.told = true;
  }
  if (is_due()) {
    if (auto done = processor_->tick(warrants, clock_(), **batch); !done) return done;
  }
  return (*batch)->commit();
}

Result<void> Engine::process(Item& item, const Warrants& warrants, delivery::Spool::Batch& batch) {
  if (const auto* pdu = std::get_if<x2::Pdu>(&item.what)) {
    return item.threw ? processor_->salvage(*pdu, warrants, item.arrived, batch) : processor_->handle(*pdu, warrants, item.arrived, batch);
  }
  if (const auto* answer = std::get_if<KeyAnswer>(&item.what)) return processor_->answer(copy_of(*answer), warrants, item.arrived, batch);
  return {};
}

// What makes the processor throw is only salvaged in the next attempt, and left out if that throws, too, or nothing would ever be
// committed again. That there is no memory is nobody's fault.
Result<void> Engine::process_guarded(Item& item, const Warrants& warrants, delivery::Spool::Batch& batch) {
  try {
    return process(item, warrants, batch);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& bug) {
    if (item.threw || !std::holds_alternative<x2::Pdu>(item.what)) item.what = std::monostate();
    item.threw = true;
    left_out_ = true;
    tell_bug(bug.what());
    return failure(ErrorKind::unexpected, bug.what());
  }
}

Result<void> Engine::restore() {
  const auto erasures = spool_.erasures();
  if (!erasures) return failure(erasures.error());
  erasures_ = *erasures;
  auto made = restore_(unless_muted());
  if (!made) return failure(made.error());
  processor_ = std::move(*made);
  restored_ = true;
  return {};
}

}  // namespace li::df2
