// What a warrant says changes what its LEMF gets of the same call; and keys that no KMS is asked for.
#include "hi2-callsim/round.hpp"
#include "hi2-callsim/scenarios.hpp"

namespace li::callsim {

namespace {

using Side = Call::Side;

void play_edge(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  call.invite(round.sdes_offer("requested"));
  call.trying_and_ringing();
  call.accept(round.sdes_answer("applied"));
  round.talk_sdes();
  call.hang_up();
}

void play_unprotected(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  auto spec = round.offer_spec();
  spec.flags = "FGHLNO";
  const auto offered = round.offering().offer_unprotected(spec);
  call.invite(round.offer(offered.message));
  call.trying_and_ringing();
  const auto answered = round.answering().answer_with(offered, offered.secrets.copy(), round.answer_spec());
  call.accept(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions);
  round.talk(answered.sessions);
  call.hang_up();
}

void play_plain(Stage& stage) {
  Call call(stage, {});
  Round round(stage, "alice", "bob");
  call.invite(round.plain_offer());
  call.trying_and_ringing();
  call.accept(round.plain_answer());
  round.talk_plain();
  call.hang_up();
}

void play_message_and_call(Stage& stage) {
  CallSpec spec;
  spec.session = "message";
  Call message(stage, spec);
  message.request(Side::caller, "MESSAGE", {"meet me at nine", "text/plain"});
  message.response(200, "OK", {}, "MESSAGE");
  play_basic(stage);
  play_sdes(stage);
}

Terms terms(std::string suffix = {}) {
  Terms made;
  made.liid = std::move(suffix);
  return made;
}

Needs decrypts() {
  auto one = terms();
  one.network_decrypts = true;
  return {{one}};
}

Needs iri_only() {
  auto one = terms();
  one.scope = df2::Scope::iri_only;
  return {{one}};
}

Needs ciphertext_only() {
  auto one = terms();
  one.keys_available = false;
  return {{one}};
}

Needs two_warrants() {
  auto second = terms("-2");
  second.scope = df2::Scope::iri_only;
  return {{terms("-1"), second}};
}

Needs unprotected() {
  Needs needs;
  needs.allow_unprotected = true;
  return needs;
}

}  // namespace

void play_sdes(Stage& stage) {
  CallSpec spec;
  spec.session = "sdes";
  Call call(stage, spec);
  Round round(stage, "alice", "bob");
  call.invite(round.sdes_offer());
  call.trying_and_ringing();
  call.accept(round.sdes_answer());
  round.talk_sdes();
  call.hang_up();
}

std::vector<Scenario> warrant_scenarios() {
  return {
      {"unprotected", "a ticket without protection: the keys are read out of it", play_unprotected, "alice", Outcome::keys, "",
       unprotected()},
      {"plain", "no media security at all", play_plain},
      {"sdes", "keys in the SDP of offer and answer", play_sdes},
      {"sdes-network-decrypts", "SDES where the network decrypts: no key in the SDP", play_sdes, "alice", Outcome::keys, "", decrypts()},
      {"network-decrypts", "a ticket where the network decrypts: no key leaves", play_basic, "alice", Outcome::keys, "", decrypts()},
      {"access-edge", "end-to-access-edge: SDES between terminal and P-CSCF", play_edge},
      {"ciphertext-only", "a visited network without an agreement with the KMS: one failure record", play_basic, "alice", Outcome::keys, "",
       ciphertext_only()},
      {"iri-only", "MESSAGE, a call with a ticket, one with SDES: no contents, no keys", play_message_and_call, "alice", Outcome::keys, "",
       iri_only()},
      {"messages", "the same under a warrant with content", play_message_and_call},
      {"two-warrants", "two warrants on one target, the second one IRI-only: one record for each LIID", play_message_and_call, "alice",
       Outcome::keys, "", two_warrants()}};
}

}  // namespace li::callsim
