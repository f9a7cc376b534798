// What no honest terminal sends.
#include "hi2-callsim/round.hpp"
#include "hi2-callsim/scenarios.hpp"

namespace li::callsim {

namespace {

constexpr int kFlood = 40;

// Offer and answer are of different exchanges.
void play_mismatch(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  const auto other = round.offering().offer(round.offer_spec());
  const auto answered = round.answering().answer(other, round.answer_spec());
  call.invite(round.offer(offered.message));
  call.trying_and_ringing();
  call.accept(round.answer(answered.message));
  stage.failed(call.session(), "pair_mismatch");
  stage.signal("pair_mismatch");
  call.hang_up();
}

// The ticket is Carol's, the call Alice's.
void play_identity_mismatch(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  const auto offered = stage.phone("carol").offer(round.offer_spec());
  call.invite(round.offer(offered.message));
  call.trying_and_ringing();
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.accept(round.answer(answered.message));
  stage.failed(call.session(), "identity_mismatch");
  stage.signal("identity_mismatch");
  stage.signal("target");  // the KMS says so, too
  call.hang_up();
}

// The messages of one call are played again in another one.
void play_ticket_elsewhere(Stage& stage) {
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  const auto answered = round.answering().answer(offered, round.answer_spec());
  for (const auto* session : {"first", "second"}) {
    CallSpec spec;
    spec.session = session;
    Call call(stage, spec);
    call.invite(round.offer(offered.message));
    call.trying_and_ringing();
    call.accept(round.answer(answered.message));
    if (session == std::string_view("first")) stage.keyed(session, answered.sessions);
    else stage.suspected(session, "ticket_elsewhere", answered.sessions);
    call.hang_up();
  }
}

// The same crypto session bundle, suddenly under another ticket.
void play_ticket_changed(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.invite(round.offer(offered.message));
  call.accept(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  Round changed(stage, "alice", "bob");
  auto spec = changed.offer_spec();
  spec.csb_id = csb_id_of(offered);
  const auto second = changed.offering().offer(spec);
  call.invite(changed.offer(second.message));
  const auto other = changed.answering().answer(second, changed.answer_spec());
  call.accept(changed.answer(other.message));
  stage.suspected(call.session(), "ticket_changed", other.sessions);
  call.hang_up();
}

void play_ticket_flood(Stage& stage) {
  for (int i = 0; i < kFlood; ++i) {
    CallSpec spec;
    spec.session = "call-" + std::to_string(i);
    Call call(stage, spec);
    Round round(stage, "alice", "bob");
    const auto offered = round.offering().offer_unresolvable(round.offer_spec());
    call.invite(round.offer(offered.message));
    call.accept(round.answer(round.answering().answer_with(offered, offered.secrets.copy(), round.answer_spec()).message));
    stage.failed(call.session(), "unknown_tpk");
  }
  stage.signal("ticket_flood");
}

Needs with_carol() {
  Needs needs;
  needs.ues = {"alice", "bob", "carol"};
  return needs;
}

}  // namespace

std::vector<Scenario> attack_scenarios() {
  return {{"mismatch", "offer and answer of different exchanges: the KMS refuses", play_mismatch},
          {"identity-mismatch", "the ticket's initiator is none of From, To and P-Asserted-Identity", play_identity_mismatch, "alice",
           Outcome::keys, "", with_carol()},
          {"ticket-elsewhere", "messages of one call played again in another", play_ticket_elsewhere},
          {"ticket-changed", "another ticket under the same crypto session bundle", play_ticket_changed},
          {"ticket-flood", "many calls with tickets that nobody can resolve", play_ticket_flood}};
}

}  // namespace li::callsim
