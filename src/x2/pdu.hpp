// x2/pdu.hpp: what a network function sends to the mediation function: header, conditional attributes, payload.
//
// Source:  ETSI TS 103 221-2 V1.6.1 clauses 5 and 6 (version 0.5; any minor version of major 0 is read, 5.2.1).
// Units:   lengths are octets; a timestamp is seconds and nanoseconds of UTC since 1970.
// Errors:  none here; an accessor gives nothing where the attribute is absent or has another size than the text says.
// Owns:    a Pdu owns its octets and wipes them: payload and SDP may hold keys.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"

namespace li::x2 {

/// Values beyond these are kept as they came (table 2).
enum class PduType : std::uint16_t { x2 = 1, x3 = 2, keepalive = 3, keepalive_acknowledgement = 4 };

/// Table 7.
enum class PayloadFormat : std::uint16_t {
  keepalive = 0,
  ts_102_232_1 = 1,
  ts_33_128 = 2,
  ts_33_108 = 3,
  proprietary = 4,
  ipv4 = 5,
  ipv6 = 6,
  ethernet = 7,
  rtp = 8,
  sip = 9,
  dhcp = 10,
  radius = 11,
  gtp_u = 12,
  msrp = 13,
  eps_iri_content = 14,
  mime = 15,
  unstructured = 16,
};

/// Clause 5.2.6.
enum class Direction : std::uint16_t { keepalive = 0, unknown = 1, to_target = 2, from_target = 3, both = 4, not_applicable = 5 };

/// Clause 5.3; any other number is kept as it came.
enum class AttributeType : std::uint16_t {
  ts_102_232_1 = 1,
  ts_33_128 = 2,
  ts_33_108 = 3,
  proprietary = 4,
  domain_id = 5,
  network_function_id = 6,
  interception_point_id = 7,
  sequence_number = 8,
  timestamp = 9,
  source_ipv4 = 10,
  destination_ipv4 = 11,
  source_ipv6 = 12,
  destination_ipv6 = 13,
  source_port = 14,
  destination_port = 15,
  ip_protocol = 16,
  matched_target_identifier = 17,
  other_target_identifier = 18,
  mime_content_type = 19,
  mime_content_transfer_encoding = 20,
  additional_xid = 21,
  sdp_session_description = 22,
};

struct Attribute {
  AttributeType type{};
  RecordBytes contents;
  bool operator==(const Attribute&) const = default;
};

using Xid = std::array<std::uint8_t, 16>;

struct Timestamp {
  std::uint32_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  bool operator==(const Timestamp&) const = default;
};

inline constexpr std::size_t kFixedHeader = 40;

struct Pdu {
  std::uint8_t major = 0;
  std::uint8_t minor = 5;
  PduType type = PduType::x2;
  PayloadFormat format = PayloadFormat::sip;
  Direction direction = Direction::unknown;
  Xid xid{};
  std::uint64_t correlation_id = 0;
  std::vector<Attribute> attributes;  ///< in the order of the header, repeated and unknown ones included
  RecordBytes payload;
  bool operator==(const Pdu&) const = default;

  /// The first attribute of the type: what counts where one that may not repeat does (5.3.1).
  [[nodiscard]] const Attribute* find(AttributeType wanted) const;
  [[nodiscard]] std::optional<std::uint32_t> sequence_number() const;
  [[nodiscard]] std::optional<Timestamp> timestamp() const;
  /// Header length with the attributes.
  [[nodiscard]] std::uint64_t header_length() const;
  [[nodiscard]] bool is_keepalive() const { return type == PduType::keepalive || type == PduType::keepalive_acknowledgement; }
};

[[nodiscard]] Attribute attribute(AttributeType type, ByteView contents);
[[nodiscard]] Attribute sequence_number(std::uint32_t number);
[[nodiscard]] Attribute timestamp(const Timestamp& time);

/// A keep-alive, and what answers it: the same number and version (6.2).
[[nodiscard]] Pdu keepalive(std::uint32_t number);
[[nodiscard]] Pdu acknowledgement(const Pdu& keepalive);

/// "3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b"
[[nodiscard]] std::string to_string(const Xid& xid);
[[nodiscard]] std::optional<Xid> to_xid(std::string_view text);

/// "keepalive", "x2" ...; nothing for a number that has no name.
[[nodiscard]] std::string_view name_of(PduType type);
[[nodiscard]] std::string_view name_of(PayloadFormat format);
[[nodiscard]] std::string_view name_of(Direction direction);
[[nodiscard]] std::string_view name_of(AttributeType type);

}  // namespace li::x2
