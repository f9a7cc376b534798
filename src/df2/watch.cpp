#include "df2/watch.hpp"

namespace li::df2 {

namespace {

/// What the spool tries again and again, and has not told for so long, went well meanwhile.
constexpr std::chrono::minutes kQuiet{1};

const std::vector<double>& commit_times() {
  static const std::vector<double> bounds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5};
  return bounds;
}

/// A LEMF that is away for so long is an alarm.
constexpr std::chrono::seconds kAway{60};
/// A connection that lives for so long shows that it is back.
constexpr std::chrono::seconds kLasting{10};

// By what a network function is known: the first name in its certificate, as with clients of Xk.
ops::Fields who(const net::PeerIdentity& peer) { return {{"client", xk::client_name(peer)}, {"address", peer.address}}; }

}  // namespace

void Watch::on_signal(const Signal& signal) {
  count("hi2_df2_signals_total", "What the pipeline found wrong with events", {{"reason", signal.reason}}).add();
  ops::Fields fields{{"liid", signal.liid}, {"detail", signal.detail}};
  if (signal.attack) return alarms_.raise(signal.reason, std::move(fields));
  alarms_.warn(signal.reason, "an event is not as it should be", std::move(fields));
}

// A bug of ours, which somebody may have found before us.
void Watch::on_bug(std::string_view where, const std::string& what) {
  log_.critical("this is a bug", {{"where", where}, {"what", what}});
  count("hi2_df2_bugs_total", "Events and connections that were lost by a bug", {{"where", std::string(where)}}).add();
  alarms_.raise("internal_error", {{"where", where}, {"detail", what}});
}

Observer Watch::observer() {
  Observer observer;
  observer.on_signal = [this](const Signal& signal) { on_signal(signal); };
  observer.before_reading = [this](const KeyQuestion& question) {
    return frame_.audit("keys_read",
                        {{"liid", question.whose()}, {"question", question.id}, {"target", question.request.target}, {"kms", ""}});
  };
  observer.on_dropped = [this](std::string_view why) {
    count("hi2_df2_dropped_total", "Events that were seen before", {{"why", std::string(why)}}).add();
  };
  observer.on_media_keys = [this](const MediaKeys& keys) {
    count("hi2_df2_network_keys_total", "Keys for decryption in the network; they go nowhere else", {})
        .add(static_cast<double>(keys.keys.size()));
  };
  observer.on_keys = [this](std::string_view outcome, std::string_view reason) {
    count("hi2_df2_keys_total", "Questions for keys", {{"outcome", std::string(outcome)}, {"reason", std::string(reason)}}).add();
  };
  observer.on_record = [this](std::string_view event) {
    count("hi2_df2_records_total", "Records that were made, one for each LEMF", {{"event", std::string(event)}}).add();
  };
  return observer;
}

EngineEvents Watch::engine_events() {
  EngineEvents events;
  events.observer = observer();
  events.on_commit =
      [time = metrics_.histogram("hi2_df2_batch_seconds", "Time to work through what waits and have it on the disk", commit_times())](
          std::size_t, std::chrono::nanoseconds took) { time.observe(std::chrono::duration<double>(took).count()); };
  events.on_failure = [this](const Error& error) {
    const std::string reason = delivery::is_busy(error) ? "spool_locked" : error.kind == ErrorKind::limit ? "disk_full" : "spool_failed";
    count("hi2_df2_commit_failures_total", "Batches that could not be committed; they are tried again", {{"reason", reason}}).add();
    if (std::exchange(stalled_, reason) == reason)
      return alarms_.warn(reason, "the spool still can't be written", {{"problem", error.message()}});
    log_.critical("the spool can't be written: X2 is not read until it can", {{"reason", reason}, {"problem", error.message()}});
    alarms_.raise(reason, {{"detail", error.message()}});
  };
  events.on_recovery = [this] {
    stalled_.clear();
    log_.info("the spool can be written again: X2 is read");
  };
  events.on_bug = [this](const std::string& what) { on_bug("pipeline", what); };
  return events;
}

IntakeEvents Watch::intake_events() {
  IntakeEvents events;
  events.on_refused = [this](net::Refusal refusal, const std::string& address) {
    const std::string reason(net::to_string(refusal));
    count("hi2_df2_connections_refused_total", "Connections to X2 that were not let in", {{"reason", reason}}).add();
    alarms_.raise("tls_" + reason, {{"listener", "x2"}, {"address", address}});
  };
  events.on_bug = [this](const std::string& what) { on_bug("x2", what); };
  events.on_connection = [this](const net::PeerIdentity& peer, bool open) {
    log_.info(open ? "a network function has come" : "a network function has gone", who(peer));
  };
  events.on_malformed = [this](const net::PeerIdentity& peer, const Error& error) {
    auto fields = who(peer);
    fields.emplace_back("detail", error.message());
    alarms_.raise("malformed_pdu", std::move(fields));
  };
  events.on_pdu = [this](std::string_view type) {
    count("hi2_df2_events_total", "PDUs that came over X2", {{"type", std::string(type)}}).add();
  };
  events.on_silence = [this](const net::PeerIdentity& peer) {
    alarms_.warn("x2_silent", "a network function is silent: closed", who(peer));
  };
  return events;
}

