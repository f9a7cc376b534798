#include "hi2-callsim/phone.hpp"

#include <algorithm>

#include "crypto/random.hpp"
#include "hi2-callsim/octets.hpp"
#include "kms/ntp.hpp"
#include "mikey/decode.hpp"

namespace li::callsim {

using namespace mikey;

namespace {

constexpr std::size_t kKey = 16;
constexpr auto kTicketLifetime = std::chrono::hours(1);

Bytes fresh(std::size_t octets) { return to_bytes(crypto::random_secret(octets).reveal()); }

Idr idr(IdRole role, std::string_view identity) { return {number(role), number(IdType::uri), to_bytes(identity)}; }

// AES-CM-128 with HMAC-SHA-1-80.
SecurityPolicy srtp() {
  return {1, 0, {{0, {1}}, {1, {kKey}}, {2, {1}}, {3, {20}}, {4, {14}}, {5, {0}}, {7, {1}}, {8, {1}}, {10, {1}}, {11, {10}}}};
}

// RFC 4567 4.1.4: the list against bidding down.
GeneralExt protocols() { return {1, to_bytes("mikey")}; }

Tp policy(const OfferSpec& spec, const std::string& initiator, const std::string& kms, TimePoint now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  Tp tp;
  tp.flags = Flags::from_letters(spec.flags);
  tp.tp_data.push_back(payload(idr(IdRole::kms, kms)));
  tp.tp_data.push_back(payload(idr(IdRole::initiator, initiator)));
  tp.tp_data.push_back(payload(kms::to_timestamp(TsRole::start, second - std::chrono::minutes(1))));
  tp.tp_data.push_back(payload(kms::to_timestamp(TsRole::end, second + kTicketLifetime)));
  for (const auto& responder : spec.responders) tp.tp_data.push_back(payload(idr(IdRole::responder, responder)));
  return tp;
}

std::vector<GenericId> offered_map(const OfferSpec& spec, const Bytes& spi) {
  std::vector<GenericId> map;
  auto cs_id = spec.first_cs;
  for (const auto ssrc : spec.ssrcs) {
    map.push_back({cs_id++, 0, false, {1}, big_endian32(ssrc), spi});
    map.push_back({cs_id++, 0, false, {1}, {}, {}});
  }
  return map;
}

std::vector<GenericId> answered_map(std::vector<GenericId> map, const AnswerSpec& spec) {
  for (std::size_t i = 0; i < spec.ssrcs.size(); ++i) {
    auto& answerer = map.at(2 * i + 1);
    answerer.session_data = big_endian32(spec.ssrcs[i]);
    answerer.spi = map[2 * i].spi;
  }
  if (spec.last_without_key) map.back().spi = {0x7f, 0xff};
  return map;
}

KeyData new_tgk(const Bytes& spi) { return {number(KeyType::tgk), crypto::random_secret(kKey), {}, number(KeyValidity::spi), spi, {}, {}}; }

}  // namespace

Sessions copy(const Sessions& sessions) {
  Sessions copies;
  for (const auto& one : sessions) copies.push_back(one.copy());
  return copies;
}

std::uint32_t csb_id_of(const Offered& offered) { return must(decode(offered.message)).header.csb_id; }

Sessions derive(const Transfer& transfer, const std::optional<Transfer>& update, const TicketSecrets& secrets) {
  CallRules rules;
  rules.allow_unprotected = true;
  const auto keys = must(derive_call(
      transfer, update, [&](const TicketView&) { return Answer<TicketSecrets>(secrets.copy()); }, rules));
  Sessions sessions;
  for (const auto& one : keys.sessions) sessions.push_back({one.cs_id, one.ssrc.value_or(0), one.key.copy(), one.salt.copy()});
  return sessions;
}

Phone::Phone(const Subscriber& subscriber, Kmss& kmss, Clock clock) : subscriber_(subscriber), kmss_(kmss), clock_(std::move(clock)) {}

// No two messages have the same T.
Stamp Phone::stamp() {
  last_ = std::max(clock_(), last_ + std::chrono::milliseconds(1));
  const auto csb = fresh(4);
  return {0, read_big_endian32(csb), kms::to_timestamp(last_), Auth::hmac_sha_1_160};
}

KmsRequest Phone::request(std::variant<Tp, Ticket> subject) {
  const auto role = std::holds_alternative<Tp>(subject) ? IdRole::initiator : IdRole::responder;
  const Idr psk{number(IdRole::psk), number(IdType::byte_string), to_bytes(subscriber_.key_id)};
  return {stamp(), fresh(32), idr(role, identity()), idr(IdRole::kms, subscriber_.kms), std::move(subject), psk};
}

Granted Phone::ask(const KmsRequest& request, Kmss::Kind kind) {
  const auto message = must(build_request(request, subscriber_.key.reveal()));
  const auto answer = must(kmss_.post(subscriber_.kms, message, kind));
  auto opened = open_answer(answer, message, subscriber_.key.reveal());
  if (!opened) throw CannotPlay("the KMS " + subscriber_.kms + " refuses " + subscriber_.name + ": " + opened.error().detail);
  return std::move(*opened);
}

Offered Phone::offer(const OfferSpec& spec) {
  auto granted = ask(request(policy(spec, identity(), subscriber_.kms, clock_())), Kmss::Kind::request);
  return transfer(spec, *granted.ticket, std::move(granted.secrets));
}

Offered Phone::offer_again(const Offered& before, const OfferSpec& spec) { return transfer(spec, before.ticket, before.secrets.copy()); }

Offered Phone::transfer(const OfferSpec& spec, const Ticket& ticket, TicketSecrets secrets) {
  Offered made;
  made.map = offered_map(spec, secrets.keys.front().spi);
  TransferInit init;
  init.stamp = stamp();
  if (spec.csb_id) init.stamp.csb_id = *spec.csb_id;
  init.map = made.map;
  init.rand_i = fresh(32);
  init.id_i = idr(IdRole::initiator, identity());
  init.id_r = idr(IdRole::responder, spec.responders.front());
  init.policies = {srtp()};
  init.extensions = {protocols()};
  init.ticket = ticket;
  made.message = must(build_transfer_init(init, secrets));
  made.ticket = ticket;
  made.secrets = std::move(secrets);
  return made;
}

Offered Phone::own_ticket(const OfferSpec& spec, bool is_protected) {
  TicketSpec made;
  static_cast<TicketPolicy&>(made.policy) = policy(spec, identity(), is_protected ? "sip:kms.nowhere.example" : subscriber_.kms, clock_());
  made.t = stamp().t;
  made.rand = fresh(kKey);
  if (!is_protected) {
    made.encr = Encr::null;
    made.auth = Auth::null;
  }
  made.mpk = crypto::random_secret(kKey);
  made.keys.push_back(new_tgk({2}));
  made.mpk_spi = {1};
  if (is_protected) made.tpk_id = to_bytes("tpk-of-nobody");
  const auto tpk = is_protected ? crypto::random_secret(kKey) : SecretBytes();
  const auto ticket = must(make_ticket(made, tpk.reveal()));
  TicketSecrets secrets;
  secrets.mpki = derive_mpki(Prf::mikey_1, made.mpk.reveal(), made.rand);
  if (made.policy.flags.i) secrets.mpkr = derive_mpkr(Prf::mikey_1, made.mpk.reveal(), made.rand);
  secrets.keys = std::move(made.keys);
  secrets.authenticated = is_protected;
  return transfer(spec, ticket, std::move(secrets));
}

Offered Phone::offer_unprotected(const OfferSpec& spec) { return own_ticket(spec, false); }
Offered Phone::offer_unresolvable(const OfferSpec& spec) { return own_ticket(spec, true); }

Answered Phone::answer(const Offered& offered, const AnswerSpec& spec) {
  const auto message = must(decode(offered.message));
  const auto view = find_ticket(message, offered.message);
  auto granted = ask(request(view->ticket), Kmss::Kind::resolve);
  return answer_with(offered, std::move(granted.secrets), spec);
}

Answered Phone::answer_with(const Offered& offered, TicketSecrets secrets, const AnswerSpec& spec) {
  const auto forks = !secrets.mpkr.empty();
  if (forks && !secrets.fork) secrets = secrets.forked(Prf::mikey_1, as_bytes(identity()), fresh(32));
  Answered made;
  made.map = answered_map(offered.map, spec);
  TransferResp resp;
  const auto stamped = stamp();
  resp.t = stamped.t;
  resp.auth = stamped.auth;
  resp.map = made.map;
  resp.rand_r = fresh(32);
  if (!forks) resp.id_r = idr(IdRole::responder, identity());
  made.message = must(build_transfer_resp(resp, offered.message, secrets));
  const Transfer transfer{offered.message, ByteView(made.message)};
  made.sessions = derive(transfer, {}, secrets);
  const auto other_end = derive(transfer, {}, offered.secrets);
  for (std::size_t i = 0; i < made.sessions.size(); ++i) {
    if (!(made.sessions[i].key == other_end.at(i).key)) throw std::logic_error("the two ends have different keys");
  }
  made.secrets = std::move(secrets);
  return made;
}

Rekeying Rekeying::make(Phone& from, Phone& to, const Offered& offered, const Answered& answered, const OfferSpec& offer,
                        const AnswerSpec& answer) {
  const Transfer initial{offered.message, ByteView(answered.message)};
  const OpenTicket open = [&](const TicketView&) { return Answer<TicketSecrets>(answered.secrets.copy()); };
  const auto schedule = must(update_schedule(initial, open, {}));
  const Bytes spi{9};
  TransferInit init;
  init.stamp = from.stamp();
  init.stamp.csb_id = csb_id_of(offered);
  init.map = offered_map(offer, spi);
  init.id_i = idr(IdRole::initiator, from.identity());
  init.id_r = idr(IdRole::responder, to.identity());
  init.keys.push_back(new_tgk(spi));
  Rekeying made;
  made.init = must(build_update_init(init, schedule, true, as_bytes(from.identity()), as_bytes(to.identity())));
  TransferResp resp;
  resp.t = to.stamp().t;
  if (equal(resp.t.value, init.stamp.t.value)) resp.t = to.stamp().t;
  resp.map = answered_map(init.map, answer);
  made.resp = must(build_update_resp(resp, made.init, schedule));
  made.sessions = derive(initial, Transfer{made.init, ByteView(made.resp)}, answered.secrets);
  return made;
}

}  // namespace li::callsim
