// Calls that change their keys.
#include "hi2-callsim/round.hpp"
#include "hi2-callsim/scenarios.hpp"

namespace li::callsim {

namespace {

using Side = Call::Side;

// The other end makes new keys, under a ticket of its own.
void play_reoffer(Stage& stage) {
  Call call(stage, {});
  for (const auto from : {Side::caller, Side::callee}) {
    Round round(stage, from == Side::caller ? "alice" : "bob", from == Side::caller ? "bob" : "alice");
    const auto offered = round.offering().offer(round.offer_spec());
    call.request(from, "INVITE", round.offer(offered.message));
    const auto answered = round.answering().answer(offered, round.answer_spec());
    call.accept(round.answer(answered.message));
    stage.keyed(call.session(), answered.sessions);
    round.talk(answered.sessions);
  }
  call.hang_up();
}

// Flag J: who got a ticket may use it for the next call, too. Other RANDs make other keys.
void play_ticket_reused(Stage& stage) {
  std::optional<Offered> before;
  for (const auto* session : {"first", "second"}) {
    CallSpec spec;
    spec.session = session;
    Call call(stage, spec);
    Round round(stage, "alice", "bob");
    auto offered = before ? round.offering().offer_again(*before, round.offer_spec()) : round.offering().offer(round.offer_spec());
    call.invite(round.offer(offered.message));
    const auto answered = round.answering().answer(offered, round.answer_spec());
    call.accept(round.answer(answered.message));
    stage.keyed(session, answered.sessions);
    round.talk(answered.sessions);
    call.hang_up();
    before = std::move(offered);
  }
}

void play_update(Stage& stage) {
  Call call(stage, {});
  Round early(stage, "alice", "bob");
  const auto first = early.offering().offer(early.offer_spec());
  const auto first_answer = early.answering().answer(first, early.answer_spec());
  call.invite(early.offer(first.message), {"Supported: 100rel"});
  call.progress(early.answer(first_answer.message));
  stage.keyed(call.session(), first_answer.sessions);
  Round later(stage, "alice", "bob");
  const auto second = later.offering().offer_again(first, later.offer_spec());
  const auto second_answer = later.answering().answer(second, later.answer_spec());
  call.request(Side::caller, "UPDATE", later.offer(second.message));
  call.response(200, "OK", later.answer(second_answer.message), "UPDATE");
  stage.keyed(call.session(), second_answer.sessions);
  call.accept({});
  later.talk(second_answer.sessions);
  call.hang_up();
}

void play_csb_update(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  auto spec = round.offer_spec();
  spec.flags = "DEFGHIJLNO";  // L: the initiator may bring keys
  const auto offered = round.offering().offer(spec);
  call.invite(round.offer(offered.message));
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.accept(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);

  Round again(stage, "alice", "bob");
  const auto rekeying = Rekeying::make(again.offering(), again.answering(), offered, answered, again.offer_spec(), again.answer_spec());
  call.invite(again.offer(rekeying.init));
  call.accept(again.answer(rekeying.resp));
  stage.keyed(call.session(), rekeying.sessions);
  again.talk(rekeying.sessions);
  call.hang_up();
}

// What was once agreed is said again: the keys stay.
void play_refresh(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.invite(round.offer(offered.message));
  call.accept(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  call.invite(round.offer(offered.message));
  call.accept(round.answer(answered.message));
  call.hang_up();
}

}  // namespace

std::vector<Scenario> rekeying_scenarios() {
  return {{"reoffer", "re-INVITE of the other end with a ticket of its own: two key records", play_reoffer},
          {"ticket-reused", "a second call under the ticket of the first one, which its policy allows", play_ticket_reused},
          {"update", "UPDATE in the early dialog with a new exchange under the same ticket", play_update},
          {"csb-update", "re-INVITE that updates the crypto session bundle, without ticket and RANDs", play_csb_update},
          {"refresh", "re-INVITE with the same messages: no second question", play_refresh}};
}

}  // namespace li::callsim
