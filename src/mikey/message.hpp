// mikey/message.hpp: a MIKEY message as a value: its header and its payloads in order.
//
// Source:  RFC 3830 clause 6, RFC 6043 clause 6 and appendix A. Field names are those of the RFCs.
// Units:   offsets and lengths are octets from the start of the message (of what was given to decode).
// Errors:  none here; see decode.hpp and encode.hpp.
// Owns:    plain values that own their octets. `data` of a KEMAC is wiped when freed: with NULL encryption it is the keys.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "mikey/registry.hpp"

namespace li::mikey {

/// A block of the SRTP-ID map; its CS ID is its place, from 1 on.
struct SrtpId {
  std::uint8_t policy = 0;
  std::uint32_t ssrc = 0;
  std::uint32_t roc = 0;
  bool operator==(const SrtpId&) const = default;
};

/// A block of the GENERIC-ID map, RFC 6043 clause 6.1.1.
struct GenericId {
  std::uint8_t cs_id = 0;
  std::uint8_t prot_type = 0;
  bool s = false;  ///< session data goes on behind the SSRC: ROC and SEQ
  std::vector<std::uint8_t> policies;
  Bytes session_data;  ///< SRTP: SSRC, or SSRC ROC SEQ
  Bytes spi;
  bool operator==(const GenericId&) const = default;
};

struct Header {
  std::uint8_t version = 1;
  std::uint8_t data_type = 0;
  bool v = false;
  std::uint8_t prf = 0;
  std::uint32_t csb_id = 0;
  std::uint8_t map_type = number(MapType::empty);
  std::vector<SrtpId> srtp_ids;
  std::vector<GenericId> generic_ids;

  [[nodiscard]] bool is(DataType type) const { return data_type == number(type); }
  [[nodiscard]] std::size_t cs_count() const { return map_type == number(MapType::srtp_id) ? srtp_ids.size() : generic_ids.size(); }
};

struct Kemac {
  static constexpr Next kType = Next::kemac;
  std::uint8_t encr_alg = 0;
  RecordBytes data;
  std::uint8_t mac_alg = 0;
  Bytes mac;
};

struct Pke {
  static constexpr Next kType = Next::pke;
  std::uint8_t cache = 0;
  Bytes data;
};

struct Dh {
  static constexpr Next kType = Next::dh;
  std::uint8_t group = 0;
  Bytes value;
  std::uint8_t reserved = 0;
  std::uint8_t kv = 0;
  Bytes spi;         ///< KV 1
  Bytes valid_from;  ///< KV 2
  Bytes valid_to;
};

struct Sign {
  static constexpr Next kType = Next::sign;
  std::uint8_t type = 0;
  Bytes signature;
};

struct Timestamp {
  static constexpr Next kType = Next::t;
  std::uint8_t ts_type = 0;
  Bytes value;
};

struct TimestampRole {
  static constexpr Next kType = Next::tr;
  std::uint8_t role = 0;
  std::uint8_t ts_type = 0;
  Bytes value;
};

struct Id {
  static constexpr Next kType = Next::id;
  std::uint8_t id_type = 0;
  Bytes data;
};

struct Idr {
  static constexpr Next kType = Next::idr;
  std::uint8_t role = 0;
  std::uint8_t id_type = 0;
  Bytes data;
};

struct Cert {
  static constexpr Next kType = Next::cert;
  std::uint8_t cert_type = 0;
  Bytes data;
};

struct Chash {
  static constexpr Next kType = Next::chash;
  std::uint8_t hash_func = 0;
  Bytes hash;
};

/// The V payload.
struct Verification {
  static constexpr Next kType = Next::v;
  std::uint8_t auth_alg = 0;
  Bytes mac;
};

struct PolicyParameter {
  std::uint8_t type = 0;
  Bytes value;
};

/// The SP payload.
struct SecurityPolicy {
  static constexpr Next kType = Next::sp;
  std::uint8_t policy_no = 0;
  std::uint8_t prot_type = 0;
  std::vector<PolicyParameter> parameters;
};

struct Rand {
  static constexpr Next kType = Next::rand;
  Bytes data;
};

struct Randr {
  static constexpr Next kType = Next::randr;
  std::uint8_t role = 0;
  Bytes data;
};

struct Err {
  static constexpr Next kType = Next::err;
  std::uint8_t error_no = 0;
  std::uint16_t reserved = 0;
};

struct GeneralExt {
  static constexpr Next kType = Next::general_ext;
  std::uint8_t type = 0;
  Bytes data;
};

/// The header of Ticket Data. It has no number of its own: Ticket Data always begins with it.
struct Thdr {
  Bytes data;
};

/// What can't be read inside TP Data, Ticket Data or Initiator Data, and the rest of that field: RFC 6043 says to ignore it.
struct Unread {
  std::uint8_t type = 0;
  Bytes data;
};

/// The flags D to O of a ticket policy, RFC 6043 clause 6.10.
struct Flags {
  bool d = false, e = false, f = false, g = false, h = false, i = false, j = false, k = false, l = false, m = false, n = false, o = false;
  bool operator==(const Flags&) const = default;

