#include "mikey/describe_impl.hpp"

namespace li::mikey {
namespace {

std::vector<Described> describe_chain(const std::vector<Payload>& chain);

// The members of one payload behind its name and place.
struct DescribeBody {
  const Payload& payload;
  Describer& out;

  void operator()(const Kemac& kemac) const {
    const auto data_offset = payload.offset + 4;
    const bool clear = kemac.encr_alg == number(Encr::null);
    out.number("encr_alg", kemac.encr_alg, encr_name(kemac.encr_alg));
    out.number("data_offset", data_offset);
    out.octets("data", kemac.data, clear);
    if (auto keys = clear ? describe_keys(kemac.data, data_offset) : std::vector<Described>(); !keys.empty()) {
      out.list("key_data", std::move(keys));
    }
    mac("mac_alg", kemac.mac_alg, kemac.mac);
  }
  void operator()(const Pke& pke) const {
    static constexpr std::string_view kCaches[] = {"not to be cached", "cached", "cached for this CSB"};
    out.number("c", pke.cache, pke.cache < std::size(kCaches) ? kCaches[pke.cache] : "");
    out.octets("data", pke.data);
  }
  void operator()(const Dh& dh) const {
    static constexpr std::string_view kGroups[] = {"OAKLEY 5", "OAKLEY 1", "OAKLEY 2"};
    out.number("group", dh.group, dh.group < std::size(kGroups) ? kGroups[dh.group] : "");
    out.octets("data", dh.value);
    describe_validity(out, dh.kv, dh.spi, dh.valid_from, dh.valid_to);
  }
  void operator()(const Sign& sign) const {
    static constexpr std::string_view kTypes[] = {"RSA PKCS#1 v1.5", "RSA-PSS", "ECCSI"};
    out.number("sign_type", sign.type, sign.type < std::size(kTypes) ? kTypes[sign.type] : "");
    out.octets("data", sign.signature);
  }
  void operator()(const Timestamp& t) const {
    out.number("ts_type", t.ts_type, ts_type_name(t.ts_type));
    out.octets("value", t.value, time_text(t.ts_type, t.value));
  }
  void operator()(const TimestampRole& tr) const {
    const bool is_interval = tr.role == number(TsRole::rekeying) && tr.ts_type == number(TsType::ntp_utc_32);
    out.number("role", tr.role, ts_role_name(tr.role));
    out.number("ts_type", tr.ts_type, ts_type_name(tr.ts_type));
    out.octets("value", tr.value, is_interval ? std::to_string(number_of(tr.value)) + " s" : time_text(tr.ts_type, tr.value));
  }
  void operator()(const Id& id) const {
    out.number("id_type", id.id_type, id_type_name(id.id_type));
    out.octets("data", id.data, text_of(id.data));
  }
  void operator()(const Idr& idr) const {
    out.number("role", idr.role, id_role_name(idr.role));
    (*this)(Id{idr.id_type, idr.data});
  }
  void operator()(const Cert& cert) const {
    static constexpr std::string_view kTypes[] = {"X.509v3", "X.509v3 URL", "X.509v3 Sign", "X.509v3 Encr"};
    out.number("cert_type", cert.cert_type, cert.cert_type < std::size(kTypes) ? kTypes[cert.cert_type] : "");
    out.octets("data", cert.data, cert.cert_type == 1 ? text_of(cert.data) : "");
  }
  void operator()(const Chash& chash) const {
    static constexpr std::string_view kHashes[] = {"SHA-1", "MD5", "SHA-256"};
    out.number("hash_func", chash.hash_func, chash.hash_func < std::size(kHashes) ? kHashes[chash.hash_func] : "");
    out.octets("data", chash.hash);
  }
  void operator()(const Verification& v) const { mac("auth_alg", v.auth_alg, v.mac); }
  void operator()(const SecurityPolicy& sp) const {
    out.number("policy", sp.policy_no);
    out.number("prot_type", sp.prot_type, prot_type_name(sp.prot_type));
    std::vector<Described> parameters;
    for (const auto& [type, value] : sp.parameters) {
      Describer one;
      one.number("type", type, sp.prot_type == 0 ? srtp_parameter_name(type) : "");
      one.octets("value", value, value.size() == 1 ? std::to_string(value[0]) : "");
      parameters.push_back(one.take());
    }
    out.list("params", std::move(parameters));
  }
  void operator()(const Rand& rand) const { out.octets("data", rand.data); }
  void operator()(const Randr& randr) const {
    out.number("role", randr.role, rand_role_name(randr.role));
    out.octets("data", randr.data);
  }
  void operator()(const Err& err) const { out.number("error", err.error_no, error_name(err.error_no)); }
  void operator()(const GeneralExt& ext) const {
    constexpr std::uint8_t kSdpIds = 1;
    constexpr std::uint8_t kTeslaKey = 2;
    out.number("type", ext.type, general_ext_name(ext.type));
    if (ext.type == kTeslaKey) out.octets("data", ext.data, true);
    else out.octets("data", ext.data, ext.type == kSdpIds ? text_of(ext.data) : "");
  }
  void operator()(const Thdr& thdr) const { out.octets("data", thdr.data); }
  void operator()(const Unread& unread) const {
    out.number("code", unread.type, payload_name(unread.type));
    out.octets("data", unread.data, true);
  }
  void operator()(const Tp& tp) const { policy(tp); }
  void operator()(const Ticket& ticket) const {
    policy(ticket);
    const auto* opaque = ticket.ticket_data.empty() ? nullptr : std::get_if<Unread>(&ticket.ticket_data.front().body);
    if (opaque != nullptr) out.octets("ticket_data", opaque->data, true);
    else if (ticket.ticket_data.empty()) out.octets("ticket_data", {});
    else out.list("ticket_data", describe_chain(ticket.ticket_data));
    if (ticket.initiator_data_length == 0) out.nothing("initiator_data");
    else out.list("initiator_data", describe_chain(ticket.initiator_data));
  }