KeySourceEvents Watch::key_events() {
  KeySourceEvents events;
  events.before_asking = [this](const KeyQuestion& question, const std::string& kms) {
    return frame_.audit("keys_asked",
                        {{"liid", question.whose()}, {"question", question.id}, {"target", question.request.target}, {"kms", kms}});
  };
  events.before_answer = [this](const KeyQuestion& question, const std::string& kms, std::string_view outcome, std::string_view reason) {
    return frame_.audit("keys_" + std::string(outcome),
                        {{"liid", question.whose()}, {"question", question.id}, {"kms", kms}, {"reason", reason}});
  };
  events.on_bug = [this](const std::string& what) { on_bug("kms", what); };
  events.on_failed_try = [this](const std::string& kms, std::string_view why, const std::string& text) {
    count("hi2_df2_key_tries_failed_total", "Questions that have to be asked again", {{"kms", kms}, {"why", std::string(why)}}).add();
    if (why == "tls") return alarms_.raise("tls_kms", {{"kms", kms}, {"detail", text}});
    alarms_.warn("kms_" + std::string(why), "a KMS does not answer", {{"kms", kms}, {"detail", text}});
  };
  return events;
}

void Watch::set_connected(const std::string& name, bool connected) {
  metrics_.gauge("hi2_df2_lemf_connected", "1 while records can go to the LEMF", {{"destination", name}}).set(connected ? 1 : 0);
}

void Watch::expect_lemf(const std::string& name) { set_connected(name, false); }

void Watch::on_lemf(const std::string& name, const net::PeerIdentity& peer, bool acknowledges) {
  set_connected(name, true);
  auto fields = who(peer);
  fields.insert(fields.begin(), {{"destination", name}, {"acknowledges", acknowledges}});
  log_.info("connected with a LEMF", fields);
  const std::scoped_lock hold(lemf_lock_);
  const auto away = away_.find(name);
  if (away == away_.end()) return;
  away->second.connected = true;
  away->second.connected_since.reset();
}

void Watch::note_back(const std::string& name) {
  const auto away = away_.extract(name);
  if (away.empty() || !away.mapped().told) return;
  log_.info("a LEMF is back", {{"destination", name}});
  static_cast<void>(frame_.audit("lemf_back", {{"destination", name}}));
}

void Watch::look_at_lemfs(TimePoint now) {
  const std::scoped_lock hold(lemf_lock_);
  std::vector<std::string> back;
  for (auto& [name, away] : away_) {
    if (!away.since || now < *away.since) away.since = now;
    if (away.connected) {
      if (!away.connected_since || now < *away.connected_since) away.connected_since = now;
      const auto lasts = now - *away.connected_since >= kLasting;
      if (lasts) back.push_back(name);
      if (lasts || !away.came_and_went) continue;
    }
    if (away.told || now - *away.since < kAway) continue;
    away.told = true;
    alarms_.raise("lemf_unreachable", {{"destination", name}, {"detail", away.why}});
  }
  for (const auto& name : back) note_back(name);
}

void Watch::note_away(const std::string& name, const std::string& why) {
  set_connected(name, false);
  const std::scoped_lock hold(lemf_lock_);
  auto& away = away_[name];
  away.why = why;
  away.came_and_went = away.came_and_went || away.connected;
  away.connected = false;
}

void Watch::on_lemf_refused(const std::string& name, const std::string& why) {
  note_away(name, why);
  alarms_.raise("tls_lemf", {{"destination", name}, {"detail", why}});
}

void Watch::on_lemf_lost(const std::string& name, const std::string& why) {
  note_away(name, why);
  log_.error("a LEMF can't be reached: its records wait", {{"destination", name}, {"problem", why}});
}

void Watch::on_delivery_fault(const std::string& name, const std::string& why) {
  log_.error("the spool fails a sender", {{"destination", name}, {"problem", why}});
  alarms_.raise("delivery_fault", {{"destination", name}, {"detail", why}});
}

// What the spool does by itself, and tries again.
void Watch::on_spool_fault(const Error& error) {
  const auto text = error.message();
  if (delivery::is_busy(error)) return alarms_.warn("spool_locked", "another process uses the spool", {{"problem", text}});
  {
    const std::scoped_lock hold(lemf_lock_);
    const auto now = frame_.clock();
    const auto last = std::exchange(spool_fault_, {text, now});
    if (last.text == text && now - last.when < kQuiet && now >= last.when)
      return alarms_.warn("spool_failed", "the spool still fails", {{"problem", text}});
  }
  alarms_.raise(error.kind == ErrorKind::limit ? "disk_full" : "spool_failed", {{"detail", text}});
}

void Watch::on_unreadable(const delivery::SqliteSpool::Unreadable& row) {
  count("hi2_df2_spool_unreadable_total", "Rows of the spool that can't be opened", {{"table", row.table}}).add();
  alarms_.raise("spool_unreadable", {{"table", row.table},
                                     {"row", row.row},
                                     {"liid", std::string(as_text(row.liid))},
                                     {"destination", row.destination},
                                     {"detail", row.error.message()}});
}

void Watch::on_delivered(const std::string& name, const std::vector<TimePoint>& events, TimePoint now) {
  static const std::vector<double> bounds{0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600, 3600, 86400};
  const auto lag =
      metrics_.histogram("hi2_df2_delivery_lag_seconds", "From an event until its LEMF has confirmed it", bounds, {{"destination", name}});
  for (const auto event : events) lag.observe(std::chrono::duration<double>(now - event).count());
  const std::scoped_lock hold(lemf_lock_);
  note_back(name);
}

}  // namespace li::df2
