// df2/admit_impl.hpp: whether an X2 PDU may come in: whose it is, and whether it was here before.
//
// Source:  TS 103 221-2 5.2.7 (XID), 5.3.9 (sequence number), 5.3.22 (additional XIDs); docs/decisions.md (nothing without a warrant).
// Units:   times are UTC.
// Errors:  of the spool.
// Owns:    nothing.
#pragma once

#include "df2/turn_impl.hpp"

namespace li::df2 {

/// The warrants for an XID of the PDU, each LIID once, that are valid now and were when it happened; for PipelineRules::late_events
/// behind their end, those that were when it happened. What is not known or not valid is told.
[[nodiscard]] std::vector<std::shared_ptr<const Warrant>> entitled(const x2::Pdu& pdu, const Turn& turn, const PipelineRules& rules,
                                                                   const Teller& teller);

/// False for a PDU that was here before. Gaps and conflicts are told with the LIID of the warrant.
[[nodiscard]] Result<bool> first_sight(const x2::Pdu& pdu, const Turn& turn, const Warrant& warrant, const Teller& teller);

}  // namespace li::df2
