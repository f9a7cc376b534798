#include "mikey/encode.hpp"

#include "mikey/writer_impl.hpp"

namespace li::mikey {
namespace {

void write_validity(Writer& out, std::uint8_t kv, const Bytes& spi, const Bytes& from, const Bytes& to) {
  switch (static_cast<KeyValidity>(kv)) {
    case KeyValidity::null: break;
    case KeyValidity::spi: out.sized8(spi, "SPI"); break;
    case KeyValidity::interval:
      out.sized8(from, "Valid From");
      out.sized8(to, "Valid To");
      break;
    default: out.fail("KV " + std::to_string(kv) + " has no layout");
  }
}

void write_nested(Writer& out, const Result<Bytes>& field, const char* what) {
  if (field) {
    out.sized16(*field, what);
  } else {
    out.fail(field.error());
  }
}

void write_policy(Writer& out, const TicketPolicy& policy) {
  const auto bit = [](bool flag, unsigned mask) { return flag ? mask : 0U; };
  const auto& f = policy.flags;
  out.u16(policy.ticket_type, "Ticket Type");
  out.u8(policy.subtype, "Subtype");
  out.u8(policy.version, "Version");
  out.u8(static_cast<unsigned>(policy.prf) << 1 | bit(f.d, 1), "PRF Func");
  out.u8(
      bit(f.e, 0x80) | bit(f.f, 0x40) | bit(f.g, 0x20) | bit(f.h, 0x10) | bit(f.i, 0x08) | bit(f.j, 0x04) | bit(f.k, 0x02) | bit(f.l, 0x01),
      "flags");
  out.u8(bit(f.m, 0x80) | bit(f.n, 0x40) | bit(f.o, 0x20) | (policy.reserved & 0x1FU), "flags");
  write_nested(out, encode_field(policy.tp_data), "TP Data");
}

// Where Vi as it was read says that nothing follows it, it says so again: Vr covers that octet.
Result<Bytes> encode_initiator_data(const std::vector<Payload>& chain) {
  if (chain.empty()) return Bytes();
  auto field = encode_field(chain);
  const bool was_read = chain.front().length != 0;
  if (field && was_read && chain.size() > 1 && chain.front().next == number(Next::last)) (*field)[1] = number(Next::last);
  return field;
}

struct WriteBody {
  Writer& out;

  void operator()(const Kemac& kemac) const {
    out.u8(kemac.encr_alg, "Encr alg");
    out.sized16(kemac.data, "Encr data");
    out.u8(kemac.mac_alg, "MAC alg");
    out.fixed(kemac.mac, mac_size(kemac.mac_alg), "MAC");
  }
  void operator()(const Pke& pke) const {
    if (pke.data.size() > 0x3FFF) out.fail("PKE data does not fit into 14 bits of length");
    out.u16((pke.cache & 3U) << 14 | (pke.data.size() & 0x3FFF), "PKE length");
    out.octets(pke.data);
  }
  void operator()(const Dh& dh) const {
    out.u8(dh.group, "DH-Group");
    out.fixed(dh.value, dh_size(dh.group), "DH-value");
    out.u8((dh.reserved & 0x0FU) << 4 | (dh.kv & 0x0FU), "KV");
    write_validity(out, dh.kv, dh.spi, dh.valid_from, dh.valid_to);
  }
  void operator()(const Sign& sign) const {
    if (sign.signature.size() > 0x0FFF) out.fail("the signature does not fit into 12 bits of length");
    out.u16((sign.type & 0x0FU) << 12 | (sign.signature.size() & 0x0FFF), "Signature length");
    out.octets(sign.signature);
  }
  void operator()(const Timestamp& t) const {
    out.u8(t.ts_type, "TS type");
    out.fixed(t.value, timestamp_size(t.ts_type), "TS value");
  }
  void operator()(const TimestampRole& tr) const {
    out.u8(tr.role, "TS Role");
    (*this)(Timestamp{tr.ts_type, tr.value});
  }
  void operator()(const Id& id) const {
    out.u8(id.id_type, "ID Type");
    out.sized16(id.data, "ID data");
  }
  void operator()(const Idr& idr) const {
    out.u8(idr.role, "ID Role");
    (*this)(Id{idr.id_type, idr.data});
  }
  void operator()(const Cert& cert) const {
    out.u8(cert.cert_type, "Cert Type");
    out.sized16(cert.data, "Certificate");
  }
  void operator()(const Chash& chash) const {
    out.u8(chash.hash_func, "Hash func");
    out.fixed(chash.hash, hash_size(chash.hash_func), "Hash");
  }
  void operator()(const Verification& v) const {
    out.u8(v.auth_alg, "Auth alg");
    out.fixed(v.mac, mac_size(v.auth_alg), "Ver data");
  }
  void operator()(const SecurityPolicy& sp) const {
    out.u8(sp.policy_no, "Policy no");
    out.u8(sp.prot_type, "Prot type");
    Bytes parameters;
    for (const auto& [type, value] : sp.parameters) {
      if (value.size() > 255) out.fail("a policy parameter longer than 255 octets");
      parameters.push_back(type);
      parameters.push_back(static_cast<std::uint8_t>(value.size()));
      parameters.insert(parameters.end(), value.begin(), value.end());
    }
    out.sized16(parameters, "Policy param");
  }
  void operator()(const Rand& rand) const { out.sized8(rand.data, "RAND"); }
  void operator()(const Randr& randr) const {
    out.u8(randr.role, "RAND Role");
    out.sized8(randr.data, "RAND");
  }
  void operator()(const Err& err) const {
    out.u8(err.error_no, "Error no");
    out.u16(err.reserved, "Reserved");
  }
  void operator()(const GeneralExt& extension) const {
    out.u8(extension.type, "Type");
    out.sized16(extension.data, "General Extension data");
  }
  void operator()(const Thdr& thdr) const { out.sized16(thdr.data, "THDR Data"); }
  void operator()(const Unread& unread) const { out.octets(unread.data); }
  void operator()(const Tp& tp) const { write_policy(out, tp); }
  void operator()(const Ticket& ticket) const {
    write_policy(out, ticket);
    write_nested(out, encode_ticket_data(ticket.ticket_data), "Ticket Data");
    write_nested(out, encode_initiator_data(ticket.initiator_data), "Initiator Data");
  }
};

void write_payload(Writer& out, const Payload& payload, std::uint8_t next) {
  if (has_next_octet(payload)) out.u8(next, "next payload");
  std::visit(WriteBody{out}, payload.body);
}

void write_chain(Writer& out, const std::vector<Payload>& chain) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const auto last = i + 1 == chain.size();
    if (!last && !has_next_octet(chain[i])) out.fail("only the last payload may be SIGN");
    write_payload(out, chain[i], last ? number(Next::last) : payload_type(chain[i + 1]));
  }
}

