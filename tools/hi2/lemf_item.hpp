// hi2/lemf_item.hpp: what a list and an export say of an item of a LEMF's store.
//
// Source:  docs/lemf.md.
// Units:   times in UTC.
// Owns:    results own their data.
#pragma once

#include "hi2/pdu_row.hpp"
#include "lemf/store_reader.hpp"

namespace li::tool {

/// A row for each record in it.
[[nodiscard]] std::vector<PduRow> rows_of(const lemf::Item& item);

/// What stands in front of each line of JSON: number, arrival, sender, place in its sequence.
[[nodiscard]] JsonLine begin_line(const lemf::Item& item);

/// A record of an item: UmtsIRIContent or EpsIRIContent.
struct StoredRecord {
  hi2::Module module = hi2::Module::eps;
  RecordBytes octets;
};
[[nodiscard]] std::vector<StoredRecord> records_of(const lemf::Item& item);

/// "2026-11-20T12:00:01.204Z"
[[nodiscard]] std::string utc_text(TimePoint time);

}  // namespace li::tool
