// hi2/pdu_row.hpp: what a list says of a PS-PDU: a row for each record in it.
//
// Source:  docs/man/hi2-ls.1.
// Owns:    rows own their texts.
#pragma once

#include "hi2/summary.hpp"
#include "ps/integrity.hpp"

namespace li::tool {

struct PduRow {
  Summary summary;
  std::optional<std::uint32_t> sequence_number;
  std::string note;  ///< in the column of the message, where there is none
};

/// `checked`: what became of its integrity check, if it holds one.
[[nodiscard]] std::vector<PduRow> pdu_rows(const ps::Pdu& pdu, const std::optional<ps::Checked>& checked);

/// What the record says, under the time and LIID that `summary` has already.
void take_record(Summary& summary, hi2::Module module, ByteView octets);

/// "2026-11-20 12:00:01.204000 UTC"
[[nodiscard]] std::string utc_text(std::uint64_t seconds, std::uint32_t fraction, int digits);

}  // namespace li::tool
