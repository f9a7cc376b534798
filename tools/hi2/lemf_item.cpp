#include "hi2/lemf_item.hpp"

#include "ps/records.hpp"

namespace li::tool {

std::string utc_text(TimePoint time) {
  const auto digits = to_generalized_local(time, {});  // 20261120120001.204
  return digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2) + "T" + digits.substr(8, 2) + ":" +
         digits.substr(10, 2) + ":" + digits.substr(12) + "Z";
}

std::vector<PduRow> rows_of(const lemf::Item& item) {
  const auto& arrival = item.arrival;
  PduRow row;
  if (arrival.form == lemf::Form::pdu) {
    const auto pdu = ps::decode(arrival.octets);
    if (pdu) return pdu_rows(*pdu, {});
    row.note = pdu.error().message();
  }
  row.summary.type = lemf::name_of(arrival.form);
  if (arrival.form == lemf::Form::umts || arrival.form == lemf::Form::eps)
    take_record(row.summary, arrival.form == lemf::Form::umts ? hi2::Module::umts : hi2::Module::eps, arrival.octets);
  if (!arrival.note.empty()) row.note = arrival.note;
  return {row};
}

JsonLine begin_line(const lemf::Item& item) {
  const auto& arrival = item.arrival;
  JsonLine line;
  line.number("id", static_cast<std::size_t>(item.id));
  line.text("received", utc_text(arrival.received));
  line.text("source", arrival.source);
  line.text("form", lemf::name_of(arrival.form));
  line.text("lawfulInterceptionIdentifier", identifier(arrival.liid));
  if (arrival.numbering) {
    const auto& numbering = *arrival.numbering;
    line.text("payload", numbering.kind);
    line.text("operatorIdentifier", identifier(numbering.operator_identifier));
    if (!numbering.network_element_identifier.empty())
      line.text("networkElementIdentifier", identifier(numbering.network_element_identifier));
    if (numbering.communication_identity_number) line.number("communicationIdentityNumber", *numbering.communication_identity_number);
    line.number("sequenceNumber", numbering.number);
  }
  if (!arrival.correlation.empty()) line.text("correlation", to_hex(arrival.correlation));
  if (item.conflict) line.present("conflict");
  return line;
}

std::vector<StoredRecord> records_of(const lemf::Item& item) {
  const auto& arrival = item.arrival;
  std::vector<StoredRecord> records;
  if (arrival.form == lemf::Form::umts) records.push_back({hi2::Module::umts, to_record_bytes(arrival.octets)});
  if (arrival.form == lemf::Form::eps) records.push_back({hi2::Module::eps, to_record_bytes(arrival.octets)});
  if (arrival.form != lemf::Form::pdu) return records;
  const auto pdu = ps::decode(arrival.octets);
  if (!pdu) return records;
  for (auto& one : ps::items(*pdu)) {
    if (!one.record) continue;
    const auto module = one.record->form == ps::Form::umts ? hi2::Module::umts : hi2::Module::eps;
    records.push_back({module, std::move(one.record->octets)});
  }
  return records;
}

}  // namespace li::tool
