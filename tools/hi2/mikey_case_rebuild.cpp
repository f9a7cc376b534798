#include "hi2/mikey_case_call.hpp"
#include "hi2/mikey_case_exchange.hpp"
#include "mikey/encode.hpp"

namespace li::tool {
namespace {

using mikey::IdRole;
using mikey::Message;
using mikey::RandRole;

template <typename Kind>
std::optional<Kind> copy_of(const Kind* found) {
  return found == nullptr ? std::nullopt : std::optional<Kind>(*found);
}

template <typename Kind>
std::vector<Kind> all(const Message& message) {
  std::vector<Kind> found;
  for (const auto& payload : message.payloads) {
    if (const auto* one = std::get_if<Kind>(&payload.body)) found.push_back(*one);
  }
  return found;
}

template <typename Kind>
const Kind& need(const Kind* found, const char* what) {
  if (found == nullptr) throw CaseFault{std::string("a message lacks ") + what};
  return *found;
}

const mikey::Timestamp& t_of(const Message& message) { return need(mikey::find<mikey::Timestamp>(message.payloads), "T"); }
mikey::Auth auth_of(const Message& message) {
  return static_cast<mikey::Auth>(need(mikey::find<mikey::Verification>(message.payloads), "V").auth_alg);
}
Bytes rand_of(const Message& message, RandRole role) {
  const auto* rand = mikey::find(message.payloads, role);
  return rand == nullptr ? Bytes() : rand->data;
}
mikey::Stamp stamp_of(const Message& message) { return {message.header.prf, message.header.csb_id, t_of(message), auth_of(message)}; }

void compare(const Said& said, const Result<Bytes>& built, Differences& differences) {
  const std::string what = said.name;
  if (!built) differences.add(what + " can't be built: " + built.error().message());
  else differences.compare(what + " built again", *built, said.octets);
}

// The keys of a message's KEMAC with their SPIs; none without a KEMAC.
std::vector<mikey::KeyData> keys_of(const Said& said, const mikey::KeySchedule& schedule) {
  const auto* kemac = mikey::find<mikey::Kemac>(said.message.payloads);
  if (kemac == nullptr) return {};
  const auto& t = t_of(said.message);
  auto keys = mikey::open_keys(*kemac, schedule, {said.message.header.csb_id, mikey::timestamp64(t.ts_type, t.value)});
  if (!keys) throw CaseFault{std::string(said.name) + ": its KEMAC does not open"};
  return std::move(*keys);
}

mikey::Encr encr_of(const Message& message) {
  const auto* kemac = mikey::find<mikey::Kemac>(message.payloads);
  return kemac == nullptr ? mikey::Encr::null : static_cast<mikey::Encr>(kemac->encr_alg);
}

void rebuild_request(const Asked& asked, IdRole self, Differences& differences) {
  const auto& message = asked.request.message;
  mikey::KmsRequest spec;
  spec.stamp = stamp_of(message);
  spec.rand = rand_of(message, self == IdRole::initiator ? RandRole::initiator : RandRole::responder);
  spec.self = copy_of(mikey::find(message.payloads, self));
  spec.kms = copy_of(mikey::find(message.payloads, IdRole::kms));
  if (self == IdRole::initiator) spec.subject = need(mikey::find<mikey::Tp>(message.payloads), "TP");
  else spec.subject = need(mikey::find<mikey::Ticket>(message.payloads), "TICKET");
  spec.psk = copy_of(mikey::find(message.payloads, IdRole::psk));
  compare(asked.request, mikey::build_request(spec, asked.psk.reveal()), differences);
}

// The ticket of REQUEST_RESP is made anew; that of a RESOLVE_RESP was not sent.
void rebuild_answer(const Asked& asked, const std::optional<mikey::Ticket>& ticket, Differences& differences) {
  const auto& message = asked.answer.message;
  mikey::KmsAnswer spec;
  spec.t = t_of(message);
  spec.auth = auth_of(message);
  spec.encr = encr_of(message);
  spec.kms = copy_of(mikey::find(message.payloads, IdRole::kms));
  spec.ticket = ticket;
  spec.keys = keys_of(asked.answer, mikey::request_schedule(asked.request.message, asked.psk.reveal(), mikey::Direction::resp));
  spec.id_r = copy_of(mikey::find(message.payloads, IdRole::responder));
  spec.rand_kms = rand_of(message, RandRole::kms);
  compare(asked.answer, mikey::build_answer(spec, asked.request.octets, asked.psk.reveal()), differences);
}

// What make_ticket needs to make `ticket` again.
mikey::TicketSpec spec_of(const mikey::Ticket& ticket, ByteView tpk) {
  const auto& data = ticket.ticket_data;
  const auto& t = need(mikey::find<mikey::Timestamp>(data), "T");
  const auto& rand = need(mikey::find<mikey::Rand>(data), "RAND");
  const auto& kemac = need(mikey::find<mikey::Kemac>(data), "KEMAC");
  const auto schedule = mikey::KeySchedule::ticket(static_cast<mikey::Prf>(ticket.prf), tpk, rand.data);
  auto keys = mikey::open_keys(kemac, schedule, {0xFFFFFFFF, mikey::timestamp64(t.ts_type, t.value)});
  if (!keys || keys->empty()) throw CaseFault{"the ticket's KEMAC does not open"};
  mikey::TicketSpec spec;
  spec.policy = ticket;
  spec.thdr = need(mikey::find<mikey::Thdr>(data), "THDR").data;
  spec.t = t;
  spec.rand = rand.data;
  spec.encr = static_cast<mikey::Encr>(kemac.encr_alg);
  spec.auth = static_cast<mikey::Auth>(need(mikey::find<mikey::Verification>(data), "V").auth_alg);
  spec.mpk = std::move(keys->front().key);
  spec.mpk_spi = keys->front().spi;
  spec.keys.assign(std::make_move_iterator(keys->begin() + 1), std::make_move_iterator(keys->end()));
  if (const auto* psk = mikey::find(data, IdRole::psk)) spec.tpk_id = psk->data;
  return spec;
}

mikey::Ticket rebuild_ticket(const Json& one, const mikey::Ticket& ticket, Differences& differences) {
  const auto* id = mikey::find(ticket.ticket_data, IdRole::psk);
  const auto tpk = tpks_of(one)(id == nullptr ? std::nullopt : std::optional<ByteView>(id->data));
  if (!tpk) throw CaseFault{"it has no tpk for its ticket"};
  const auto spec = spec_of(ticket, tpk->reveal());
  if (const auto* secrets = find_member(one, "secrets"))
    if (const auto mpk = find_octets(*secrets, "mpk")) differences.compare("ticket: mpk", spec.mpk.reveal(), *mpk);
  auto made = mikey::make_ticket(spec, tpk->reveal());
  if (made) return std::move(*made);
  differences.add("the ticket can't be made: " + made.error().message());
  return ticket;
}

// `ticket` is that of REQUEST_RESP, without Initiator Data.
void rebuild_init(const Exchange& exchange, const mikey::Ticket& ticket, Differences& differences) {
  const auto& message = exchange.init->message;
  const auto& secrets = exchange.request->granted.secrets;
  mikey::TransferInit spec;
  spec.stamp = stamp_of(message);
  spec.map = message.header.generic_ids;
  spec.rand_i = rand_of(message, RandRole::initiator);
  spec.id_i = copy_of(mikey::find(message.payloads, IdRole::initiator));
  spec.id_r = copy_of(mikey::find(message.payloads, IdRole::responder));
  spec.policies = all<mikey::SecurityPolicy>(message);
  spec.extensions = all<mikey::GeneralExt>(message);
  spec.ticket = ticket;
  const auto schedule = mikey::KeySchedule::message(static_cast<mikey::Prf>(message.header.prf), secrets.mpki.reveal(),
                                                    message.header.csb_id, mikey::Direction::init, spec.rand_i, {});
  spec.keys = keys_of(*exchange.init, schedule);
  spec.encr = encr_of(message);
  compare(*exchange.init, mikey::build_transfer_init(spec, secrets), differences);
}

void rebuild_resp(const Exchange& exchange, Differences& differences) {
  const auto& message = exchange.resp->message;
  const auto& secrets = exchange.resolve->granted.secrets;
  mikey::TransferResp spec;
  spec.t = t_of(message);
  spec.auth = auth_of(message);
  spec.map = message.header.generic_ids;
  spec.rand_r = rand_of(message, RandRole::responder);
  spec.id_r = copy_of(mikey::find(message.payloads, IdRole::responder));
  spec.policies = all<mikey::SecurityPolicy>(message);
  spec.extensions = all<mikey::GeneralExt>(message);
  const auto rand_i = rand_of(exchange.init->message, RandRole::initiator);
  const auto& key = secrets.fork ? secrets.mpkr : secrets.mpki;
  spec.keys = keys_of(*exchange.resp, mikey::KeySchedule::message(static_cast<mikey::Prf>(message.header.prf), key.reveal(),
                                                                  message.header.csb_id, mikey::Direction::resp, rand_i, spec.rand_r));
  spec.encr = encr_of(message);
  compare(*exchange.resp, mikey::build_transfer_resp(spec, exchange.init->octets, secrets), differences);
}

}  // namespace

void rebuild(const Json& one, const Exchange& exchange, Differences& differences) {
  if (exchange.request) {
    rebuild_request(*exchange.request, IdRole::initiator, differences);
    const auto ticket =
        rebuild_ticket(one, need(mikey::find<mikey::Ticket>(exchange.request->answer.message.payloads), "TICKET"), differences);
    rebuild_answer(*exchange.request, ticket, differences);
    if (exchange.init) rebuild_init(exchange, ticket, differences);
  }
  if (!exchange.resolve) return;
  rebuild_request(*exchange.resolve, IdRole::responder, differences);
  rebuild_answer(*exchange.resolve, std::nullopt, differences);
  if (exchange.resp) rebuild_resp(exchange, differences);
}

}  // namespace li::tool
