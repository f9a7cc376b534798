// ps/records.hpp: what an IRI or CC payload holds, one item a record or packet.
//
// Source:  ETSI TS 102 232-1 Annex A.2 (IRIPayload, CCPayload); TS 102 232-7 tables A.1, A.2; TS 102 232-5 clause 7 (SIP).
// Units:   octets.
// Errors:  none: the PDU has been read. An item whose alternative is not known has an empty name.
// Owns:    items own their octets.
#pragma once

#include <vector>

#include "ps/instant.hpp"
#include "ps/write.hpp"

namespace li::ps {

/// A record of TS 33.108 as a single UmtsIRIContent or EpsIRIContent, its content octets as they came. Where the PDU carries
/// IRI-Parameters alone, iRIType says which record it is (a report if it says nothing).
struct Record {
  Form form = Form::eps;
  RecordBytes octets;
};

struct Item {
  std::string_view name;  ///< alternative of IRIContents or CCContents: "ePSIRI", "voipCC-CC-PDU"; several items for an aggregate
  std::optional<std::uint8_t> iri_type;  ///< 1 begin, 2 end, 3 continue, 4 report
  std::optional<Record> record;
  std::optional<RecordBytes> sip;  ///< of an iPMMIRI
  std::optional<Instant> time;     ///< of an IRIPayload that has one of its own
};

[[nodiscard]] std::vector<Item> items(const Pdu& pdu);

}  // namespace li::ps
