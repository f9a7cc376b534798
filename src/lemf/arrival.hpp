// lemf/arrival.hpp: what a LEMF was given, with what its index says of it.
//
// Source:  ETSI TS 102 232-1 5.2.5 (what a sequence number counts in), 6.3 (CIN reset); TS 33.108 Annex B (records in files).
// Units:   times are UTC; the time of a record is as the record has it, "2026-11-20 12:00:01.204".
// Errors:  none: what can't be understood is kept, and its note says why.
// Owns:    an Arrival owns its octets, as they came.
#pragma once

#include "base/identifier.hpp"
#include "base/time.hpp"
#include "hi2/record.hpp"
#include "ps/pdu.hpp"

namespace li::lemf {

/// What the octets are.
enum class Form : std::uint8_t {
  pdu,   ///< PS-PDU
  umts,  ///< UmtsIRIContent, from a file
  eps,   ///< EpsIRIContent, from a file
  bad,   ///< came in a file, and is no record
};

/// What a sequence number counts in, and the number.
struct Numbering {
  Bytes operator_identifier;
  Bytes network_element_identifier;  ///< empty: none
  std::optional<std::uint32_t> communication_identity_number;
  std::string delivery_country_code;  ///< empty: none
  std::string kind;                   ///< payload type; of a TRI its class; "file" for files of method A
  std::uint32_t number = 0;
  bool operator==(const Numbering&) const = default;
};

struct Arrival {
  Form form = Form::pdu;
  Bytes liid;
  RecordBytes octets;
  std::optional<Numbering> numbering;
  bool resets = false;  ///< a cINReset: what its sender counts for its LIID, or for all if that is "-", begins anew
  Bytes operator_identifier, network_element_identifier;  ///< of a cINReset: the sender
  std::string source;                                     ///< name of the certificate, or of the file
  TimePoint received{};
  std::string time;
  std::string event;       ///< of the record, e.g. "decryptionKeysAvailable"; else what the payload is
  Bytes correlation;       ///< number that ties it to its session
  std::string note;        ///< why something in it can't be read, or what of it contradicts itself
  bool disagrees = false;  ///< header and record do not say the same
};

[[nodiscard]] Arrival arrival_of(ps::Pdu pdu, std::string source, TimePoint received);
[[nodiscard]] Arrival arrival_of(const hi2::IriRecord& record, std::string source, TimePoint received);
/// Octets that are no record; none where they can't be told.
[[nodiscard]] Arrival bad_arrival(ByteView octets, const Error& why, std::string source, TimePoint received);

/// "pdu", "umts", "eps", "bad"
[[nodiscard]] std::string_view name_of(Form form);
[[nodiscard]] std::optional<Form> form_by_name(std::string_view name);

}  // namespace li::lemf
