// Calls through gateways, conference servers, application servers and other networks.
#include "hi2-callsim/round.hpp"
#include "hi2-callsim/scenarios.hpp"

namespace li::callsim {

namespace {

constexpr auto kNumber = "tel:+31201234567";  // of a user of the telephone network
constexpr auto kCalled = "sip:+31201234567@home1.example;user=phone";

CallSpec with_number() {
  CallSpec spec;
  spec.gateway = "gateway";
  spec.number = kNumber;
  return spec;
}

// Who comes in through the gateway has an address there.
CallSpec from_gateway(Stage& stage) {
  auto spec = with_number();
  const auto& gateway = stage.identity("gateway");
  spec.caller = "gateway";
  spec.callee = "alice";
  spec.calling_uri = "sip:+31201234567" + gateway.substr(gateway.find('@')) + ";user=phone";
  return spec;
}

// A call whose one end is `gateway` under another name. Tickets for a number name the gateway as well, which resolves them.
void play_gateway(Stage& stage, const CallSpec& spec) {
  Call call(stage, spec);
  Round round(stage, spec.caller, spec.callee);
  auto responders = std::vector<std::string>{stage.identity(spec.callee)};
  if (!spec.called_uri.empty()) responders.insert(responders.begin(), spec.called_uri);
  const auto offered = round.offering().offer(round.offer_spec(responders));
  call.invite(round.offer(offered.message));
  call.trying_and_ringing();
  const auto answered = round.answering().answer(offered, round.answer_spec());
  call.accept(round.answer(answered.message));
  stage.keyed(call.session(), answered.sessions, true);
  round.talk(answered.sessions);
  call.hang_up();
}

void play_gateway_outgoing(Stage& stage) {
  auto spec = with_number();
  spec.callee = "gateway";
  spec.called_uri = kCalled;
  play_gateway(stage, spec);
}

void play_gateway_incoming(Stage& stage) { play_gateway(stage, from_gateway(stage)); }

void play_mrf(Stage& stage) {
  CallSpec spec;
  spec.callee = "mrf";
  play_gateway(stage, spec);
}

// The gateway offers a ticket to a terminal that knows nothing of them.
void play_gateway_plain(Stage& stage) {
  Call call(stage, from_gateway(stage));
  Round round(stage, "gateway", "alice");
  auto offer = round.plain_offer();
  const auto offered = round.offering().offer(round.offer_spec());
  const auto media = offer.text.find("m=");
  offer.text.insert(media, "a=" + key_mgmt(offered.message) + "\r\n");
  call.invite(offer);
  call.trying_and_ringing();
  call.accept(round.plain_answer());
  round.talk_plain();
  call.hang_up();
}

// Dave's ticket is of another KMS, which Bob's KMS asks.
void play_from_other_domain(Stage& stage) {
  CallSpec spec;
  spec.caller = "dave";
  play_call(stage, spec, Call::Side::callee);
}

// Two calls for SIP, one for its users: an application server stands between, and icid ties both together.
void play_b2bua(Stage& stage) {
  Call first(stage, {});
  CallSpec spec;
  spec.icid = first.icid();
  Call second(stage, spec);
  Round round(stage, "alice", "bob");
  const auto offered = round.offering().offer(round.offer_spec());
  first.invite(round.offer(offered.message));
  first.response(100, "Trying");
  second.invite(round.offer(offered.message));
  second.trying_and_ringing();
  first.response(180, "Ringing");
  const auto answered = round.answering().answer(offered, round.answer_spec());
  second.accept(round.answer(answered.message));
  first.accept(round.answer(answered.message));
  stage.keyed(first.session(), answered.sessions);
  round.talk(answered.sessions);
  first.hang_up();
  second.hang_up();
}

Needs with(std::vector<std::string> ues, bool gateways = false) {
  Needs needs;
  needs.ues = std::move(ues);
  needs.gateways = gateways;
  return needs;
}

}  // namespace

std::vector<Scenario> network_scenarios() {
  return {{"gateway-outgoing", "a call to the telephone network: the media gateway resolves the ticket", play_gateway_outgoing, "alice",
           Outcome::keys, "", with({"alice", "gateway"}, true)},
          {"gateway-incoming", "a call from the telephone network: the gateway's ticket", play_gateway_incoming, "alice", Outcome::keys, "",
           with({"alice", "gateway"}, true)},
          {"gateway-plain", "the gateway offers a ticket, the terminal has no media security: neither keys nor a failure",
           play_gateway_plain, "alice", Outcome::keys, "", with({"alice", "gateway"}, true)},
          {"mrf", "a conference: the MRF resolves the ticket", play_mrf, "alice", Outcome::keys, "", with({"alice", "mrf"}, true)},
          {"visited-proxy", "a ticket of another KMS, which the KMS here asks as a proxy", play_from_other_domain, "bob", Outcome::keys, "",
           with({"dave", "bob"})},
          {"non-local-id", "the target is the far end, in another network", play_from_other_domain, "dave", Outcome::keys, "",
           with({"dave", "bob"})},
          {"b2bua", "two SIP calls with one icid and one exchange: one session", play_b2bua}};
}

}  // namespace li::callsim
