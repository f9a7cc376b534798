#include "df2/key_source.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace li::df2 {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string_view word_for(const xk::ClientError& error) {
  switch (error.failure) {
    case xk::ClientFailure::unsendable: return "unsendable";
    case xk::ClientFailure::timeout: return "timeout";
    case xk::ClientFailure::bad_answer: return "bad_answer";
    case xk::ClientFailure::no_answer: break;
  }
  return error.text.starts_with(net::to_string(net::HttpFailure::tls)) ? "tls" : "no_answer";
}

// A question that is late already, after a restart, is asked once.
constexpr milliseconds kLeast{1'000};

bool passes(xk::Reason reason) { return reason == xk::Reason::unavailable || reason == xk::Reason::rate_limited; }

}  // namespace

std::string domain_of(std::string_view identity) {
  const auto at = identity.find('@');
  if (at == std::string_view::npos) return {};
  auto host = identity.substr(at + 1);
  host = host.substr(0, host.find_first_of(";?"));
  if (host.starts_with('[')) return in_small(host.substr(0, host.find(']') + 1));
  return in_small(host.substr(0, host.find(':')));
}

bool fits_domain(std::string_view pattern, std::string_view domain) {
  const auto wanted = in_small(pattern);
  if (wanted.starts_with("*.")) return domain.size() >= wanted.size() && domain.ends_with(std::string_view(wanted).substr(1));
  return wanted == domain;
}

