#include "df2/pipeline.hpp"

#include "df2/admit_impl.hpp"
#include "df2/keys_impl.hpp"
#include "df2/progress_impl.hpp"

namespace li::df2 {

class Pipeline::Impl {
 public:
  Impl(std::shared_ptr<const PipelineRules> rules, ZoneClock clock, Observer observer)
      : rules_(rules),
        teller_(std::move(observer)),
        sessions_(rules),
        recorder_(rules, clock, teller_),
        guard_(rules, teller_, sessions_),
        keys_(rules, teller_, recorder_, guard_, sessions_) {}

  Result<void> restore(delivery::Spool& spool) {
    const auto kept = spool.kept("session");
    if (!kept) return failure(kept.error());
    for (const auto& state : *kept) {
      const auto restored = sessions_.restore(state);
      if (!restored) teller_.attack("state_lost", as_text(state.liid), restored.error().message());
    }
    sessions_.for_each([&](Session& session) { keys_.resume(session); });
    reviewed_ = sessions_.size() == 0;
    return {};
  }

  // Warrants may be others than when the state was written, and end by themselves: what they don't cover goes before anything else.
  Result<void> review(const Turn& turn) {
    const auto end = keys_.warrants_end();
    if (reviewed_ && (!end || turn.now < *end)) return {};
    std::vector<std::uint64_t> gone;
    sessions_.for_each([&](const Session& session) {
      if (!turn.warrants.with(as_text(session.liid))) gone.push_back(session.id);
    });
    for (const auto id : gone) {
      if (auto withheld = keys_.withhold(turn, *sessions_.find(id)); !withheld) return withheld;
      if (auto dropped = sessions_.drop(id, turn.batch); !dropped) return dropped;
    }
    reviewed_ = true;
    return keys_.review(turn);
  }

  // The path of one record.
  Result<void> handle(const x2::Pdu& pdu, const Turn& turn) {
    if (auto done = review(turn); !done) return done;
    const auto warrants = entitled(pdu, turn, *rules_, teller_);
    if (warrants.empty()) return {};
    const auto is_new = first_sight(pdu, turn, *warrants.front(), teller_);
    if (!is_new) return failure(is_new.error());
    if (!*is_new) return {};
    const auto event = read_event(pdu, turn.now);
    for (const auto& warrant : warrants) {
      if (auto taken = take(event, *warrant, turn); !taken) return taken;
    }
    return {};
  }

  Result<void> salvage(const x2::Pdu& pdu, const Turn& turn) {
    if (pdu.format != x2::PayloadFormat::sip) return {};
    Event event;
    event.kind = Event::Kind::sip;
    event.time = turn.now;
    event.sip.octets = pdu.payload;
    for (const auto& warrant : entitled(pdu, turn, *rules_, teller_)) {
      if (auto recorded = recorder_.sip(turn, *warrant, nullptr, event); !recorded) return recorded;
    }
    return {};
  }

  Result<void> answer(KeyAnswer answer, const Turn& turn) {
    if (auto done = review(turn); !done) return done;
    return keys_.answer(turn, std::move(answer));
  }

  Result<void> tick(const Turn& turn) {
    if (auto done = review(turn); !done) return done;
    for (auto due = sessions_.first_due(); due && due->first <= turn.now; due = sessions_.first_due()) {
      auto& session = *sessions_.find(due->second);
      if (session.questions.empty()) {
        if (auto dropped = sessions_.drop(session.id, turn.batch); !dropped) return dropped;
        continue;
      }
      if (auto ticked = keys_.tick(turn, session); !ticked) return ticked;
      if (auto kept = sessions_.keep_if_known(session, turn.warrants, turn.batch); !kept) return kept;
    }
    return {};
  }

  [[nodiscard]] std::optional<TimePoint> due() const {
    if (!reviewed_) return TimePoint{};
    const auto first = sessions_.first_due();
    const auto end = keys_.warrants_end();
    if (!first || !end) return first ? std::optional(first->first) : end;
    return std::min(first->first, *end);
  }
  [[nodiscard]] std::vector<KeyQuestion> take_questions() { return reviewed_ ? keys_.take_questions() : std::vector<KeyQuestion>{}; }
  [[nodiscard]] std::vector<std::string> take_withdrawn() { return keys_.take_withdrawn(); }
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

 private:
  Result<void> take(const Event& event, const Warrant& warrant, const Turn& turn) {
    switch (event.kind) {
      case Event::Kind::sip: return take_sip(event, warrant, turn);
      case Event::Kind::start: return take_start(event, warrant, turn);
      case Event::Kind::other: return recorder_.other(turn, warrant, event);
      case Event::Kind::unsupported: teller_.signal("unsupported_format", warrant.liid, event.format);
    }
    return {};
  }

