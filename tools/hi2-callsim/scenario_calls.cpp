// Where offers and answers stand in SIP, and how calls end.
#include "hi2-callsim/round.hpp"
#include "hi2-callsim/scenarios.hpp"

namespace li::callsim {

namespace {

using Side = Call::Side;

void play_reliable_provisional(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  call.invite(round.offer(offered.message), {"Supported: 100rel"});
  call.response(100, "Trying");
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.progress(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  call.response(180, "Ringing");
  call.accept({});
  round.talk(answered.sessions);
  call.hang_up();
}

void play_late_offer(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "bob", "alice");
  call.invite({});
  call.trying_and_ringing();
  const auto offered = round.offering().offer(round.offer_spec());
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.accept(round.offer(offered.message), round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  call.hang_up(Side::callee);
}

void play_two_lines(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob", {"PCMA/8000", "L16/8000"});
  const auto offered = round.offering().offer(round.offer_spec());
  call.invite(round.offer(offered.message));
  call.trying_and_ringing();
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.accept(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  call.hang_up();
}

// Two tickets, each for the m= line that it stands at. CS IDs go on counting, so that each key record names its line.
void play_line_by_line(Stage& stage) {
  Call call(stage, {});
  Round both(stage, "alice", "bob", {"PCMU/8000", "PCMA/8000"});
  const auto ssrcs = both.offer_spec().ssrcs;
  const auto answers = both.answer_spec().ssrcs;
  std::vector<Offered> offered;
  std::vector<Answered> answered;
  for (std::size_t line = 0; line < ssrcs.size(); ++line) {
    auto spec = both.offer_spec();
    spec.ssrcs = {ssrcs[line]};
    spec.first_cs = static_cast<std::uint8_t>(1 + 2 * line);
    offered.push_back(both.offering().offer(spec));
  }
  call.invite(both.offer_by_line({offered[0].message, offered[1].message}));
  call.trying_and_ringing();
  for (std::size_t line = 0; line < ssrcs.size(); ++line) answered.push_back(both.answering().answer(offered[line], {{answers[line]}}));
  call.accept(both.answer_by_line({answered[0].message, answered[1].message}));
  auto all = copy(answered[0].sessions);
  for (const auto& one : answered[1].sessions) all.push_back(one.copy());
  for (const auto& one : answered) stage.keyed(call.session(), one.sessions);
  both.talk(all);
  call.hang_up();
}

// Two terminals of Bob answer; each is a fork with keys of its own, and the second one gets the call.
void play_forked(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  call.invite(round.offer(offered.message), {"Supported: 100rel"});
  call.response(100, "Trying");
  const auto first = round.answering().answer(offered, round.answer_spec());
  call.progress(round.answer(first.message));
  stage.keyed(call.session(), first.sessions);
  call.fork();
  round.new_answerer();
  const auto second = round.answering().answer(offered, round.answer_spec());
  call.progress(round.answer(second.message));
  stage.keyed(call.session(), second.sessions);
  call.accept({});
  round.talk(second.sessions);
  call.hang_up();
}

void play_retransmissions(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  call.invite(round.offer(offered.message));
  call.again();
  call.trying_and_ringing();
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.response(200, "OK", round.answer(answered.message));
  call.again();
  call.again();
  call.request(Side::caller, "ACK");
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  call.request(Side::caller, "BYE");
  call.again();
  call.response(200, "OK", {}, "BYE");
}

// Early media, then the caller gives up: all is over before a KMS can have answered.
void play_cancelled(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  call.invite(round.offer(offered.message), {"Supported: 100rel"});
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.progress(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  call.request(Side::caller, "CANCEL");
  call.response(200, "OK", {}, "CANCEL");
  call.response(487, "Request Terminated");
  call.request(Side::caller, "ACK");
}

void play_unanswered(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  call.invite(round.offer(round.offering().offer(round.offer_spec()).message));
  call.trying_and_ringing();
  call.response(486, "Busy Here");
  call.request(Side::caller, "ACK");
}

// Interception begins in mid-call: the function has kept offer and answer.
void play_mid_session(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  call.seen(false);
  const auto offered = round.offering().offer(round.offer_spec());
  const auto offer = call.invite(round.offer(offered.message));
  call.trying_and_ringing();
  const auto answered = round.answering().answer(offered, round.answer_spec());
  const auto answer = call.accept(round.answer(answered.message));
  call.seen(true);
  stage.report_mid_session(call.session(), offer, answer);
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  call.hang_up();
}

}  // namespace

void play_call(Stage& stage, const CallSpec& spec, Side ends) {
  Call call(stage, spec);
  Round round(stage, spec.caller, spec.callee);
  const auto offered = round.offering().offer(round.offer_spec());
  call.invite(round.offer(offered.message));
  call.trying_and_ringing();
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.accept(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  call.hang_up(ends);
}

void play_basic(Stage& stage) { play_call(stage, {}); }

std::vector<Scenario> call_scenarios() {
  return {{"basic", "offer in INVITE, answer in 200", play_basic},
          {"reliable-provisional", "answer in a reliable 183 (100rel), PRACK", play_reliable_provisional},
          {"late-offer", "offer in 200, answer in ACK", play_late_offer},
          {"two-lines", "two m= lines under one ticket at session level: four crypto sessions", play_two_lines},
          {"line-by-line", "two m= lines, each with a ticket of its own: two key records", play_line_by_line},
          {"forked", "two terminals answer one offer: keys of each fork", play_forked},
          {"retransmissions", "INVITE, 200 and BYE come again; reported once", play_retransmissions},
          {"ends-early", "BYE at once, before a KMS can have answered: the keys come all the same", play_basic},
          {"cancelled", "CANCEL after early media, likewise", play_cancelled},
          {"unanswered", "an offer without an answer: neither keys nor a failure", play_unanswered},
          {"mid-session", "interception begins in mid-call: format 14 with offer and answer", play_mid_session}};
}

}  // namespace li::callsim