 private:
  void mac(std::string_view name, std::uint8_t algorithm, const Bytes& value) const {
    out.number(name, algorithm, auth_name(algorithm));
    if (!value.empty()) out.number("mac_offset", payload.offset + payload.length - value.size());
    out.octets("mac", value);
  }
  void policy(const TicketPolicy& policy) const {
    static constexpr std::string_view kTypes[] = {"", "MIKEY Base Ticket", "3GPP Base Ticket"};
    out.number("ticket_type", policy.ticket_type, policy.ticket_type < std::size(kTypes) ? kTypes[policy.ticket_type] : "");
    out.number("subtype", policy.subtype);
    out.number("version", policy.version);
    out.number("prf", policy.prf, prf_name(policy.prf));
    out.text("flags", policy.flags.letters(), flags_text(policy.flags));
    out.list("tp_data", describe_chain(policy.tp_data));
  }
};

std::string_view name_of(const Payload& payload) {
  if (std::holds_alternative<Thdr>(payload.body)) return "THDR";
  return std::holds_alternative<Unread>(payload.body) ? "unknown" : payload_name(payload_type(payload));
}

Described describe_payload(const Payload& payload) {
  Describer out;
  out.place(name_of(payload), payload.offset, payload.length);
  if (has_next_octet(payload)) out.next(payload.next);
  std::visit(DescribeBody{payload, out}, payload.body);
  return out.take();
}

std::vector<Described> describe_chain(const std::vector<Payload>& chain) {
  std::vector<Described> all;
  for (const auto& payload : chain) all.push_back(describe_payload(payload));
  return all;
}

void collect_secrets(const std::vector<Payload>& chain, std::vector<SecretPlace>& found) {
  for (const auto& payload : chain) {
    const auto* kemac = std::get_if<Kemac>(&payload.body);
    const auto* ext = std::get_if<GeneralExt>(&payload.body);
    if (kemac != nullptr && kemac->encr_alg == number(Encr::null)) found.push_back({payload.offset + 4, kemac->data.size()});
    if (ext != nullptr && ext->type == 2) found.push_back({payload.offset + 4, ext->data.size()});
    if (std::holds_alternative<Unread>(payload.body)) found.push_back({payload.offset, payload.length});
    if (const auto* tp = std::get_if<Tp>(&payload.body)) collect_secrets(tp->tp_data, found);
    if (const auto* ticket = std::get_if<Ticket>(&payload.body)) {
      collect_secrets(ticket->tp_data, found);
      collect_secrets(ticket->ticket_data, found);
      collect_secrets(ticket->initiator_data, found);
    }
  }
}

}  // namespace

Description describe(const Message& message) {
  Description description{data_type_name(message.header.data_type), {}};
  description.payloads.push_back(describe_header(message, message.payloads.empty() ? 0 : payload_type(message.payloads.front())));
  for (const auto& payload : message.payloads) description.payloads.push_back(describe_payload(payload));
  return description;
}

std::vector<SecretPlace> secret_places(const Message& message) {
  std::vector<SecretPlace> found;
  collect_secrets(message.payloads, found);
  return found;
}

}  // namespace li::mikey