  // Each message a record, at once; keys go their own way.
  Result<void> take_sip(const Event& event, const Warrant& warrant, const Turn& turn) {
    if (!event.sip.message) teller_.signal("sip_malformed", warrant.liid, "reported as it came");
    const auto found = session_for(names_of(event), warrant, turn);
    if (!found) return failure(found.error());
    auto* session = *found;
    if (session == nullptr) return recorder_.sip(turn, warrant, nullptr, event);
    const bool again = seen_before(*session, event.sip, event.time) && !warrant.keep_retransmissions;
    if (again) return teller_.dropped("retransmission"), Result<void>();
    if (auto recorded = recorder_.sip(turn, warrant, session, event); !recorded) return recorded;
    progress(*session, event.sip, turn.now);
    return take_media(*session, event.sip, follow_media(*session, event.sip), warrant, turn);
  }

  Result<void> take_start(const Event& event, const Warrant& warrant, const Turn& turn) {
    const auto found = session_for(names_of(event), warrant, turn);
    if (!found) return failure(found.error());
    auto& session = **found;
    if (auto recorded = recorder_.start(turn, warrant, session, event); !recorded) return recorded;
    progress(session, event.answer, turn.now);
    if (warrant.network_decrypts) tell_sdes(event.answer, warrant, session, teller_);
    return take_media(session, event.sip, follow_halves(session, event.sip, event.answer), warrant, turn);
  }

  Result<void> take_media(Session& session, const SipEvent& event, MediaSteps steps, const Warrant& warrant, const Turn& turn) {
    if (warrant.network_decrypts) tell_sdes(event, warrant, session, teller_);
    if (auto taken = keys_.take(turn, warrant, session, event, std::move(steps)); !taken) return taken;
    return sessions_.keep(session, turn.batch);
  }

  // The session that has one of the names, or a new one; null for a message without any.
  Result<Session*> session_for(const std::vector<Hash>& names, const Warrant& warrant, const Turn& turn) {
    if (names.empty()) return nullptr;
    auto* session = sessions_.find(as_bytes(warrant.liid), names);
    if (session == nullptr) {
      // Room first: the new one may be the oldest when the clock was set back.
      if (auto made = make_room(turn); !made) return failure(made.error());
      auto opened = sessions_.open(as_bytes(warrant.liid), turn.now, turn.batch);
      if (!opened) return opened;
      session = *opened;
    }
    for (const auto& name : names) {
      if (sessions_.find(as_bytes(warrant.liid), {name}) == nullptr) sessions_.add_name(*session, name);
    }
    return session;
  }

  Result<void> make_room(const Turn& turn) {
    while (const auto id = sessions_.surplus()) {
      auto& session = *sessions_.find(*id);
      teller_.signal("sessions_full", as_text(session.liid), session.ended ? "an ended session is forgotten" : "a session is forgotten");
      if (auto given = keys_.give_up(turn, session); !given) return given;
      if (auto dropped = sessions_.drop(*id, turn.batch); !dropped) return dropped;
    }
    return {};
  }

  std::shared_ptr<const PipelineRules> rules_;
  Teller teller_;
  Sessions sessions_;
  Recorder recorder_;
  Guard guard_;
  KeyRoad keys_;
  bool reviewed_ = true;
};

Pipeline::Pipeline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::restore(delivery::Spool& spool, std::shared_ptr<const PipelineRules> rules, Observer observer) {
  const auto clock = ZoneClock::of(rules->zone);
  if (!clock) return failure(clock.error());
  auto impl = std::make_unique<Impl>(std::move(rules), *clock, std::move(observer));
  if (auto restored = impl->restore(spool); !restored) return failure(restored.error());
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(impl)));
}

Result<void> Pipeline::handle(const x2::Pdu& pdu, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) {
  return impl_->handle(pdu, {warrants, now, batch});
}

Result<void> Pipeline::salvage(const x2::Pdu& pdu, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) {
  return impl_->salvage(pdu, {warrants, now, batch});
}

Result<void> Pipeline::answer(KeyAnswer answer, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) {
  return impl_->answer(std::move(answer), {warrants, now, batch});
}

Result<void> Pipeline::tick(const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch) {
  return impl_->tick({warrants, now, batch});
}

std::optional<TimePoint> Pipeline::due() const { return impl_->due(); }
std::vector<KeyQuestion> Pipeline::take_questions() { return impl_->take_questions(); }
std::vector<std::string> Pipeline::take_withdrawn() { return impl_->take_withdrawn(); }
std::size_t Pipeline::sessions() const { return impl_->sessions(); }

}  // namespace li::df2
