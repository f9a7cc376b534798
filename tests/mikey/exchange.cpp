#include "exchange.hpp"

namespace li::mikey::test {

SecurityPolicy srtp_policy(std::uint8_t policy_no, std::uint8_t key_length) {
  return {policy_no,
          0,
          {{0, {1}}, {1, {key_length}}, {2, {1}}, {3, {0x14}}, {4, {0x0e}}, {5, {0}}, {7, {1}}, {8, {1}}, {10, {1}}, {11, {0x0a}}}};
}

GenericId session(std::uint8_t cs_id, std::uint8_t policy, Bytes ssrc, Bytes spi) {
  return {cs_id, 0, false, {policy}, std::move(ssrc), std::move(spi)};
}

Exchange::Exchange(std::uint8_t the_prf) : prf(the_prf) {
  const auto n = key_size();
  tpk = counting(0x00, n);
  mpk = counting(0x20, n);
  psk_alice = counting(0x80, n);
  psk_bob = counting(0xa0, n);
  ticket_rand = counting(0xc0, n);
  rand_request = counting(0x10, n);
  rand_transfer = counting(0x30, n);
  rand_resolve = counting(0x50, n);
  rand_resp = counting(0x70, n);
  rand_kms = counting(0x90, n);
  ticket_keys.push_back(tgk(counting(0x40, n), counting(0x60, 14), {2}));
  policies = {srtp_policy(1, static_cast<std::uint8_t>(n))};
  init_map = {session(1, 1, Bytes(4, 0x11), {2}), session(2, 1, {}, {})};
  resp_map = {session(1, 1, Bytes(4, 0x11), {2}), session(2, 1, Bytes(4, 0x22), {2})};
}

void Exchange::play() {
  request();
  transfer();
  resolve();
  if (ticket.flags.f) respond();
}

void Exchange::request() {
  const auto seconds = [](std::uint32_t value) {
    return Bytes{static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
                 static_cast<std::uint8_t>(value)};
  };
  TicketPolicy policy;
  policy.prf = prf;
  policy.flags = Flags::from_letters(flags);
  policy.tp_data = {payload(uri(IdRole::kms, kms))};
  if (names_initiator) policy.tp_data.push_back(payload(uri(IdRole::initiator, alice)));
  policy.tp_data.push_back(payload(TimestampRole{number(TsRole::start), number(TsType::ntp_utc_32), seconds(0xd6b43200)}));
  policy.tp_data.push_back(payload(TimestampRole{number(TsRole::end), number(TsType::ntp_utc_32), seconds(ticket_end)}));
  for (const auto& responder : responders) policy.tp_data.push_back(payload(uri(IdRole::responder, responder)));
  Tp tp;
  static_cast<TicketPolicy&>(tp) = policy;
  request_init = must(build_request(
      {stamp(0x0a0b0c01, 2), rand_request, uri(IdRole::initiator, alice), uri(IdRole::kms, kms), tp, psk_id("btid-1")}, psk_alice));

  TicketSpec spec{policy, {}, ntp_utc(kNow, 1), ticket_rand, encr(), auth(), SecretBytes(mpk), {}, {1}, tpk_id};
  for (const auto& key : ticket_keys) spec.keys.push_back(key.copy());
  ticket = must(make_ticket(spec, tpk));
  TicketSecrets master;
  master.mpki = derive_mpki(static_cast<Prf>(prf), mpk, ticket_rand);
  if (policy.flags.i) master.mpkr = derive_mpkr(static_cast<Prf>(prf), mpk, ticket_rand);
  for (const auto& key : ticket_keys) master.keys.push_back(key.copy());
  request_resp = must(build_answer({ntp_utc(kNow, 3), auth(), encr(), uri(IdRole::kms, kms), ticket, to_key_data(master, {3}, {4}), {}, {}},
                                   request_init, psk_alice));
  alice_secrets = must(open_answer(request_resp, request_init, psk_alice)).secrets;
}

void Exchange::transfer() {
  TransferInit spec;
  spec.stamp = stamp(0x0a0b0c02, 4);
  spec.map = init_map;
  spec.rand_i = rand_transfer;
  spec.id_i = uri(IdRole::initiator, alice);
  spec.id_r = uri(IdRole::responder, responders.front());
  spec.policies = policies;
  spec.ticket = ticket;
  transfer_init = must(build_transfer_init(spec, alice_secrets));
}

void Exchange::resolve() {
  const auto message = must(decode(transfer_init));
  const auto view = *find_ticket(message, transfer_init);
  resolve_init = must(build_request(
      {stamp(0x0a0b0c03, 5), rand_resolve, uri(IdRole::responder, bob), uri(IdRole::kms, kms), view.ticket, psk_id("btid-2")}, psk_bob));
  auto secrets = must(opener()(view));
  KmsAnswer answer{ntp_utc(kNow, 6), auth(), encr(), uri(IdRole::kms, kms), {}, {}, {}, {}};
  if (view.ticket.flags.i) {
    secrets = secrets.forked(static_cast<Prf>(prf), to_bytes(bob), rand_kms);
    answer.id_r = uri(IdRole::responder, bob);
    answer.rand_kms = rand_kms;
  }
  answer.keys = to_key_data(secrets, {3}, {4});
  resolve_resp = must(build_answer(answer, resolve_init, psk_bob));
  bob_secrets = must(open_answer(resolve_resp, resolve_init, psk_bob)).secrets;
}

void Exchange::respond() {
  TransferResp spec;
  spec.t = ntp_utc(kNow, 7);
  spec.auth = auth();
  spec.map = resp_map;
  if (ticket.flags.g) spec.rand_r = rand_resp;
  if (!ticket.flags.i) spec.id_r = uri(IdRole::responder, bob);
  transfer_resp = must(build_transfer_resp(spec, transfer_init, bob_secrets));
}

OpenTicket Exchange::opener() const {
  return [this](const TicketView& view) {
    const Tpks tpks = [this](std::optional<ByteView> id) -> std::optional<SecretBytes> {
      if (!id || !equal(*id, tpk_id)) return std::nullopt;
      return SecretBytes(tpk);
    };
    return open_ticket(view, tpks, false);
  };
}

Answer<CallKeys> Exchange::get_keys(std::string_view target, Trace* trace) const {
  CallRules rules;
  rules.now = kNow;
  return mikey::get_keys({messages(), {}, std::string(target)}, opener(), rules, {}, trace);
}

}  // namespace li::mikey::test
