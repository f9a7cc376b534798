#include "kms/ticket_service.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "kms/identity.hpp"
#include "kms/ntp.hpp"
#include "kms/ticket_case_impl.hpp"
#include "kms/ticket_marks.hpp"

namespace li::kms {

namespace {

constexpr std::size_t kRandSize = 32;  // as long as the longest key (clause 12.1)

// The MAC algorithm of an answer or Error follows the PRF of the message.
mikey::Auth auth_for(const mikey::Header& header) {
  return header.prf == mikey::number(mikey::Prf::hmac_sha_256) ? mikey::Auth::hmac_sha_256_256 : mikey::Auth::hmac_sha_1_160;
}

// What can't be read has nobody to answer to, unless it is proved who sent it; a replay is dropped.
bool is_answered(Fault fault, bool proved) {
  return fault != Fault::replay && fault != Fault::unavailable && (fault != Fault::malformed || proved);
}

bool has_known_prf(const mikey::Message& message) { return !mikey::prf_name(message.header.prf).empty(); }

// An Error message. For a sender who is not proved it carries no MAC (clause 5.4).
Bytes error_message(const Received& received, Fault fault, TimePoint now, const SecretBytes& key) {
  std::optional<mikey::KeySchedule> schedule;
  if (!key.empty() && has_known_prf(received.message)) {
    schedule = mikey::request_schedule(received.message, key.reveal(), mikey::Direction::init);
  }
  const auto error = mikey::build_error(received.message.header, to_timestamp(now), error_number(fault), schedule ? &*schedule : nullptr,
                                        auth_for(received.message.header));
  return error.value_or(Bytes());
}

}  // namespace

void TicketService::set(Settings settings) {
  auto next = std::make_shared<const Settings>(std::move(settings));
  const std::scoped_lock hold(lock_);
  settings_ = std::move(next);
}

std::shared_ptr<const TicketService::Settings> TicketService::settings() const {
  const std::scoped_lock hold(lock_);
  return settings_;
}

TicketService::Reply TicketService::user(ByteView octets, Expect expect, const std::string& from) {
  Case one{octets, from, settings(), clock_(), {}, {}, expect == Expect::resolve ? "resolve" : "ticket", {}, {}, {}, {}};
  return finish(one, handle_user(one, expect));
}

TicketService::Reply TicketService::peer(ByteView octets, const std::vector<std::string>& names, const std::string& from) {
  Case one{octets, from, settings(), clock_(), {}, {}, "resolve_for_kms", {}, {}, {}, {}};
  return finish(one, handle_peer(one, names));
}

// The entry is on the disk before an answer leaves, which holds keys.
TicketService::Reply TicketService::finish(Case& one, Settled settled) {
  ops::Fields fields{{"request", one.request}, {"subscriber", one.subscriber}, {"sender", one.sender},
                     {"address", one.from},    {"ticket", one.ticket},         {"tpk", one.tpk_id}};
  if (settled) {
    const auto written = journal_.audit(one.request, fields);
    journal_.count(one.request, written ? "granted" : "unavailable");
    if (written) return {to_record_bytes(*settled), std::nullopt};
    return {{}, Fault::unavailable};
  }
  const auto& [fault, detail] = settled.error();
  if (!detail.empty()) fields.emplace_back("detail", detail);
  const auto of_kms = one.request == "resolve_for_kms";
  journal_.alarm(of_kms ? Origin{"peers", one.subscriber} : Origin{"ue", {}}, word(fault), fields);
  journal_.count(one.request, std::string(word(fault)));
  Reply reply{{}, fault};
  if (one.received && is_answered(fault, !one.key.empty()))
    reply.message = to_record_bytes(error_message(*one.received, fault, one.now, one.key));
  return reply;
}

Verdict<void> TicketService::read(Case& one, Expect expect) {
  auto message = mikey::decode(one.octets);
  if (!message) return refused(Fault::malformed, message.error().message());
  if (message->is(mikey::DataType::error)) return refused(Fault::malformed, "an Error message is never answered");
  const auto& received = one.received.emplace(Received{one.octets, std::move(*message)});
  const auto fits = (received.asks_ticket() && expect != Expect::resolve) || (received.asks_resolve() && expect != Expect::request);
  if (!fits) return refused(Fault::wrong_type, std::string(mikey::data_type_name(received.message.header.data_type)));
  if (const auto* sender = received.sender()) one.sender = plain(sender->data);
  if (auto allowed = algorithms_of(received.message.header.prf, one.rules()); !allowed) return tl::unexpected(allowed.error());
  return {};
}

TicketService::Settled TicketService::handle_user(Case& one, Expect expect) {
  if (auto fine = read(one, expect); !fine) return tl::unexpected(fine.error());
  one.request = one.received->asks_ticket() ? "ticket" : "resolve";
  const Authenticator authenticator(store_, one.rules().kms_identities.front(), one.settings->public_key);
  auto sender = authenticator.prove(*one.received, one.second());
  if (!sender) return tl::unexpected(sender.error());
  one.key = std::move(sender->key);
  one.subscriber = sender->subscriber.name;
  if (auto fresh = check_fresh(one); !fresh) return tl::unexpected(fresh.error());
  if (auto ours = check_kms(one); !ours) return tl::unexpected(ours.error());
  const auto identity = check_identity_of_sender(one, sender->subscriber);
  if (!identity) return tl::unexpected(identity.error());
  one.sender = plain(identity->data);
  return one.received->asks_ticket() ? request(one, *identity) : resolve(one, *identity, true);
}

// T near our clock, and never seen before. Only messages that are proved are remembered.
Verdict<void> TicketService::check_fresh(Case& one) {
  const auto* t = mikey::find<mikey::Timestamp>(one.received->message.payloads);
  if (t == nullptr) return refused(Fault::malformed, "no T");
  const auto time = to_time(t->ts_type, t->value);
  const auto skew = one.rules().clock_skew;
  if (!time) return refused(Fault::time, "T is a counter");
  if (*time > one.second() + skew || *time < one.second() - skew)
    return refused(Fault::time, "T is " + std::to_string((*time - one.second()).count()) + " s off");
  const auto seen = store_.first_seen(crypto::digest(crypto::Hash::sha256, one.octets), one.second(), *time + skew + seconds(1));
  if (!seen) return refused(Fault::unavailable, seen.error().message());
  if (!*seen) return refused(Fault::replay);
  return {};
}

Verdict<void> TicketService::check_kms(const Case& one) const {
  const auto* named = mikey::find(one.received->message.payloads, mikey::IdRole::kms);
  if (named == nullptr) return {};
  const auto& ours = one.rules().kms_identities;
  const auto identity = identity_of(*named);
  if (identity && std::find(ours.begin(), ours.end(), *identity) != ours.end()) return {};
  return refused(Fault::other_kms, plain(named->data));
}

// The identity that the message names must be the subscriber's; one that it leaves out must be the only one.
Verdict<mikey::Idr> TicketService::check_identity_of_sender(const Case& one, const Subscriber& subscriber) const {
  const auto role = one.received->asks_ticket() ? mikey::IdRole::initiator : mikey::IdRole::responder;
  const auto& identities = subscriber.identities;
  if (const auto* named = one.received->sender()) {
    const auto identity = identity_of(*named);
    if (identity && std::find(identities.begin(), identities.end(), *identity) != identities.end()) return *named;
    return refused(Fault::identity, "not an identity of the subscriber");
  }
  if (identities.size() != 1) return refused(Fault::identity, "the message names no identity, and the subscriber has several");
  const auto& only = identities.front();
  return mikey::Idr{mikey::number(role), mikey::number(id_type_of(only)), to_bytes(only)};
}

TicketService::Settled TicketService::request(Case& one, const mikey::Idr& sender) {
  const auto& header = one.received->message.header;
  const auto* tp = mikey::find<mikey::Tp>(one.received->message.payloads);
  if (tp == nullptr) return refused(Fault::malformed, "no TP");
  if (mikey::find(one.received->message.payloads, mikey::RandRole::initiator) == nullptr) return refused(Fault::malformed, "no RANDRi");
  const auto algorithms = algorithms_of(header.prf, one.rules());
  if (!algorithms) return tl::unexpected(algorithms.error());
  auto granted = grant({*tp, sender, *algorithms, one.second()}, one.rules(), random_);
  if (!granted) return tl::unexpected(granted.error());
  const auto tpk = store_.active_tpk();
  if (!tpk) return refused(Fault::unavailable, tpk.error().message());
  if (!*tpk) return refused(Fault::unavailable, "there is no active TPK");
  one.tpk_id = plain((*tpk)->id);
  return build_ticket(one, std::move(*granted), *algorithms, **tpk);
}

TicketService::Settled TicketService::build_ticket(Case& one, Grant granted, const Algorithms& algorithms, const TicketProtectionKey& tpk) {
  mikey::TicketSpec spec;
  spec.policy = std::move(granted.policy);
  spec.t = to_timestamp(one.now);
  spec.rand.resize(kRandSize);
  random_(spec.rand);
  spec.encr = algorithms.encr;
  spec.auth = algorithms.auth;
  spec.mpk = draw(random_, algorithms.key_size);
  spec.mpk_spi = {1};
  spec.tpk_id = tpk.id;
  spec.keys = std::move(granted.keys);
  auto ticket = mikey::make_ticket(spec, tpk.key.reveal());
  if (!ticket) return refused(Fault::policy, ticket.error().message());

  mikey::TicketSecrets secrets;
  secrets.mpki = mikey::derive_mpki(algorithms.prf, spec.mpk.reveal(), spec.rand);
  if (spec.policy.flags.i) secrets.mpkr = mikey::derive_mpkr(algorithms.prf, spec.mpk.reveal(), spec.rand);
  secrets.keys = std::move(spec.keys);
  mikey::KmsAnswer answer{
      to_timestamp(one.now), algorithms.auth, algorithms.encr, {}, std::move(*ticket), mikey::to_key_data(secrets, {3}, {4}), {}, {}};
  if (const auto* kms = mikey::find(answer.ticket->tp_data, mikey::IdRole::kms)) answer.kms = *kms;
  auto message = mikey::build_answer(answer, one.octets, one.key.reveal());
  if (!message) return refused(Fault::policy, message.error().message());
  if (const auto decoded = mikey::decode(*message)) one.ticket = to_hex(ticket_mark(*mikey::find_ticket(*decoded, *message)));
  return std::move(*message);
}

}  // namespace li::kms
