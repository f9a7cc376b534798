#include "hi2/pdu_row.hpp"

#include <chrono>
#include <cstdio>

#include "base/text.hpp"
#include "base/time.hpp"
#include "ps/encryption.hpp"
#include "ps/records.hpp"

namespace li::tool {

namespace {

std::string time_of(const ps::Header& header) {
  if (header.micro_second_time_stamp)
    return utc_text(header.micro_second_time_stamp->seconds, header.micro_second_time_stamp->micro_seconds, 6);
  if (!header.time_stamp) return {};
  const auto calendar = parse_generalized_time(*header.time_stamp);
  return calendar ? calendar->to_string() : printable(std::string_view(*header.time_stamp));
}

std::string_view iri_type_name(std::uint8_t type) {
  constexpr std::string_view kNames[] = {"IRI", "BEGIN", "END", "CONTINUE", "REPORT"};
  return kNames[type < std::size(kNames) ? type : 0];
}

PduRow iri_row(const PduRow& head, const ps::Item& item) {
  auto row = head;
  row.summary.event = item.name.empty() ? "?" : item.name;
  if (item.record)
    take_record(row.summary, item.record->form == ps::Form::umts ? hi2::Module::umts : hi2::Module::eps, item.record->octets);
  if (item.sip) look_at_message(*item.sip, row.summary.sip);
  row.summary.type = iri_type_name(item.iri_type.value_or(0));
  return row;
}

std::vector<PduRow> iri_rows(const PduRow& head, const std::vector<ps::Item>& items) {
  std::vector<PduRow> rows;
  for (const auto& item : items) rows.push_back(iri_row(head, item));
  if (rows.empty()) rows.push_back(head), rows.back().summary.type = "IRI";
  return rows;
}

PduRow cc_row(const PduRow& head, const std::vector<ps::Item>& items) {
  auto row = head;
  row.summary.type = "CC";
  if (!items.empty()) row.summary.event = items.front().name;
  if (items.size() > 1) row.note = std::to_string(items.size()) + " packets";
  return row;
}

// A container in clear is looked into.
std::vector<PduRow> encrypted_rows(const PduRow& head, const ps::Pdu& pdu) {
  auto row = head;
  row.summary.type = "encrypted";
  const auto content = ps::container(pdu);
  if (!content) return {row};
  if (const auto* name = schema::get("EncryptionType").find_value(static_cast<std::int64_t>(content->type))) row.summary.event = name->name;
  if (content->type != ps::EncryptionType::none) return {row};
  const auto released = ps::release(pdu);
  if (!released) return {row};
  const auto inner = ps::decode(*released);
  if (!inner || inner->kind == ps::PayloadKind::encrypted) return {row};
  return pdu_rows(*inner, {});
}

}  // namespace

std::string utc_text(std::uint64_t seconds, std::uint32_t fraction, int digits) {
  constexpr std::uint64_t kYear10000 = 253402300800;
  if (seconds >= kYear10000) return std::to_string(seconds) + " s";
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d.%0*u UTC", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()), digits,
                static_cast<unsigned>(fraction));
  return text;
}

void take_record(Summary& summary, hi2::Module module, ByteView octets) {
  const auto record = hi2::decode(octets, module);
  if (!record) return;
  auto inner = summarize(*record);
  if (!summary.time.empty()) inner.time = std::move(summary.time);
  if (!summary.liid.empty()) inner.liid = std::move(summary.liid);
  summary = std::move(inner);
}

std::vector<PduRow> pdu_rows(const ps::Pdu& pdu, const std::optional<ps::Checked>& checked) {
  PduRow head;
  head.summary.time = time_of(pdu.header);
  head.summary.liid = identifier(pdu.header.lawful_interception_identifier);
  head.sequence_number = pdu.header.sequence_number;
  switch (pdu.kind) {
    case ps::PayloadKind::iri: return iri_rows(head, ps::items(pdu));
    case ps::PayloadKind::cc: return {cc_row(head, ps::items(pdu))};
    case ps::PayloadKind::encrypted: return encrypted_rows(head, pdu);
    case ps::PayloadKind::tri: head.summary.type = pdu.tri ? ps::name_of(*pdu.tri) : "?"; break;
    default: head.summary.type = ps::name_of(pdu.kind);
  }
  if (checked) {
    head.summary.event = ps::to_string(checked->verdict);
    head.note = "over " + std::to_string(checked->check.included_sequence_numbers.size()) + " PDUs";
    if (!checked->missing.empty()) head.note += ", " + std::to_string(checked->missing.size()) + " missing";
  }
  return {head};
}

}  // namespace li::tool
