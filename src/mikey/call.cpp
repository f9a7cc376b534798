#include "mikey/call.hpp"

#include "mikey/exchange_impl.hpp"

namespace li::mikey {
namespace {

Answer<void> check_same_ticket(const Established& call, const Message& init, ByteView octets) {
  const auto ticket = find_ticket(init, octets);
  if (!ticket) return {};
  const auto end = ticket->ticket.initiator_data_offset + ticket->ticket.initiator_data_length;
  if (!equal(octets.subspan(ticket->offset + 1, end - ticket->offset - 1), call.ticket)) {
    return refuse(Reason::policy, "the update brings another ticket than the initial exchange");
  }
  return {};
}

// RANDs need not be repeated; those that are must be the old ones (clause 5.2).
Answer<void> check_same_rands(const Established& call, const Message& message) {
  const std::pair<RandRole, const Bytes&> sent[] = {
      {RandRole::initiator, call.sent_rand_i}, {RandRole::responder, call.sent_rand_r}, {RandRole::kms, call.sent_rand_kms}};
  for (const auto& [role, data] : sent) {
    const auto* rand = find(message.payloads, role);
    if (rand != nullptr && rand->data != data) return refuse(Reason::policy, "the update brings another RAND than the initial exchange");
  }
  return {};
}

// The responder of the initial exchange may start an update: then IDRr stands first, and the flags change places.
bool is_by_responder(const Message& init) {
  for (const auto& one : init.payloads) {
    if (const auto* idr = std::get_if<Idr>(&one.body))
      return idr->role == number(IdRole::responder) && find(init.payloads, IdRole::initiator) != nullptr;
  }
  return false;
}

Bytes identity(const Message& message, IdRole role, const Bytes& other) {
  const auto* idr = find(message.payloads, role);
  return idr == nullptr ? other : idr->data;
}

Answer<void> verify_update_resp(Established& call, const Transfer& update, const Message& init, const CallRules& rules) {
  if (!update.resp) {
    if (init.header.v && !rules.allow_missing_resp) return refuse(Reason::resp_missing, "flag V of the update asks for a TRANSFER_RESP");
    return take_map(call, init, false);
  }
  const auto resp = read_transfer(*update.resp, DataType::transfer_resp);
  if (!resp) return tl::unexpected(resp.error());
  if (resp->header.csb_id != call.csb_id || resp->header.prf != number(call.prf))
    return refuse(Reason::pair_mismatch, "CSB ID or PRF func differ");
  if (!verifies(last_v(*resp), *call.last, {before_mac(*resp, *update.resp), update.init})) return refuse(Reason::resp_mac);
  if (!init.header.v) return refuse(Reason::policy, "flag V of the update asks for no TRANSFER_RESP");
  if (auto same = check_same_rands(call, *resp); !same) return same;
  if (auto taken = take_kemac(call, *resp, *call.last, is_by_responder(init) ? call.flags.l : call.flags.m, "TRANSFER_RESP"); !taken)
    return taken;
  take_policies(call, *resp);
  return take_map(call, *resp, true);
}

Answer<CallKeys> finish(const Established& call) {
  CallKeys keys;
  keys.sessions = session_keys(call);
  keys.parties = call.parties;
  keys.authenticated = call.authenticated;
  keys.tpk_id = call.tpk_id;
  if (keys.sessions.empty()) return refuse(Reason::no_key, "the map names no crypto session");
  for (const auto& session : keys.sessions) {
    if (!session.reason) return keys;
  }
  return refuse(*keys.sessions.front().reason, "no crypto session has its key");
}

}  // namespace

// Clause 5.2: no new keys for the messages themselves; what protected the last message of the initial exchange goes on.
Answer<void> apply_update(Established& call, const Transfer& update, const CallRules& rules) {
  const auto init = read_transfer(update.init, DataType::transfer_init);
  if (!init) return tl::unexpected(init.error());
  if (init->header.csb_id != call.csb_id || init->header.prf != number(call.prf)) {
    return refuse(Reason::pair_mismatch, "the update is of another CSB than the initial exchange");
  }
  const auto id_i = identity(*init, IdRole::initiator, call.id_i);
  const auto id_r = identity(*init, IdRole::responder, call.id_r);
  std::vector<ByteView> covered{before_mac(*init, update.init), id_i, id_r};
  if (const auto ticket = find_ticket(*init, update.init)) {
    const auto whole = covered.front();
    const auto& inner = ticket->ticket;
    covered = {whole.first(inner.initiator_data_offset - 2), whole.subspan(inner.initiator_data_offset + inner.initiator_data_length), id_i,
               id_r};
  }
  if (!verifies(last_v(*init), *call.last, covered)) return refuse(Reason::init_mac);
  if (auto same = check_same_ticket(call, *init, update.init); !same) return same;
  if (auto same = check_same_rands(call, *init); !same) return same;
  if (auto taken = take_kemac(call, *init, *call.last, is_by_responder(*init) ? call.flags.m : call.flags.l, "TRANSFER_INIT"); !taken)
    return taken;
  take_policies(call, *init);
  return verify_update_resp(call, update, *init, rules);
}

Answer<CallKeys> derive_call(const Transfer& initial, const std::optional<Transfer>& update, const OpenTicket& open, const CallRules& rules,
                             Trace* trace) {
  auto call = establish(initial, open, rules, trace);
  if (!call) return tl::unexpected(call.error());
  if (update) {
    if (auto applied = apply_update(*call, *update, rules); !applied) return tl::unexpected(applied.error());
  }
  return finish(*call);
}

}  // namespace li::mikey
