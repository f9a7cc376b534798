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

Result<Message> read_message(ByteView octets) {
  Reader in(octets, 0);
  Message message;
  std::uint8_t next = 0;
  message.header = read_header(in, next);
  message.header_length = in.offset();
  while (!in.failed() && next != number(Next::last)) {
    if (message.payloads.size() == kMostPayloads) in.fail(ErrorKind::limit, in.offset(), "more than 1000 payloads");
    message.payloads.push_back(read_payload(in, next, Place::message));
    next = message.payloads.back().next;
  }
  if (!in.failed() && in.left() != 0) {
    in.fail(ErrorKind::malformed, in.offset(), std::to_string(in.left()) + " octets behind the last payload", "RFC 3830 5.2");
  }
  if (in.failed()) return failure(in.error());
  return message;
}

}  // namespace

Result<Message> decode(ByteView octets) { return read_message(octets); }

std::optional<std::uint8_t> peek_data_type(ByteView octets) {
  if (octets.size() < 10 || octets[0] != 1 || data_type_name(octets[1]).empty()) return std::nullopt;
  return octets[1];
}

KeyData KeyData::copy() const { return {type, key.copy(), salt.copy(), kv, spi, valid_from, valid_to}; }

Result<std::vector<KeyData>> decode_keys(ByteView octets) {
  Reader in(octets, 0);
  std::vector<KeyData> keys;
  auto next = number(Next::key_data);
  while (!in.failed() && next != number(Next::last)) {
    if (next != number(Next::key_data)) in.fail(ErrorKind::malformed, in.offset(), "not a Key data sub-payload", "RFC 3830 6.13");
    next = in.u8("next payload");
    KeyData key;
    const auto type_and_kv = in.u8("Type and KV");
    key.type = type_and_kv >> 4;
    key.kv = type_and_kv & 0x0F;
    if (!in.failed() && key.type > number(KeyType::mpk))
      in.fail(ErrorKind::unknown, in.offset() - 1, "Key data type is not assigned", "RFC 6043 6.2.1");
    key.key = SecretBytes(in.take(in.u16("Key data"), "Key data"));
    if (has_salt(key.key_type())) key.salt = SecretBytes(in.take(in.u16("Salt data"), "Salt data"));
    read_validity(in, key.kv, key.spi, key.valid_from, key.valid_to);
    keys.push_back(std::move(key));
  }
  if (!in.failed() && in.left() != 0) in.fail(ErrorKind::malformed, in.offset(), "octets behind the last key", "RFC 3830 6.13");
  if (in.failed()) return failure(in.error());
  return keys;
}

}  // namespace li::mikey