  /// The letters of the flags that are 1: "DEFGHIJNO".
  [[nodiscard]] std::string letters() const;
  [[nodiscard]] static Flags from_letters(std::string_view letters);
};

struct Payload;

/// What TP and TICKET share.
struct TicketPolicy {
  std::uint16_t ticket_type = 1;
  std::uint8_t subtype = 1;
  std::uint8_t version = 1;
  std::uint8_t prf = 0;
  Flags flags;
  std::uint8_t reserved = 0;
  std::vector<Payload> tp_data;
};

/// Type, subtype and version of the MIKEY Base Ticket (or, as far as is known, of 3GPP's).
[[nodiscard]] inline bool is_base_ticket(const TicketPolicy& policy) {
  return (policy.ticket_type == 1 || policy.ticket_type == 2) && policy.subtype == 1 && policy.version == 1;
}

struct Tp : TicketPolicy {
  static constexpr Next kType = Next::tp;
};

struct Ticket : TicketPolicy {
  static constexpr Next kType = Next::ticket;
  std::vector<Payload> ticket_data;     ///< of a base ticket: Thdr, T, RAND, KEMAC, [IDRpsk], V
  std::vector<Payload> initiator_data;  ///< Vi and Vr, or nothing
  // Where the variable parts stand in the message; decode fills these in, encode does not look at them.
  std::size_t ticket_data_offset = 0, ticket_data_length = 0;
  std::size_t initiator_data_offset = 0, initiator_data_length = 0;
};

using Body = std::variant<Kemac, Pke, Dh, Sign, Timestamp, TimestampRole, Id, Idr, Cert, Chash, Verification, SecurityPolicy, Rand, Randr,
                          Err, GeneralExt, Thdr, Unread, Tp, Ticket>;

struct Payload {
  Body body;
  std::size_t offset = 0;
  std::size_t length = 0;
  std::uint8_t next = 0;  ///< as read; encode writes what follows from the order, but for `Vi` of Initiator Data
};

struct Message {
  Header header;
  std::size_t header_length = 0;
  std::vector<Payload> payloads;

  [[nodiscard]] bool is(DataType type) const { return header.is(type); }
};

/// The number that stands before a payload; 0 for a THDR, which has none.
[[nodiscard]] std::uint8_t payload_type(const Payload& payload);

/// SIGN and what could not be read have no Next payload octet of their own.
[[nodiscard]] bool has_next_octet(const Payload& payload);

/// The first payload of a kind in a chain, or null.
template <typename Kind>
[[nodiscard]] const Kind* find(const std::vector<Payload>& chain) {
  for (const auto& payload : chain) {
    if (const auto* body = std::get_if<Kind>(&payload.body)) return body;
  }
  return nullptr;
}

[[nodiscard]] const Idr* find(const std::vector<Payload>& chain, IdRole role);
[[nodiscard]] const Randr* find(const std::vector<Payload>& chain, RandRole role);
[[nodiscard]] const TimestampRole* find(const std::vector<Payload>& chain, TsRole role);
[[nodiscard]] const SecurityPolicy* find_policy(const std::vector<Payload>& chain, std::uint8_t policy_no);

/// A chain from bodies, as encode takes it.
[[nodiscard]] inline Payload payload(Body body) { return {std::move(body), 0, 0, 0}; }

}  // namespace li::mikey
