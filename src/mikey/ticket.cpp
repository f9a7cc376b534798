#include "mikey/ticket.hpp"

#include "crypto/hash.hpp"
#include "mikey/encode.hpp"
#include "mikey/finish_impl.hpp"

namespace li::mikey {
namespace {

// The contiguous run that V covers: from Ticket Type through the Auth alg octet of V (appendix A.1).
ByteView covered(const TicketView& view, const Payload& v) {
  return view.message.subspan(view.offset + 1, v.offset + 2 - (view.offset + 1));
}

const Payload* find_v(const Ticket& ticket) {
  if (ticket.ticket_data.empty() || !std::holds_alternative<Verification>(ticket.ticket_data.back().body)) return nullptr;
  return &ticket.ticket_data.back();
}

// See decode: Ticket Data of another layout are opaque.
bool is_supported(const Ticket& ticket) {
  const auto opaque = !ticket.ticket_data.empty() && std::holds_alternative<Unread>(ticket.ticket_data.front().body);
  return !opaque && (is_base_ticket(ticket) || ticket.ticket_type == 2);
}

// The parts of base Ticket Data that open_ticket needs.
struct Parts {
  const Timestamp* t;
  const Rand* rand;
  const Kemac* kemac;
  const Idr* psk;
  const Payload* v;

