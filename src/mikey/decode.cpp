#include "mikey/decode.hpp"

#include "mikey/payloads_impl.hpp"
#include "mikey/reader_impl.hpp"

namespace li::mikey {
namespace {

constexpr std::size_t kMostPayloads = 1000;

GenericId read_generic_id(Reader& in) {
  GenericId id;
  id.cs_id = in.u8("CS ID");
  id.prot_type = in.u8("Prot type");
  const auto s_and_count = in.u8("#P");
  id.s = (s_and_count & 0x80) != 0;
  const auto policies = in.take(s_and_count & 0x7F, "Ps");
  id.policies.assign(policies.begin(), policies.end());
  id.session_data = in.sized16("Session Data");
  id.spi = in.sized8("SPI");
  return id;
}

SrtpId read_srtp_id(Reader& in) {
  SrtpId id;
  id.policy = in.u8("Policy_no");
  id.ssrc = in.u32("SSRC");
  id.roc = in.u32("ROC");
  return id;
}

void read_map(Reader& in, Header& header, std::uint8_t count) {
  const auto type_offset = in.offset();
  header.map_type = in.u8("CS ID map type");
  for (unsigned i = 0; i < count && !in.failed(); ++i) {
    switch (static_cast<MapType>(header.map_type)) {
      case MapType::srtp_id: header.srtp_ids.push_back(read_srtp_id(in)); break;
      case MapType::generic_id: header.generic_ids.push_back(read_generic_id(in)); break;
      case MapType::empty: in.fail(ErrorKind::malformed, type_offset, "an Empty map with crypto sessions", "RFC 4563 5"); break;
      default:
        in.fail(ErrorKind::unknown, type_offset, "CS ID map type " + std::to_string(header.map_type) + " has no layout", "RFC 6043 6.1.1");
    }
  }
}

Header read_header(Reader& in, std::uint8_t& next) {
  Header header;
  header.version = in.u8("version");
  if (!in.failed() && header.version != 1)
    in.fail(ErrorKind::malformed, 0, "MIKEY version " + std::to_string(header.version) + ", not 1", "RFC 3830 6.1");
  header.data_type = in.u8("data type");
  if (const auto other = other_solution(header.data_type); !in.failed() && !other.empty()) {
    in.fail(ErrorKind::unknown, 1,
            std::string(data_type_name(header.data_type)) + " belongs to " + std::string(other) + ": recognised, not read");
  } else if (!in.failed() && data_type_name(header.data_type).empty()) {
    in.fail(ErrorKind::unknown, 1, "data type " + std::to_string(header.data_type) + " is not assigned", "RFC 6043 6.1");
  }
  next = in.u8("next payload");
  const auto v_and_prf = in.u8("PRF func");
  header.v = (v_and_prf & 0x80) != 0;
  header.prf = v_and_prf & 0x7F;
  header.csb_id = in.u32("CSB ID");
  const auto count = in.u8("#CS");
  read_map(in, header, count);
  return header;
}

Error unreadable(std::uint8_t type, std::size_t offset) {
  const auto name = payload_name(type);
  return {ErrorKind::unknown,
          "payload " + std::to_string(type) + (name.empty() ? "" : " (" + std::string(name) + ")") +
              " has no place here: its size is not known",
          offset,
          {},
          "RFC 6043 6.1"};
}

Result<Message> read_message(ByteView octets) {
  Reader in(octets, 0);
  Message message;
  std::uint8_t next = 0;
  message.header = read_header(in, next);
  message.header_length = in.offset();
  std::size_t next_offset = 2;
  while (!in.failed() && next != number(Next::last)) {
    if (!has_layout(next)) return failure(unreadable(next, next_offset));
    if (message.payloads.size() == kMostPayloads) in.fail(ErrorKind::limit, in.offset(), "more than 1000 payloads");
    next_offset = in.offset();
    message.payloads.push_back(read_payload(in, next));
    next = message.payloads.back().next;
  }
  if (!in.failed() && in.left() != 0) {
    in.fail(ErrorKind::malformed, in.offset(), std::to_string(in.left()) + " octets behind the last payload", "RFC 3830 5.2");
  }
  if (in.failed()) return failure(in.error());
  return message;
}

std::optional<Error> fault_of_clear_keys(const std::vector<Payload>& chain);

// Keys under NULL encryption are part of the message and must be readable. (Not in the public-key mode of RFC 3830, where an ID
// stands ahead of them.)
std::optional<Error> fault_of_clear_keys(const Payload& payload) {
  if (const auto* tp = std::get_if<Tp>(&payload.body)) return fault_of_clear_keys(tp->tp_data);
  if (const auto* ticket = std::get_if<Ticket>(&payload.body)) {
    auto fault = fault_of_clear_keys(ticket->tp_data);
    return fault ? fault : fault_of_clear_keys(ticket->ticket_data);
  }
  const auto* kemac = std::get_if<Kemac>(&payload.body);
  if (kemac == nullptr || kemac->encr_alg != number(Encr::null) || kemac->data.empty()) return std::nullopt;
  const auto keys = decode_keys(kemac->data);
  if (keys) return std::nullopt;
  auto fault = keys.error();
  fault.offset = payload.offset + 4 + fault.offset.value_or(0);
  fault.path = payload_name(number(Next::kemac));
  return fault;
}

std::optional<Error> fault_of_clear_keys(const std::vector<Payload>& chain) {
  for (const auto& payload : chain) {
    if (auto fault = fault_of_clear_keys(payload)) return fault;
  }
  return std::nullopt;
}

}  // namespace

Result<Message> decode(ByteView octets) {
  auto message = read_message(octets);
  if (!message) return message;
  auto fault = message->is(DataType::pk) ? std::nullopt : fault_of_clear_keys(message->payloads);
  return fault ? failure(std::move(*fault)) : std::move(message);
}

KeyData KeyData::copy() const { return {type, key.copy(), salt.copy(), kv, spi, valid_from, valid_to}; }

Result<std::vector<KeyData>> decode_keys(ByteView octets) {
  Reader in(octets, 0);
  std::vector<KeyData> keys;
  auto next = number(Next::key_data);
  std::size_t next_offset = 0;
  while (!in.failed() && next != number(Next::last)) {
    if (next != number(Next::key_data)) in.fail(ErrorKind::malformed, next_offset, "not a Key data sub-payload", "RFC 3830 6.13");
    next_offset = in.offset();
    next = in.u8("next payload");
    KeyData key;
    const auto kv_offset = in.offset();
    const auto type_and_kv = in.u8("Type and KV");
    key.type = type_and_kv >> 4;
    key.kv = type_and_kv & 0x0F;
    if (!in.failed() && key.type > number(KeyType::mpk))
      in.fail(ErrorKind::unknown, kv_offset, "Key data type is not assigned", "RFC 6043 6.2.1");
    key.key = SecretBytes(in.take(in.u16("Key data"), "Key data"));
    if (has_salt(key.key_type())) key.salt = SecretBytes(in.take(in.u16("Salt data"), "Salt data"));
    read_validity(in, key.kv, kv_offset, key.spi, key.valid_from, key.valid_to);
    keys.push_back(std::move(key));
  }
  if (!in.failed() && in.left() != 0) in.fail(ErrorKind::malformed, in.offset(), "octets behind the last key", "RFC 3830 6.13");
  if (in.failed()) return failure(in.error());
  return keys;
}

}  // namespace li::mikey