class XkKeySource::Pool {
 public:
  Pool(KmsSettings settings, const KeySourceEvents& events)
      : settings_(std::move(settings)),
        events_(events),
        client_(settings_.way, settings_.path),
        queue_(settings_.retries, settings_.most_questions) {
    for (unsigned i = 0; i < settings_.threads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Pool() { stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  [[nodiscard]] const KmsSettings& settings() const { return settings_; }
  [[nodiscard]] bool is_default() const { return settings_.domains.empty(); }

  [[nodiscard]] std::size_t open() const {
    const std::scoped_lock hold(mutex_);
    return queue_.size();
  }

  void ask(KeyQuestion question, SteadyTime until) {
    auto added = KeyQueue::Added::full;
    {
      const std::scoped_lock hold(mutex_);
      added = queue_.add(question, steady_clock::now(), until);
    }
    work_.notify_one();
    if (added == KeyQueue::Added::full) events_.answer({question.id, NoAnswer{"too many questions wait for " + settings_.name}});
  }

  void forget(const std::string& id) {
    const std::scoped_lock hold(mutex_);
    queue_.forget(id);
  }

  void begin_stop() {
    {
      const std::scoped_lock hold(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
  }

  void stop() {
    begin_stop();
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

 private:
  using Lock = std::unique_lock<std::mutex>;

  void run() {
    while (auto job = take()) try_guarded(std::move(*job));
  }

  // A bug, or no memory left, costs one question one answer: it is put off like one that nobody answered, and the thread goes on.
  void try_guarded(KeyJob job) {
    const auto id = job.question.id;
    try {
      try_once(std::move(job));
    } catch (const std::exception& bug) {
      forget(id);
      tell_bug(id, bug);
    }
  }

  void tell_bug(const std::string& id, const std::exception& bug) {
    try {
      if (events_.on_bug) events_.on_bug(bug.what());
      events_.answer({id, NoAnswer{"a bug"}});
    } catch (const std::exception&) {  // not even that: the question's own timer ends it
    }
  }

  std::optional<KeyJob> take() {
    Lock hold(mutex_);
    while (!stopping_) {
      if (auto job = queue_.take(steady_clock::now())) return job;
      if (const auto due = queue_.due()) work_.wait_until(hold, *due);
      else work_.wait(hold);
    }
    return {};
  }

  /// The LIIDs that wait for it; nothing when nobody does any more.
  [[nodiscard]] std::optional<std::set<std::string>> waiting_for(const KeyJob& job) const {
    const std::scoped_lock hold(mutex_);
    if (!queue_.is_known(job.question.id)) return {};
    return queue_.liids(job.question.id);
  }

  /// Those that have come since it was asked last are in the trail before it is asked for them.
  [[nodiscard]] bool audit(KeyJob& job, std::set<std::string> liids) {
    std::erase_if(liids, [&](const auto& liid) { return job.asked_for.contains(liid); });
    if (job.audited && liids.empty()) return true;
    job.question.liids = liids;
    if (events_.before_asking && !events_.before_asking(job.question, settings_.name)) return false;
    job.asked_for.merge(liids);
    return job.audited = true;
  }

  void try_once(KeyJob job) {
    auto liids = waiting_for(job);
    if (!liids) return;
    if (!audit(job, std::move(*liids))) return again(std::move(job), NoAnswer{"the audit trail can't be written"}, "audit", {});
    const auto left = std::chrono::duration_cast<milliseconds>(job.until - steady_clock::now());
    auto answer = client_.get_keys(job.question.request, std::clamp(left, milliseconds(1), settings_.timeout));
    if (!answer) {
      const auto word = word_for(answer.error());
      auto why = NoAnswer{std::string(word) + ": " + answer.error().text};
      if (answer.error().failure == xk::ClientFailure::unsendable) return finish(std::move(job), std::move(why), "failed", word);
      return again(std::move(job), std::move(why), word, answer.error().text);
    }
    const auto* reason = std::get_if<xk::Reason>(&answer->answer);
    if (reason != nullptr && passes(*reason)) {
      // Told once, so that a failure record knows why; the question stays open.
      if (!std::exchange(job.told, true)) events_.answer({job.question.id, xk::GetKeysResponse{answer->request_id, *reason}});
      return again(std::move(job), *reason, xk::to_string(*reason), {});
    }
    const auto word = reason == nullptr ? std::string_view() : xk::to_string(*reason);
    finish(std::move(job), std::move(*answer), reason == nullptr ? "got" : "failed", word);
  }

  // Later, or never again: then the last thing that is known is the answer.
  void again(KeyJob job, std::variant<std::monostate, NoAnswer, xk::Reason> last, std::string_view why, const std::string& text) {
    if (events_.on_failed_try) events_.on_failed_try(settings_.name, why, text);
    job.last = std::move(last);
    job.question.liids = job.asked_for;
    std::optional<KeyJob> over;
    {
      const std::scoped_lock hold(mutex_);
      over = queue_.again(std::move(job), steady_clock::now());
    }
    work_.notify_one();
    if (!over) return;
    const auto* reason = std::get_if<xk::Reason>(&over->last);
    KeyAnswer answer{over->question.id, NoAnswer{}};
    if (reason != nullptr) answer.answer = xk::GetKeysResponse{over->question.request.request_id, *reason};
    else answer.answer = std::get<NoAnswer>(over->last);
    if (events_.before_answer) static_cast<void>(events_.before_answer(over->question, settings_.name, "failed", why));
    events_.answer(std::move(answer));
  }

  void finish(KeyJob job, std::variant<xk::GetKeysResponse, NoAnswer> answer, std::string_view outcome, std::string_view reason) {
    const auto now = waiting_for(job);
    job.question.liids = job.asked_for;
    if (now) std::erase_if(job.question.liids, [&](const auto& liid) { return !now->contains(liid); });
    if (!now || (job.question.liids.empty() && !now->empty())) return drop(std::move(job), now.has_value());
    if (events_.before_answer && !events_.before_answer(job.question, settings_.name, outcome, reason))
      return again(std::move(job), NoAnswer{"the audit trail can't be written"}, "audit", {});
    auto id = job.question.id;
    forget(id);
    events_.answer({std::move(id), std::move(answer), std::move(job.question.liids)});
  }

  // It was withdrawn on the way: that it was answered is in the trail, and that is all. Who has come instead has to ask anew.
  void drop(KeyJob job, bool others_wait) {
    job.question.liids = job.asked_for;
    if (events_.before_answer) static_cast<void>(events_.before_answer(job.question, settings_.name, "failed", "withdrawn"));
    if (!others_wait) return;
    forget(job.question.id);
    events_.answer({job.question.id, NoAnswer{"it was asked for others"}});
  }

  const KmsSettings settings_;
  const KeySourceEvents& events_;
  xk::Client client_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  KeyQueue queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

XkKeySource::XkKeySource(std::vector<KmsSettings> kmss, milliseconds late, ops::Clock clock, KeySourceEvents events)
    : late_(late), clock_(std::move(clock)), events_(std::move(events)) {
  for (auto& one : kmss) pools_.push_back(std::make_unique<Pool>(std::move(one), events_));
}

XkKeySource::~XkKeySource() { stop(); }

// All at once, for a try may take its time.
void XkKeySource::stop() {
  for (const auto& pool : pools_) pool->begin_stop();
  for (const auto& pool : pools_) pool->stop();
}

std::size_t XkKeySource::open() const {
  std::size_t all = 0;
  for (const auto& pool : pools_) all += pool->open();
  return all;
}

XkKeySource::Pool* XkKeySource::pool_for(std::string_view target) const {
  const auto domain = domain_of(target);
  Pool* found = nullptr;
  for (const auto& pool : pools_) {
    const auto& domains = pool->settings().domains;
    if (!domain.empty() && std::any_of(domains.begin(), domains.end(), [&](const auto& one) { return fits_domain(one, domain); }))
      return pool.get();
    if (pool->is_default()) found = pool.get();
  }
  return found;
}

void XkKeySource::withdraw(const std::string& id) {
  for (const auto& pool : pools_) pool->forget(id);
}

void XkKeySource::ask(KeyQuestion question) {
  auto* pool = pool_for(question.request.target);
  if (pool == nullptr) return events_.answer({question.id, NoAnswer{"no KMS is configured for the target"}});
  const auto left = question.deadline + late_ - clock_();
  pool->ask(std::move(question), steady_clock::now() + std::max(left, kLeast));
}

}  // namespace li::df2
