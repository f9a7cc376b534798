// KMSs that do not do what they should.
#include "hi2-callsim/round.hpp"
#include "hi2-callsim/scenarios.hpp"

namespace li::callsim {

namespace {

// One crypto session names a key that the ticket does not have: the KMS knows only the other one's.
void play_partial_keys(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  call.invite(round.offer(offered.message));
  call.trying_and_ringing();
  auto spec = round.answer_spec();
  spec.last_without_key = true;
  const auto answered = round.answering().answer(offered, spec);
  call.accept(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  call.hang_up();
}

// Erin is not on the LI list.
void play_not_listed(Stage& stage) {
  CallSpec spec;
  spec.caller = "erin";
  play_call(stage, spec);
}

Needs stub(const std::string& mode) {
  Needs needs;
  needs.stub = mode;
  return needs;
}

Needs not_listed() {
  Needs needs;
  needs.ues = {"erin", "bob"};
  needs.not_listed = true;
  return needs;
}

}  // namespace

std::vector<Scenario> kms_scenarios() {
  return {{"kms-silent", "the KMS never answers: a failure record when the timer ends", play_basic, "alice", Outcome::failure, "timeout",
           stub("silent")},
          {"kms-slow", "it answers after the timer: a failure record, then the keys", play_basic, "alice", Outcome::late, "timeout",
           stub("slow")},
          {"kms-unavailable", "it says that it can't answer now, again and again", play_basic, "alice", Outcome::failure, "unavailable",
           stub("refuse")},
          {"kms-refusing", "the target is not on the LI list", play_not_listed, "erin", Outcome::failure, "not_listed", not_listed()},
          {"kms-partial", "it has the key of the first crypto session only", play_basic, "alice", Outcome::partial, "", stub("partial")},
          {"partial-keys", "the last crypto session has no key in the ticket", play_partial_keys, "alice", Outcome::partial}};
}

}  // namespace li::callsim
