#include "mikey/build.hpp"

#include <algorithm>

#include "mikey/exchange_impl.hpp"
#include "mikey/finish_impl.hpp"

namespace li::mikey {
namespace {

template <typename Spec>
void add_policies(std::vector<Payload>& chain, const Spec& spec) {
  for (const auto& policy : spec.policies) chain.push_back(payload(policy));
  for (const auto& extension : spec.extensions) chain.push_back(payload(extension));
}

Result<void> add_kemac(std::vector<Payload>& chain, std::span<const KeyData> keys, Encr encr, const KeySchedule& schedule,
                       std::uint32_t csb_id, const Timestamp& t) {
  if (keys.empty()) return {};
  auto kemac = seal_keys(encr, schedule, {csb_id, timestamp64(t.ts_type, t.value)}, keys);
  if (!kemac) return failure(kemac.error());
  chain.push_back(payload(std::move(*kemac)));
  return {};
}

Result<Message> init_message(const TransferInit& spec, bool v, const KeySchedule& schedule) {
  Message message;
  message.header = header_of(DataType::transfer_init, spec.stamp);
  message.header.v = v;
  message.header.map_type = number(MapType::generic_id);
  message.header.generic_ids = spec.map;
  message.payloads = {payload(spec.stamp.t)};
  if (!spec.rand_i.empty()) message.payloads.push_back(payload(Randr{number(RandRole::initiator), spec.rand_i}));
  add(message.payloads, spec.id_i);
  add(message.payloads, spec.id_r);
  add_policies(message.payloads, spec);
  if (!spec.rand_i.empty()) message.payloads.push_back(payload(spec.ticket));
  if (auto added = add_kemac(message.payloads, spec.keys, spec.encr, schedule, spec.stamp.csb_id, spec.stamp.t); !added)
    return failure(added.error());
  return message;
}

// What the MAC of TRANSFER_INIT covers of a message that ends with V: all but Initiator Data with its length, and the MAC.
Result<Bytes> mac_of_init(const Bytes& octets, Auth auth, const KeySchedule& schedule, ByteView id_i, ByteView id_r) {
  const auto message = decode(octets);
  if (!message) return failure(message.error());
  const auto& ticket = find_ticket(*message, octets)->ticket;
  const auto whole = without_proof(*message, octets);
  return mac(auth, schedule,
             {whole.first(ticket.initiator_data_offset - 2), whole.subspan(ticket.initiator_data_offset + ticket.initiator_data_length),
              id_i, id_r});
}

Result<void> add_initiator_data(Ticket& ticket, Auth auth, const Bytes& v, ByteView mpkr) {
  const auto vr = Bytes(v.size());
  ticket.initiator_data = {payload(Verification{number(auth), v}), payload(Verification{number(auth), vr})};
  const auto field = encode_field(ticket.initiator_data);
  if (!field) return failure(field.error());
  const auto schedule = KeySchedule::initiator_data(static_cast<Prf>(ticket.prf), mpkr);
  std::get<Verification>(ticket.initiator_data[1].body).mac = mac(auth, schedule, {ByteView(*field).first(field->size() - v.size())});
  return {};
}

Ticket& ticket_in(Message& message) {
  const auto found = std::find_if(message.payloads.begin(), message.payloads.end(),
                                  [](const Payload& one) { return std::holds_alternative<Ticket>(one.body); });
  return std::get<Ticket>(found->body);
}

Bytes identity_of(const std::optional<Idr>& idr, const Ticket& ticket, IdRole role) {
  return idr ? idr->data : data_of(find(ticket.tp_data, role));
}

Result<void> check_init(const TransferInit& spec) {
  if (auto fine = check_rand(spec.rand_i); !fine) return fine;
  if (auto fine = check_sizes(spec.stamp.prf, spec.keys.empty() ? Encr::null : spec.encr, spec.stamp.auth); !fine) return fine;
  if (!spec.keys.empty() && !spec.ticket.flags.l)
    return failure(ErrorKind::unexpected, "the ticket allows no KEMAC in TRANSFER_INIT (flag L)", "RFC 6043 6.10");
  return {};
}

Result<void> check_resp(const TransferResp& spec, const Flags& flags) {
  if (!flags.f) return failure(ErrorKind::unexpected, "the ticket wants no TRANSFER_RESP (flag F)", "RFC 6043 4.2.2");
  if (!spec.keys.empty() && !flags.m)
    return failure(ErrorKind::unexpected, "the ticket allows no KEMAC in TRANSFER_RESP (flag M)", "RFC 6043 6.10");
  if (flags.g != !spec.rand_r.empty()) return failure(ErrorKind::unexpected, "RANDRr is there exactly with flag G", "RFC 6043 6.10");
  for (const auto& id : spec.map) {
    if (id.policies.size() != 1 || id.spi.empty())
      return failure(ErrorKind::missing, "each session of a response names one policy and an SPI", "RFC 6043 6.1.1");
  }
  return flags.g ? check_rand(spec.rand_r) : Result<void>();
}

Message resp_message(const TransferResp& spec, const Header& init) {
  Message message;
  message.header = header_of(DataType::transfer_resp, {init.prf, init.csb_id, {}, {}});
  message.header.map_type = init.map_type;
  message.header.generic_ids = spec.map;
  message.payloads = {payload(spec.t)};
  return message;
}

}  // namespace

Result<Bytes> build_transfer_init(const TransferInit& spec, const TicketSecrets& secrets) {
  if (auto fine = check_init(spec); !fine) return failure(fine.error());
  const auto& stamp = spec.stamp;
  const auto schedule =
      KeySchedule::message(static_cast<Prf>(stamp.prf), secrets.mpki.reveal(), stamp.csb_id, Direction::init, spec.rand_i, {});
  auto message = init_message(spec, spec.ticket.flags.f, schedule);
  if (!message) return failure(message.error());
  message->payloads.push_back(payload(Verification{number(stamp.auth), Bytes(mac_size(number(stamp.auth)).value_or(0))}));
  const auto bare = encode(*message);
  if (!bare) return bare;
  const auto made = mac_of_init(*bare, stamp.auth, schedule, identity_of(spec.id_i, spec.ticket, IdRole::initiator),
                                identity_of(spec.id_r, spec.ticket, IdRole::responder));
  if (!made) return made;
  if (spec.ticket.flags.i) {
    if (auto added = add_initiator_data(ticket_in(*message), stamp.auth, *made, secrets.mpkr.reveal()); !added)
      return failure(added.error());
  }
  std::get<Verification>(message->payloads.back().body).mac = *made;
  return encode(*message);
}

Result<Bytes> build_transfer_resp(const TransferResp& spec, ByteView init, const TicketSecrets& secrets) {
  const auto read = decode(init);
  if (!read) return failure(read.error());
  const auto view = find_ticket(*read, init);
  const auto* rand_i = find(read->payloads, RandRole::initiator);
  if (!view || rand_i == nullptr) return failure(ErrorKind::missing, "this is no TRANSFER_INIT of an initial exchange", "RFC 6043 4.2.2");
  const auto& flags = view->ticket.flags;
  if (auto fine = check_resp(spec, flags); !fine) return failure(fine.error());
  if (flags.i && !secrets.fork)
    return failure(ErrorKind::missing, "a ticket with forking is answered with keys of one responder", "RFC 6043 5.1.1");

  const auto& header = read->header;
  const auto schedule = KeySchedule::message(static_cast<Prf>(header.prf), (flags.i ? secrets.mpkr : secrets.mpki).reveal(), header.csb_id,
                                             Direction::resp, rand_i->data, spec.rand_r);
  auto message = resp_message(spec, header);
  if (flags.g) message.payloads.push_back(payload(Randr{number(RandRole::responder), spec.rand_r}));
  if (flags.i) {
    const auto type = spec.id_r ? spec.id_r->id_type : number(IdType::uri);
    message.payloads.push_back(payload(Idr{number(IdRole::responder), type, secrets.fork->id_data}));
    message.payloads.push_back(payload(Randr{number(RandRole::kms), secrets.fork->rand_kms}));
  } else {
    add(message.payloads, spec.id_r);
  }
  add_policies(message.payloads, spec);
  if (auto added = add_kemac(message.payloads, spec.keys, spec.encr, schedule, header.csb_id, spec.t); !added)
    return failure(added.error());
  return finish_with_v(std::move(message), spec.auth, schedule, {init});
}

Answer<KeySchedule> update_schedule(const Transfer& initial, const OpenTicket& open, const CallRules& rules) {
  auto call = establish(initial, open, rules, nullptr);
  if (!call) return tl::unexpected(call.error());
  return std::move(*call->last);
}

Result<Bytes> build_update_init(const TransferInit& spec, const KeySchedule& schedule, bool wants_answer, ByteView id_i, ByteView id_r) {
  if (!spec.rand_i.empty()) return failure(ErrorKind::unexpected, "a CSB update brings no new RAND and no ticket", "RFC 6043 5.2");
  auto message = init_message(spec, wants_answer, schedule);
  if (!message) return failure(message.error());
  return finish_with_v(std::move(*message), spec.stamp.auth, schedule, {id_i, id_r});
}

Result<Bytes> build_update_resp(const TransferResp& spec, ByteView update_init, const KeySchedule& schedule) {
  const auto read = decode(update_init);
  if (!read) return failure(read.error());
  const auto* t = find<Timestamp>(read->payloads);
  // Both messages use one encryption key: an equal T would use its key stream twice.
  if (!spec.keys.empty() && t != nullptr && find<Kemac>(read->payloads) != nullptr &&
      timestamp64(t->ts_type, t->value) == timestamp64(spec.t.ts_type, spec.t.value)) {
    return failure(ErrorKind::unexpected, "two KEMACs of a CSB update with the same T", "RFC 3830 4.2.3");
  }
  auto message = resp_message(spec, read->header);
  add(message.payloads, spec.id_r);
  add_policies(message.payloads, spec);
  if (auto added = add_kemac(message.payloads, spec.keys, spec.encr, schedule, read->header.csb_id, spec.t); !added)
    return failure(added.error());
  return finish_with_v(std::move(message), spec.auth, schedule, {update_init});
}

}  // namespace li::mikey
