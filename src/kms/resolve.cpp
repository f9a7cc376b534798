#include <algorithm>

#include "crypto/hash.hpp"
#include "kms/identity.hpp"
#include "kms/ntp.hpp"
#include "kms/ticket_case_impl.hpp"
#include "kms/ticket_marks.hpp"

namespace li::kms {

namespace {

constexpr std::size_t kRandSize = 32;

Fault fault_of(mikey::Reason reason) {
  switch (reason) {
    case mikey::Reason::unsupported_ticket: return Fault::ticket_type;
    case mikey::Reason::unprotected: return Fault::unprotected;
    case mikey::Reason::unknown_tpk: return Fault::unknown_tpk;
    case mikey::Reason::ticket_mac: return Fault::ticket_mac;
    case mikey::Reason::decrypt: return Fault::decrypt;
    default: return Fault::malformed;
  }
}

Verdict<void> check_validity(const mikey::Ticket& ticket, Time now) {
  const auto at = [&](mikey::TsRole role) {
    const auto* tr = mikey::find(ticket.tp_data, role);
    return tr == nullptr ? std::nullopt : to_time(tr->ts_type, tr->value);
  };
  if (const auto start = at(mikey::TsRole::start); start && now < *start) return refused(Fault::not_yet_valid);
  if (const auto end = at(mikey::TsRole::end); end && now > *end) return refused(Fault::expired);
  return {};
}

// "home2.example" of "sip:bob@home2.example:5060;user=phone"; a tel URI has none.
std::string domain_of(const std::string& identity) {
  const auto at = identity.rfind('@');
  if (at == std::string::npos) return {};
  const auto host = identity.substr(at + 1);
  return host.substr(0, host.find_first_of(":;?>"));
}

const PeerKms* find_peer(const std::vector<PeerKms>& peers, const std::vector<std::string>& names) {
  const auto found = std::find_if(peers.begin(), peers.end(), [&](const PeerKms& peer) {
    return std::find_first_of(names.begin(), names.end(), peer.names.begin(), peer.names.end()) != names.end();
  });
  return found == peers.end() ? nullptr : &*found;
}

}  // namespace

TicketService::Settled TicketService::handle_peer(Case& one, const std::vector<std::string>& names) {
  for (const auto& name : names) one.subscriber += (one.subscriber.empty() ? "" : " ") + name;
  const auto* peer = find_peer(one.settings->peers, names);
  if (peer == nullptr) return refused(Fault::auth_failure, "no KMS that is configured");
  one.subscriber = peer->identity;
  if (auto fine = read(one, Expect::resolve); !fine) return tl::unexpected(fine.error());
  const auto* named = mikey::find(one.received->message.payloads, mikey::IdRole::psk);
  if (!one.received->is_psk() || named == nullptr || !equal(named->data, peer->key_id) ||
      !mikey::verify_request(one.received->message, one.octets, peer->key.reveal()))
    return refused(Fault::auth_failure, "not proved with the key of the two KMSs");
  one.key = peer->key.copy();
  if (auto fresh = check_fresh(one); !fresh) return tl::unexpected(fresh.error());
  if (auto ours = check_kms(one); !ours) return tl::unexpected(ours.error());
  const auto* sender = one.received->sender();
  const auto identity = sender == nullptr ? std::nullopt : identity_of(*sender);
  const auto& domains = peer->domains;
  if (!identity || std::find(domains.begin(), domains.end(), domain_of(*identity)) == domains.end())
    return refused(Fault::identity, "the KMS may not speak for this responder");
  return resolve(one, *sender, false);
}

TicketService::Settled TicketService::resolve(Case& one, const mikey::Idr& sender, bool ask_others) {
  const auto view = mikey::find_ticket(one.received->message, one.octets);
  if (!view) return refused(Fault::malformed, "no TICKET");
  if (mikey::find(one.received->message.payloads, mikey::RandRole::responder) == nullptr) return refused(Fault::malformed, "no RANDRr");
  one.ticket = to_hex(ticket_mark(*view));
  const auto& types = one.rules().ticket_types;
  if (std::find(types.begin(), types.end(), view->ticket.ticket_type) == types.end())
    return refused(Fault::ticket_type, "ticket type " + std::to_string(view->ticket.ticket_type));
  const auto algorithms = algorithms_of(one.received->message.header.prf, one.rules());
  if (!algorithms) return tl::unexpected(algorithms.error());
  const auto& ours = one.rules().kms_identities;
  const auto issuer = issuer_of(view->ticket);
  const auto foreign = issuer && std::find(ours.begin(), ours.end(), *issuer) == ours.end();
  if (foreign && !ask_others) return refused(Fault::other_kms, "a ticket of a third KMS");
  auto secrets = foreign ? open_foreign(one, *view, sender) : open_own(one, *view, sender);
  if (!secrets) return tl::unexpected(secrets.error());

  mikey::KmsAnswer answer{
      to_timestamp(one.now), algorithms->auth, algorithms->encr, {}, {}, mikey::to_key_data(*secrets, {3}, {4}), {}, {}};
  if (const auto* kms = mikey::find(one.received->message.payloads, mikey::IdRole::kms)) answer.kms = *kms;
  if (secrets->fork) {
    answer.id_r = mikey::Idr{mikey::number(mikey::IdRole::responder), sender.id_type, secrets->fork->id_data};
    answer.rand_kms = secrets->fork->rand_kms;
  }
  auto message = mikey::build_answer(answer, one.octets, one.key.reveal());
  if (!message) return refused(Fault::algorithms, message.error().message());
  return std::move(*message);
}

Verdict<mikey::TicketSecrets> TicketService::open_own(Case& one, const mikey::TicketView& view, const mikey::Idr& sender) {
  const auto responder = identity_of(sender);
  if (!responder) return refused(Fault::identity, "IDRr is neither a URI nor an NAI");
  auto store_error = std::optional<Error>();
  const auto tpk = [&](std::optional<ByteView> id) -> std::optional<SecretBytes> {
    if (!id) return std::nullopt;
    one.tpk_id = plain(*id);
    auto found = store_.tpk(*id, one.second());
    if (!found) store_error = found.error();
    if (!found || !*found) return std::nullopt;
    return std::move((*found)->key);
  };
  auto secrets = mikey::open_ticket(view, tpk, one.rules().allow_unprotected);
  if (store_error) return refused(Fault::unavailable, store_error->message());
  if (!secrets) return refused(fault_of(secrets.error().reason), secrets.error().detail);
  if (auto valid = check_validity(view.ticket, one.second()); !valid) return tl::unexpected(valid.error());
  if (auto may = check_responder(view.ticket, *responder); !may) return tl::unexpected(may.error());
  if (!view.ticket.flags.i) return std::move(*secrets);
  if (!mikey::verify_initiator_data(view, &secrets->mpkr, nullptr)) return refused(Fault::initiator_data, "Vr is not right");
  Bytes rand(kRandSize);
  random_(rand);
  return secrets->forked(static_cast<mikey::Prf>(view.ticket.prf), sender.data, rand);
}

// Whom the ticket names, or a member of a group that it names.
Verdict<void> TicketService::check_responder(const mikey::Ticket& ticket, const std::string& responder) {
  for (const auto& payload : ticket.tp_data) {
    const auto* idr = std::get_if<mikey::Idr>(&payload.body);
    if (idr == nullptr || idr->role != mikey::number(mikey::IdRole::responder)) continue;
    const auto named = identity_of(*idr);
    if (!named) continue;
    if (*named == responder) return {};
    const auto member = store_.is_member(*named, responder);
    if (!member) return refused(Fault::unavailable, member.error().message());
    if (*member) return {};
  }
  return refused(Fault::not_authorised, "the ticket names neither the responder nor a group of it");
}

// The issuing KMS judges ticket and responder; what it gives is cached, so that Xk can be answered here later.
Verdict<mikey::TicketSecrets> TicketService::open_foreign(Case& one, const mikey::TicketView& view, const mikey::Idr& sender) {
  const auto issuer = *issuer_of(view.ticket);
  const auto& peers = one.settings->peers;
  const auto peer = std::find_if(peers.begin(), peers.end(), [&](const PeerKms& other) { return other.identity == issuer; });
  if (peer == peers.end()) return refused(Fault::other_kms, "a ticket of a KMS that is not configured: " + issuer);
  auto secrets = ask(one, *peer, view, sender);
  if (!secrets) return secrets;
  const auto keys = to_cached(*secrets);
  if (!keys) return refused(Fault::refused_by_kms, keys.error().message());
  const auto fork = secrets->fork ? *secrets->fork : mikey::TicketSecrets::Fork();
  const auto cached =
      store_.cache(ticket_mark(view), fork_mark(fork.id_data, fork.rand_kms), *keys, one.second() + one.settings->cache_lifetime);
  if (!cached) return refused(Fault::unavailable, cached.error().message());
  return secrets;
}

Verdict<mikey::TicketSecrets> TicketService::ask(Case& one, const PeerKms& peer, const mikey::TicketView& view, const mikey::Idr& sender) {
  Bytes rand(kRandSize), csb(4);
  random_(rand);
  random_(csb);
  mikey::KmsRequest request;
  request.stamp.prf = one.received->message.header.prf;
  request.stamp.csb_id = static_cast<std::uint32_t>(csb[0] << 24 | csb[1] << 16 | csb[2] << 8 | csb[3]);
  request.stamp.t = to_timestamp(one.now);
  request.stamp.auth = algorithms_of(request.stamp.prf, one.rules())->auth;
  request.rand = std::move(rand);
  request.self = sender;
  request.kms = *mikey::find(view.ticket.tp_data, mikey::IdRole::kms);
  request.subject = view.ticket;
  request.psk = mikey::Idr{mikey::number(mikey::IdRole::psk), mikey::number(mikey::IdType::byte_string), peer.key_id};
  const auto message = mikey::build_request(request, peer.key.reveal());
  if (!message) return refused(Fault::malformed, message.error().message());
  const auto answer = peer.ask(*message);
  if (!answer) return refused(Fault::kms_unreachable, answer.error().message());
  auto granted = mikey::open_answer(*answer, *message, peer.key.reveal());
  if (!granted) return refused(Fault::refused_by_kms, std::string(mikey::word(granted.error().reason)) + " " + granted.error().detail);
  return std::move(granted->secrets);
}

}  // namespace li::kms
