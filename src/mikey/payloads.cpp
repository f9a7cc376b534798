#include "mikey/payloads_impl.hpp"
#include "mikey/ticket_impl.hpp"

namespace li::mikey {
namespace {

// The size that a number implies; an unknown number ends the reading, for nothing says where the payload ends.
std::size_t size_of(Reader& in, std::optional<std::size_t> size, const char* what, std::uint8_t number) {
  if (!size && !in.failed()) {
    in.fail(ErrorKind::unknown, in.offset() - 1,
            std::string(what) + " " + std::to_string(number) + " is not known, so its size is not either");
  }
  return size.value_or(0);
}

Kemac read_kemac(Reader& in) {
  Kemac kemac;
  kemac.encr_alg = in.u8("Encr alg");
  kemac.data = to_record_bytes(in.take(in.u16("Encr data"), "Encr data"));
  kemac.mac_alg = in.u8("MAC alg");
  kemac.mac = to_bytes(in.take(size_of(in, mac_size(kemac.mac_alg), "MAC alg", kemac.mac_alg), "MAC"));
  return kemac;
}

Pke read_pke(Reader& in) {
  const auto cache_and_length = in.u16("PKE length");
  return {static_cast<std::uint8_t>(cache_and_length >> 14), to_bytes(in.take(cache_and_length & 0x3FFF, "PKE data"))};
}

Dh read_dh(Reader& in) {
  Dh dh;
  dh.group = in.u8("DH-Group");
  dh.value = to_bytes(in.take(size_of(in, dh_size(dh.group), "DH-Group", dh.group), "DH-value"));
  const auto reserved_and_kv = in.u8("KV");
  dh.reserved = reserved_and_kv >> 4;
  dh.kv = reserved_and_kv & 0x0F;
  read_validity(in, dh.kv, in.offset() - 1, dh.spi, dh.valid_from, dh.valid_to);
  return dh;
}

// SIGN has no Next payload octet: it is always the last.
Sign read_sign(Reader& in) {
  const auto type_and_length = in.u16("Signature length");
  return {static_cast<std::uint8_t>(type_and_length >> 12), to_bytes(in.take(type_and_length & 0x0FFF, "Signature"))};
}

Timestamp read_t(Reader& in) {
  Timestamp t;
  t.ts_type = in.u8("TS type");
  t.value = to_bytes(in.take(size_of(in, timestamp_size(t.ts_type), "TS type", t.ts_type), "TS value"));
  return t;
}

TimestampRole read_tr(Reader& in) {
  TimestampRole tr;
  tr.role = in.u8("TS Role");
  const auto t = read_t(in);
  tr.ts_type = t.ts_type;
  tr.value = t.value;
  return tr;
}

Id read_id(Reader& in) {
  const auto type = in.u8("ID Type");
  return {type, in.sized16("ID data")};
}

Idr read_idr(Reader& in) {
  const auto role = in.u8("ID Role");
  const auto type = in.u8("ID Type");
  return {role, type, in.sized16("ID data")};
}

Cert read_cert(Reader& in) {
  const auto type = in.u8("Cert Type");
  return {type, in.sized16("Certificate")};
}

Chash read_chash(Reader& in) {
  Chash chash;
  chash.hash_func = in.u8("Hash func");
  chash.hash = to_bytes(in.take(size_of(in, hash_size(chash.hash_func), "Hash func", chash.hash_func), "Hash"));
  return chash;
}

Verification read_v(Reader& in) {
  Verification v;
  v.auth_alg = in.u8("Auth alg");
  v.mac = to_bytes(in.take(size_of(in, mac_size(v.auth_alg), "Auth alg", v.auth_alg), "Ver data"));
  return v;
}

SecurityPolicy read_sp(Reader& in) {
  SecurityPolicy sp;
  sp.policy_no = in.u8("Policy no");
  sp.prot_type = in.u8("Prot type");
  const auto length = in.u16("Policy param length");
  const auto start = in.offset();
  Reader parameters(in.take(length, "Policy param"), start);
  while (!parameters.failed() && parameters.left() != 0) {
    const auto type = parameters.u8("Policy param type");
    sp.parameters.push_back({type, parameters.sized8("Policy param value")});
  }
  if (parameters.failed()) in.fail(parameters.error());
  return sp;
}

Randr read_randr(Reader& in) {
  const auto role = in.u8("RAND Role");
  return {role, in.sized8("RAND")};
}

Err read_err(Reader& in) {
  const auto number = in.u8("Error no");
  return {number, in.u16("Reserved")};
}

GeneralExt read_general_ext(Reader& in) {
  const auto type = in.u8("Type");
  return {type, in.sized16("General Extension data")};
}

Body read_body(Reader& in, std::uint8_t type) {
  switch (static_cast<Next>(type)) {
    case Next::kemac: return read_kemac(in);
    case Next::pke: return read_pke(in);
    case Next::dh: return read_dh(in);
    case Next::t: return read_t(in);
    case Next::id: return read_id(in);
    case Next::cert: return read_cert(in);
    case Next::chash: return read_chash(in);
    case Next::v: return read_v(in);
    case Next::sp: return read_sp(in);
    case Next::rand: return Rand{in.sized8("RAND")};
    case Next::err: return read_err(in);
    case Next::tr: return read_tr(in);
    case Next::idr: return read_idr(in);
    case Next::randr: return read_randr(in);
    case Next::tp: return read_tp(in);
    case Next::ticket: return read_ticket(in);
    case Next::general_ext: return read_general_ext(in);
    default: return Unread{type, to_bytes(in.take(in.left(), "payload"))};
  }
}

}  // namespace

bool has_layout(std::uint8_t type) {
  return type <= number(Next::general_ext) && type != number(Next::key_data) && !payload_name(type).empty();
}

Payload read_payload(Reader& in, std::uint8_t type) {
  Payload payload;
  payload.offset = in.offset();
  if (type == number(Next::sign)) {
    payload.body = read_sign(in);
  } else {
    if (has_layout(type)) payload.next = in.u8("next payload");
    payload.body = read_body(in, type);
  }
  payload.length = in.offset() - payload.offset;
  in.place_error(payload_name(type));
  return payload;
}

void read_validity(Reader& in, std::uint8_t kv, std::size_t kv_offset, Bytes& spi, Bytes& from, Bytes& to) {
  switch (static_cast<KeyValidity>(kv)) {
    case KeyValidity::null: break;
    case KeyValidity::spi: spi = in.sized8("SPI"); break;
    case KeyValidity::interval:
      from = in.sized8("Valid From");
      to = in.sized8("Valid To");
      break;
    default: in.fail(ErrorKind::unknown, kv_offset, "KV " + std::to_string(kv) + " has no layout", "RFC 3830 6.14");
  }
}

}  // namespace li::mikey
