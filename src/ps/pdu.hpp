// ps/pdu.hpp: one PS-PDU: who it is for, where it stands in its sequence, and what kind of payload it holds.
//
// Source:  ETSI TS 102 232-1 V3.26.1 Annex A.2 (PSHeader, Payload, TRIPayload), 5.2 (what the members mean).
// Units:   times are GeneralizedTime as written; microseconds count from 1970 UTC.
// Errors:  decode refuses what the walk refuses, with offset and path; findings are left to schema::check.
// Owns:    a Pdu owns its octets as they came: digests are taken over those, not over a second encoding.
#pragma once

#include <optional>

#include "schema/walk.hpp"

namespace li::ps {

struct MicroSecondTimeStamp {
  std::uint64_t seconds = 0;
  std::uint32_t micro_seconds = 0;
  bool operator==(const MicroSecondTimeStamp&) const = default;
};

/// What df2, mediation and agency need of a PSHeader. Members that are not here stay in the octets.
struct Header {
  Bytes lawful_interception_identifier;
  std::optional<std::string> authorization_country_code;
  Bytes operator_identifier;
  std::optional<Bytes> network_element_identifier;
  std::optional<std::string> network_element_dns;  ///< eTSI671NEID.dNS-Format: the intercepting element
  std::optional<std::uint32_t> communication_identity_number;
  std::optional<std::string> delivery_country_code;
  std::optional<Bytes> correlation;  ///< cINExtension.iri-to-iri
  std::uint32_t sequence_number = 0;
  std::optional<std::string> time_stamp;
  std::optional<MicroSecondTimeStamp> micro_second_time_stamp;
  bool operator==(const Header&) const = default;
};

enum class PayloadKind : std::uint8_t { iri, cc, tri, hi1, encrypted, three_gpp_hi1, unknown };

enum class Tri : std::uint8_t {
  integrity_check,
  test,
  padding,
  keep_alive,
  keep_alive_response,
  first_segment,
  last_segment,
  cin_reset,
  operator_message,
  option_request,
  option_response,
  option_complete,
  acknowledgement_request,
  acknowledgement_response,
  unknown,
};

struct Pdu {
  Header header;
  PayloadKind kind = PayloadKind::unknown;
  std::optional<Tri> tri;
  RecordBytes octets;
};

/// decode reads exactly one PS-PDU.
[[nodiscard]] Result<Pdu> decode(ByteView octets, const schema::WalkOptions& options = {});

/// "iRIPayloadSequence", "keep-alive" ...: as the module has it.
[[nodiscard]] std::string_view name_of(PayloadKind kind);
[[nodiscard]] std::string_view name_of(Tri tri);

[[nodiscard]] const schema::Type& pdu_type();                ///< PS-PDU
[[nodiscard]] const schema::Type& encrypted_payload_type();  ///< EncryptedPayload
[[nodiscard]] const schema::Type& voip_cc_pdu_type();        ///< Voip-CC-PDU (hi3.hpp)

}  // namespace li::ps