  [[nodiscard]] bool complete() const { return t != nullptr && rand != nullptr && kemac != nullptr && v != nullptr; }
  [[nodiscard]] const Verification& verification() const { return std::get<Verification>(v->body); }
  [[nodiscard]] bool unprotected() const { return kemac->encr_alg == number(Encr::null) || verification().auth_alg == number(Auth::null); }
};

Parts parts_of(const Ticket& ticket) {
  const auto& data = ticket.ticket_data;
  return {find<Timestamp>(data), find<Rand>(data), find<Kemac>(data), find(data, IdRole::psk), find_v(ticket)};
}

Answer<TicketSecrets> take_keys(const Ticket& ticket, const Parts& parts, std::vector<KeyData> keys) {
  if (keys.empty() || keys.front().key_type() != KeyType::mpk || keys.front().key.empty()) {
    return refuse(Reason::decrypt, "the ticket's keys do not begin with an MPK");
  }
  const auto function = static_cast<Prf>(ticket.prf);
  TicketSecrets secrets;
  secrets.mpki = derive_mpki(function, keys.front().key.reveal(), parts.rand->data);
  if (ticket.flags.i) secrets.mpkr = derive_mpkr(function, keys.front().key.reveal(), parts.rand->data);
  keys.erase(keys.begin());
  for (const auto& key : keys) {
    if (key.key_type() == KeyType::mpk) return refuse(Reason::decrypt, "the ticket holds more than one MPK");
  }
  secrets.keys = std::move(keys);
  secrets.authenticated = !parts.unprotected();
  if (parts.psk != nullptr) secrets.tpk_id = parts.psk->data;
  return secrets;
}

std::optional<SecretBytes> find_tpk(const Parts& parts, const Tpks& tpks) {
  return tpks(parts.psk == nullptr ? std::nullopt : std::optional<ByteView>(parts.psk->data));
}

}  // namespace

TicketSecrets TicketSecrets::copy() const {
  TicketSecrets same{mpki.copy(), mpkr.copy(), {}, authenticated, tpk_id, fork};
  for (const auto& key : keys) same.keys.push_back(key.copy());
  return same;
}

TicketSecrets TicketSecrets::forked(Prf ticket_prf, ByteView id_data, ByteView rand_kms) const {
  auto result = copy();
  if (fork) return result;
  result.mpkr = fork_mpkr(ticket_prf, mpkr.reveal(), id_data, rand_kms);
  for (auto& key : result.keys) {
    if (is_tgk(key.key_type())) key.key = fork_tgk(ticket_prf, key.key.reveal(), id_data, rand_kms);
  }
  result.fork = Fork{to_bytes(id_data), to_bytes(rand_kms)};
  return result;
}

std::optional<TicketView> find_ticket(const Message& message, ByteView octets) {
  for (const auto& payload : message.payloads) {
    if (const auto* ticket = std::get_if<Ticket>(&payload.body)) return TicketView{*ticket, payload.offset, octets};
  }
  return std::nullopt;
}

Answer<TicketSecrets> open_ticket(const TicketView& view, const Tpks& tpks, bool allow_unprotected) {
  const auto& ticket = view.ticket;
  if (!is_supported(ticket)) return refuse(Reason::unsupported_ticket, "ticket type " + std::to_string(ticket.ticket_type));
  if (prf_name(ticket.prf).empty())
    return refuse(Reason::unsupported_ticket, "PRF func " + std::to_string(ticket.prf) + " of the ticket is not known");
  const auto parts = parts_of(ticket);
  if (!parts.complete()) {
    return refuse(is_base_ticket(ticket) ? Reason::malformed : Reason::unsupported_ticket, "Ticket Data lacks T, RAND, KEMAC or V");
  }
  if (parts.unprotected() && !allow_unprotected) return refuse(Reason::unprotected, "the ticket is not encrypted or not authenticated");

  auto tpk = find_tpk(parts, tpks);
  const auto needs_tpk = parts.kemac->encr_alg != number(Encr::null) || parts.verification().auth_alg != number(Auth::null);
  if (!tpk && needs_tpk) return refuse(Reason::unknown_tpk);
  const auto schedule = KeySchedule::ticket(static_cast<Prf>(ticket.prf), tpk ? tpk->reveal() : ByteView(), parts.rand->data);
  if (parts.verification().auth_alg != number(Auth::null) && !verifies(parts.verification(), schedule, {covered(view, *parts.v)})) {
    return refuse(Reason::ticket_mac);
  }
  auto keys = open_keys(*parts.kemac, schedule, {0xFFFFFFFF, timestamp64(parts.t->ts_type, parts.t->value)});
  if (!keys) return refuse(Reason::decrypt, keys.error().message());
  return take_keys(ticket, parts, std::move(*keys));
}

bool verify_initiator_data(const TicketView& view, const SecretBytes* mpkr, const Verification* v) {
  const auto& chain = view.ticket.initiator_data;
  if (chain.size() < 2) return false;
  const auto* vi = std::get_if<Verification>(&chain.front().body);
  const auto* vr = std::get_if<Verification>(&chain.back().body);
  if (vi == nullptr || vr == nullptr || vr->auth_alg != vi->auth_alg) return false;
  if (v != nullptr && (v->auth_alg != vi->auth_alg || !crypto::same(v->mac, vi->mac))) return false;
  if (mpkr == nullptr) return true;
  const auto field = view.message.subspan(view.ticket.initiator_data_offset, view.ticket.initiator_data_length);
  return verifies(*vr, KeySchedule::initiator_data(static_cast<Prf>(view.ticket.prf), mpkr->reveal()),
                  {field.first(field.size() - vr->mac.size())});
}

Result<Ticket> make_ticket(const TicketSpec& spec, ByteView tpk) {
  if (auto broken = broken_flag_rule(spec.policy.flags); !broken.empty())
    return failure(ErrorKind::unexpected, "flags: " + broken, "RFC 6043 6.10");
  if (auto fine = check_sizes(spec.policy.prf, spec.encr, spec.auth); !fine) return failure(fine.error());
  const auto schedule = KeySchedule::ticket(static_cast<Prf>(spec.policy.prf), tpk, spec.rand);
  std::vector<KeyData> keys;
  keys.push_back({number(KeyType::mpk), spec.mpk.copy(), {}, number(KeyValidity::spi), spec.mpk_spi, {}, {}});
  for (const auto& key : spec.keys) keys.push_back(key.copy());
  auto kemac = seal_keys(spec.encr, schedule, {0xFFFFFFFF, timestamp64(spec.t.ts_type, spec.t.value)}, keys);
  if (!kemac) return failure(kemac.error());

  Ticket ticket;
  static_cast<TicketPolicy&>(ticket) = spec.policy;
  ticket.ticket_data = {payload(Thdr{spec.thdr}), payload(spec.t), payload(Rand{spec.rand}), payload(std::move(*kemac))};
  if (spec.tpk_id) ticket.ticket_data.push_back(payload(Idr{number(IdRole::psk), number(IdType::byte_string), *spec.tpk_id}));
  const auto size = mac_size(number(spec.auth)).value_or(0);
  ticket.ticket_data.push_back(payload(Verification{number(spec.auth), Bytes(size)}));

  const auto octets = encode_payload(payload(ticket), number(Next::last));
  if (!octets) return failure(octets.error());
  const auto run =
      ByteView(*octets).subspan(1, octets->size() - 1 - size - 2);  // up to the MAC; behind it stands the Initiator Data length
  std::get<Verification>(ticket.ticket_data.back().body).mac = mac(spec.auth, schedule, {run});
  return ticket;
}

std::string broken_flag_rule(const Flags& f) {
  if (!f.d && !f.l) return "neither D nor L";
  if (f.g && !f.f) return "G without F";
  if (!f.g && !f.h) return "neither G nor H";
  if (f.i && !f.e) return "I without E";
  if (f.k && !f.d) return "K without D";
  if (f.m && !f.f) return "M without F";
  return {};
}

}  // namespace li::mikey
