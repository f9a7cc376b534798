#include <algorithm>

#include "mikey/exchange_impl.hpp"

namespace li::mikey {
namespace {

struct Pair {
  Transfer octets;
  Message init;
  std::optional<Message> resp;

  [[nodiscard]] TicketView view() const { return *find_ticket(init, octets.init); }
  [[nodiscard]] const Ticket& ticket() const { return view().ticket; }
  [[nodiscard]] const Flags& flags() const { return ticket().flags; }
  [[nodiscard]] Prf prf() const { return static_cast<Prf>(init.header.prf); }
  [[nodiscard]] ByteView rand_i() const {
    const auto* rand = find(init.payloads, RandRole::initiator);
    return rand == nullptr ? ByteView() : ByteView(rand->data);
  }
  [[nodiscard]] ByteView rand_r() const {
    const auto* rand = resp && flags().g ? find(resp->payloads, RandRole::responder) : nullptr;
    return rand == nullptr ? ByteView() : ByteView(rand->data);
  }
};

std::vector<Idr> responders(const Ticket& ticket) {
  std::vector<Idr> found;
  for (const auto& payload : ticket.tp_data) {
    const auto* idr = std::get_if<Idr>(&payload.body);
    if (idr != nullptr && idr->role == number(IdRole::responder)) found.push_back(*idr);
  }
  return found;
}

std::optional<Idr> optional_idr(const std::vector<Payload>& chain, IdRole role) {
  const auto* idr = find(chain, role);
  return idr == nullptr ? std::nullopt : std::optional<Idr>(*idr);
}

// Identity_i and Identity_r of the MACs: those of TRANSFER_INIT, or what the ticket says.
void take_identities(Established& call, const Pair& pair) {
  const auto& ticket = pair.ticket();
  const auto* i = find(pair.init.payloads, IdRole::initiator);
  const auto* r = find(pair.init.payloads, IdRole::responder);
  call.parties.ticket_initiator = optional_idr(ticket.tp_data, IdRole::initiator);
  call.parties.ticket_responders = responders(ticket);
  call.parties.initiator = optional_idr(pair.init.payloads, IdRole::initiator);
  call.parties.forked = ticket.flags.i;
  call.id_i = i != nullptr ? i->data : data_of(find(ticket.tp_data, IdRole::initiator));
  call.id_r = r != nullptr ? r->data : call.parties.ticket_responders.size() == 1 ? call.parties.ticket_responders.front().data : Bytes();
}

Answer<KeySchedule> verify_init(const Pair& pair, const Established& call, const TicketSecrets& secrets, Trace* trace) {
  auto schedule = KeySchedule::message(pair.prf(), secrets.mpki.reveal(), call.csb_id, Direction::init, pair.rand_i(), {});
  const auto& v = last_v(pair.init);
  if (trace != nullptr) trace->init_auth_key = schedule.auth_key(mac_size(v.auth_alg).value_or(0));
  // Initiator Data and its length are left out (clause 5.5).
  const auto& ticket = pair.ticket();
  const auto whole = before_mac(pair.init, pair.octets.init);
  const auto behind = ticket.initiator_data_offset + ticket.initiator_data_length;
  if (!verifies(v, schedule, {whole.first(ticket.initiator_data_offset - 2), whole.subspan(behind), call.id_i, call.id_r})) {
    return refuse(Reason::init_mac);
  }
  if (ticket.flags.i && !verify_initiator_data(pair.view(), secrets.fork ? nullptr : &secrets.mpkr, &v)) {
    return refuse(Reason::initiator_data, "Vi or Vr is not right");
  }
  if (!ticket.flags.i && ticket.initiator_data_length != 0)
    return refuse(Reason::initiator_data, "Initiator Data in a ticket without forking");
  return schedule;
}

// The key of TRANSFER_RESP: MPKi, or with forking MPKr' of the responder that answered.
Answer<TicketSecrets> secrets_of_responder(const Pair& pair, const TicketSecrets& secrets) {
  const auto& ticket = pair.ticket();
  if (!ticket.flags.i) return secrets.copy();
  const auto* id = find(pair.resp->payloads, IdRole::responder);
  const auto* rand = find(pair.resp->payloads, RandRole::kms);
  if (id == nullptr || rand == nullptr) return refuse(Reason::policy, "TRANSFER_RESP lacks IDRr or RANDRkms");
  if (secrets.fork && (!equal(secrets.fork->id_data, id->data) || !equal(secrets.fork->rand_kms, rand->data))) {
    return refuse(Reason::resp_mac, "another responder answered than the one whose keys are known");
  }
  return secrets.forked(static_cast<Prf>(ticket.prf), id->data, rand->data);
}

Answer<KeySchedule> verify_resp(const Pair& pair, const Established& call, const TicketSecrets& secrets, Trace* trace) {
  const auto& key = pair.flags().i ? secrets.mpkr : secrets.mpki;
  auto schedule = KeySchedule::message(pair.prf(), key.reveal(), call.csb_id, Direction::resp, pair.rand_i(), pair.rand_r());
  const auto& v = last_v(*pair.resp);
  if (trace != nullptr) {
    trace->resp_auth_key = schedule.auth_key(mac_size(v.auth_alg).value_or(0));
    trace->mpkr_forked = pair.flags().i ? secrets.mpkr.copy() : SecretBytes();
  }
  if (!verifies(v, schedule, {before_mac(*pair.resp, *pair.octets.resp), pair.octets.init})) return refuse(Reason::resp_mac);
  return schedule;
}

Answer<Pair> read_pair(const Transfer& transfer) {
  auto init = read_transfer(transfer.init, DataType::transfer_init);
  if (!init) return tl::unexpected(init.error());
  std::optional<Message> resp;
  if (transfer.resp) {
    auto read = read_transfer(*transfer.resp, DataType::transfer_resp);
    if (!read) return tl::unexpected(read.error());
    resp = std::move(*read);
  }
  if (!find_ticket(*init, transfer.init)) return refuse(Reason::no_ticket, "TRANSFER_INIT without a TICKET");
  if (find(init->payloads, RandRole::initiator) == nullptr) return refuse(Reason::malformed, "TRANSFER_INIT without RANDRi");
  return Pair{transfer, std::move(*init), std::move(resp)};
}

bool belongs(const Message& resp, const Message& init) {
  return resp.header.csb_id == init.header.csb_id && resp.header.prf == init.header.prf;
}

Answer<void> answer_of(Established& call, const Pair& pair, TicketSecrets& secrets, const CallRules& rules, Trace* trace) {
  const auto& flags = pair.flags();
  if (!pair.resp) {
    if (flags.f && !rules.allow_missing_resp) return refuse(Reason::resp_missing, "the ticket promises a TRANSFER_RESP");
    return {};
  }
  if (!belongs(*pair.resp, pair.init)) return refuse(Reason::pair_mismatch, "CSB ID or PRF func differ");
  auto responder = secrets_of_responder(pair, secrets);
  if (!responder) return tl::unexpected(responder.error());
  auto schedule = verify_resp(pair, call, *responder, trace);
  if (!schedule) return tl::unexpected(schedule.error());
  secrets = std::move(*responder);
  call.last = std::move(*schedule);
  call.parties.answered = optional_idr(pair.resp->payloads, IdRole::responder);
  return {};
}

Answer<void> check_rules(const Pair& pair, const TicketSecrets& secrets) {
  const auto& flags = pair.flags();
  const bool has_tgk = std::any_of(secrets.keys.begin(), secrets.keys.end(), [](const KeyData& key) { return is_tgk(key.key_type()); });
  if (const auto broken = broken_flag_rule(flags); !broken.empty()) return refuse(Reason::policy, "flags: " + broken);
  if (flags.i && !flags.f && has_tgk) return refuse(Reason::policy, "flags: a TGK to be forked without F");
  if (pair.resp && !flags.f) return refuse(Reason::policy, "a TRANSFER_RESP without flag F");
  if (pair.resp && flags.g && pair.rand_r().empty()) return refuse(Reason::policy, "flag G and no RANDRr");
  return {};
}

// TGKs of a ticket with forking are of no use before it is known who answered; group keys and TEKs are.
void take_ticket_keys(Established& call, const Pair& pair, const TicketSecrets& secrets) {
  for (const auto& key : secrets.keys) {
    if (pair.flags().i && !secrets.fork && is_tgk(key.key_type())) continue;
    call.keys.push_back(key.copy());
  }
}

Answer<void> take_contents(Established& call, const Pair& pair, const KeySchedule& init_schedule, const TicketSecrets& secrets) {
  const auto& flags = pair.flags();
  take_ticket_keys(call, pair, secrets);
  if (auto taken = take_kemac(call, pair.init, init_schedule, flags.l, "TRANSFER_INIT"); !taken) return taken;
  take_policies(call, pair.init);
  if (!pair.resp) return take_map(call, pair.init, false);
  if (auto taken = take_kemac(call, *pair.resp, *call.last, flags.m, "TRANSFER_RESP"); !taken) return taken;
  take_policies(call, *pair.resp);
  return take_map(call, *pair.resp, true);
}

Established start(const Pair& pair) {
  Established call;
  const auto& ticket = pair.ticket();
  call.prf = pair.prf();
  call.csb_id = pair.init.header.csb_id;
  call.flags = ticket.flags;
  if (ticket.flags.h) call.rand_i = to_bytes(pair.rand_i());
  call.rand_r = to_bytes(pair.rand_r());
  call.sent_rand_i = to_bytes(pair.rand_i());
  call.sent_rand_r = call.rand_r;
  if (const auto* rand = pair.resp ? find(pair.resp->payloads, RandRole::kms) : nullptr) call.sent_rand_kms = rand->data;
  call.lacks_rand_r = ticket.flags.g && !pair.resp;
  take_identities(call, pair);
  return call;
}

Bytes ticket_octets(const TicketView& view) {
  const auto end = view.ticket.initiator_data_offset + view.ticket.initiator_data_length;
  return to_bytes(view.message.subspan(view.offset + 1, end - view.offset - 1));
}

}  // namespace

Answer<Established> establish(const Transfer& transfer, const OpenTicket& open, const CallRules& rules, Trace* trace) {
  const auto read = read_pair(transfer);
  if (!read) return tl::unexpected(read.error());
  const auto& pair = *read;
  auto secrets = open(pair.view());
  if (!secrets) return tl::unexpected(secrets.error());
  if (trace != nullptr) {
    trace->mpki = secrets->mpki.copy();
    trace->mpkr = secrets->mpkr.copy();
  }
  if (auto valid = check_validity(pair.ticket(), find<Timestamp>(pair.init.payloads), rules.now); !valid)
    return tl::unexpected(valid.error());

  auto call = start(pair);
  call.ticket = ticket_octets(pair.view());
  call.authenticated = secrets->authenticated;
  call.tpk_id = secrets->tpk_id;
  auto init_schedule = verify_init(pair, call, *secrets, trace);
  if (!init_schedule) return tl::unexpected(init_schedule.error());
  call.last = init_schedule->copy();
  if (auto answered = answer_of(call, pair, *secrets, rules, trace); !answered) return tl::unexpected(answered.error());
  if (auto fine = check_rules(pair, *secrets); !fine) return tl::unexpected(fine.error());
  if (auto taken = take_contents(call, pair, *init_schedule, *secrets); !taken) return tl::unexpected(taken.error());
  return call;
}

}  // namespace li::mikey
