// ps/write.hpp: PS-PDUs made of plain values.
//
// Source:  ETSI TS 102 232-1 V3.26.1 Annex A.2, 6.3 (what the two ends say to each other); TS 102 232-7 6.2 and tables A.1, A.2
//          (how a record of TS 33.108 is carried).
// Units:   octets of DER.
// Errors:  what the module does not allow is refused, with the path of the member.
// Owns:    results own their octets.
//
// Nothing here counts sequence numbers or asks for the time: the header says both.
#pragma once

#include <vector>

#include "ps/pdu.hpp"

namespace li::ps {

/// The module of a record of TS 33.108.
enum class Form : std::uint8_t { umts, eps };

/// A single record, UmtsIRIContent or EpsIRIContent (first octet A1 to A4). Its IRI-Parameters travel as uMTSIRI or ePSIRI, its type as
/// iRIType, as table A.2 has it.
struct IriPayload {
  Form form = Form::eps;
  ByteView record;
  std::optional<std::string> time_stamp;  ///< for records of several times under one header
};

[[nodiscard]] Result<RecordBytes> encode_iri(const Header& header, const std::vector<IriPayload>& records);

/// One that says no more than its name: keep-alive and its response, test, CIN reset, optionComplete, acknowledgements, segment flags.
[[nodiscard]] Result<RecordBytes> encode_tri(const Header& header, Tri tri);

/// Options known here: pDUAcknowledgement, or none.
[[nodiscard]] Result<RecordBytes> encode_option_request(const Header& header, bool acknowledgement);
[[nodiscard]] Result<RecordBytes> encode_option_response(const Header& header, bool accepted, bool declined);

}  // namespace li::ps