void write_header(Writer& out, const Message& message) {
  const auto& header = message.header;
  out.u8(header.version, "version");
  out.u8(header.data_type, "data type");
  out.u8(message.payloads.empty() ? number(Next::last) : payload_type(message.payloads.front()), "next payload");
  out.u8((header.v ? 0x80U : 0U) | (header.prf & 0x7FU), "PRF func");
  out.u32(header.csb_id);
  out.u8(header.cs_count(), "#CS");
  out.u8(header.map_type, "CS ID map type");
  for (const auto& id : header.srtp_ids) {
    out.u8(id.policy, "Policy_no");
    out.u32(id.ssrc);
    out.u32(id.roc);
  }
  for (const auto& id : header.generic_ids) {
    out.u8(id.cs_id, "CS ID");
    out.u8(id.prot_type, "Prot type");
    if (id.policies.size() > 0x7F) out.fail("more than 127 policies for a crypto session");
    out.u8((id.s ? 0x80U : 0U) | (id.policies.size() & 0x7F), "#P");
    out.octets(id.policies);
    out.sized16(id.session_data, "Session Data");
    out.sized8(id.spi, "SPI");
  }
}

}  // namespace

Result<Bytes> encode(const Message& message) {
  Writer out;
  write_header(out, message);
  write_chain(out, message.payloads);
  return out.bytes();
}

Result<Bytes> encode_payload(const Payload& payload, std::uint8_t next) {
  Writer out;
  write_payload(out, payload, next);
  return out.bytes();
}

Result<Bytes> encode_field(const std::vector<Payload>& chain) {
  Writer out;
  out.u8(chain.empty() ? number(Next::last) : payload_type(chain.front()), "first payload");
  write_chain(out, chain);
  return out.bytes();
}

Result<Bytes> encode_ticket_data(const std::vector<Payload>& chain) {
  Writer out;
  write_chain(out, chain);
  return out.bytes();
}

Result<SecretBytes> encode_keys(std::span<const KeyData> keys) {
  Writer out;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& key = keys[i];
    out.u8(i + 1 == keys.size() ? number(Next::last) : number(Next::key_data), "next payload");
    out.u8((key.type & 0x0FU) << 4 | (key.kv & 0x0FU), "Type and KV");
    out.sized16(key.key.reveal(), "Key data");
    if (has_salt(key.key_type())) out.sized16(key.salt.reveal(), "Salt data");
    write_validity(out, key.kv, key.spi, key.valid_from, key.valid_to);
  }
  return out.secret();
}

}  // namespace li::mikey
