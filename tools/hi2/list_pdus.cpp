#include "hi2/list_pdus.hpp"

#include <chrono>
#include <cstdio>

#include "base/text.hpp"
#include "base/time.hpp"
#include "capture/pdus.hpp"
#include "hi2/input.hpp"
#include "hi2/row.hpp"
#include "hi2/show_x2.hpp"
#include "hi2/summary.hpp"
#include "ps/encryption.hpp"
#include "ps/hi3.hpp"
#include "ps/integrity.hpp"
#include "ps/records.hpp"
#include "x2/codec.hpp"

namespace li::tool {
namespace {

using capture::Form;

// What stands on one line.
struct Row {
  Summary summary;
  std::optional<std::uint32_t> sequence_number;
  std::string note;  // in the column of the message, where there is none
};

// "2026-11-20 12:00:01.204000 UTC"
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

std::string time_of(const ps::Header& header) {
  if (header.micro_second_time_stamp)
    return utc_text(header.micro_second_time_stamp->seconds, header.micro_second_time_stamp->micro_seconds, 6);
  if (!header.time_stamp) return {};
  const auto calendar = parse_generalized_time(*header.time_stamp);
  return calendar ? calendar->to_string() : printable(std::string_view(*header.time_stamp));
}

// What the record says, under the time and LIID of the header where it has them.
void take_record(Summary& summary, hi2::Module module, ByteView octets) {
  const auto record = hi2::decode(octets, module);
  if (!record) return;
  auto inner = summarize(*record);
  if (!summary.time.empty()) inner.time = std::move(summary.time);
  if (!summary.liid.empty()) inner.liid = std::move(summary.liid);
  summary = std::move(inner);
}

std::string_view iri_type_name(std::uint8_t type) {
  constexpr std::string_view kNames[] = {"IRI", "BEGIN", "END", "CONTINUE", "REPORT"};
  return kNames[type < std::size(kNames) ? type : 0];
}

Row iri_row(const Row& head, const ps::Item& item) {
  auto row = head;
  row.summary.event = item.name.empty() ? "?" : item.name;
  if (item.record)
    take_record(row.summary, item.record->form == ps::Form::umts ? hi2::Module::umts : hi2::Module::eps, item.record->octets);
  if (item.sip) look_at_message(*item.sip, row.summary.sip);
  row.summary.type = iri_type_name(item.iri_type.value_or(0));
  return row;
}

class PduList {
 public:
  PduList(const std::string& name, Form form, const PduListOptions& options)
      : name_(name),
        form_(form),
        options_(options),
        table_({"#", "offset", "time", "seq", "type", "event", form == Form::x2 ? "XID" : "LIID", "message", "from → to", "keys"}) {
    if (options_.named && !options_.json) table_.add({{}, name, 0, options_.colour ? "\033[1m" : ""});
  }

  void run(std::istream& in, PduCounts& counts) {
    capture::PduReader reader(in, form_);
    ++counts.files;
    while (const auto item = reader.next()) {
      const auto error = item->error ? item->error : pdu(*item);
      if (!error) {
        ++counts.pdus;
        continue;
      }
      if (!item->error) reader.reject();
      ++counts.damaged;
      damage(item->offset, *error);
    }
    counts.mismatches += mismatches_;
    if (!options_.json) table_.finish();
  }

 private:
  // What is wrong, if the PDU can't be read.
  std::optional<Error> pdu(const capture::PduItem& item) {
    if (form_ == Form::x2) return x2_pdu(item);
    if (form_ == Form::hi3) return hi3_pdu(item);
    const auto read = ps::decode(item.octets, {{}, item.offset});
    if (!read) return read.error();
    ++number_;
    const auto checked = checker_.take(*read);
    if (checked && checked->verdict == ps::Verdict::mismatch) ++mismatches_;
    for (const auto& row : rows_of(*read, checked)) show(item, row);
    return {};
  }

  static std::vector<Row> rows_of(const ps::Pdu& pdu, const std::optional<ps::Checked>& checked) {
    Row head;
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

  static std::vector<Row> iri_rows(const Row& head, const std::vector<ps::Item>& items) {
    std::vector<Row> rows;
    for (const auto& item : items) rows.push_back(iri_row(head, item));
    if (rows.empty()) rows.push_back(head), rows.back().summary.type = "IRI";
    return rows;
  }

  static Row cc_row(const Row& head, const std::vector<ps::Item>& items) {
    auto row = head;
    row.summary.type = "CC";
    if (!items.empty()) row.summary.event = items.front().name;
    if (items.size() > 1) row.note = std::to_string(items.size()) + " packets";
    return row;
  }

  // A container in clear is looked into.
  static std::vector<Row> encrypted_rows(const Row& head, const ps::Pdu& pdu) {
    auto row = head;
    row.summary.type = "encrypted";
    const auto content = ps::container(pdu);
    if (!content) return {row};
    if (const auto* name = schema::get("EncryptionType").find_value(static_cast<std::int64_t>(content->type)))
      row.summary.event = name->name;
    if (content->type != ps::EncryptionType::none) return {row};
    const auto released = ps::release(pdu);
    if (!released) return {row};
    const auto inner = ps::decode(*released);
    if (!inner || inner->kind == ps::PayloadKind::encrypted) return {row};
    return rows_of(*inner, {});
  }

  std::optional<Error> hi3_pdu(const capture::PduItem& item) {
    if (const auto read = schema::check(ps::voip_cc_pdu_type(), item.octets, {{}, item.offset}); !read) return read.error();
    const auto packet = ps::decode_voip_cc(item.octets);
    if (!packet) return packet.error();
    constexpr std::string_view kDirections[] = {"?", "from target", "to target", "combined", "unknown"};
    const auto direction = static_cast<std::size_t>(packet->direction);
    Row row;
    row.summary.type = "CC";
    row.summary.event = kDirections[direction < std::size(kDirections) ? direction : 0];
    if (packet->lawful_interception_identifier) row.summary.liid = identifier(*packet->lawful_interception_identifier);
    row.sequence_number = packet->sequence_number;
    row.note = std::to_string(packet->payload.size()) + " octets";
    ++number_;
    show(item, row);
    return {};
  }

  std::optional<Error> x2_pdu(const capture::PduItem& item) {
    const auto pdu = x2::decode(item.octets);
    if (!pdu) {
      auto error = pdu.error();
      error.offset = item.offset + error.offset.value_or(0);
      return error;
    }
    Row row;
    if (const auto time = pdu->timestamp()) row.summary.time = utc_text(time->seconds, time->nanoseconds, 9);
    row.sequence_number = pdu->sequence_number();
    if (pdu->format == x2::PayloadFormat::eps_iri_content) take_record(row.summary, hi2::Module::eps, pdu->payload);
    if (pdu->format == x2::PayloadFormat::sip) look_at_message(pdu->payload, row.summary.sip);
    const auto type = x2::name_of(pdu->type);
    row.summary.type = type.empty() ? std::to_string(static_cast<unsigned>(pdu->type)) : std::string(type);
    const auto format = numbered(static_cast<unsigned>(pdu->format), x2::name_of(pdu->format));
    if (row.summary.event.empty() && !pdu->is_keepalive()) row.summary.event = format;
    row.summary.liid = pdu->is_keepalive() ? "" : x2::to_string(pdu->xid);
    if (row.summary.sip.start.empty() && !pdu->is_keepalive()) row.note = std::to_string(pdu->payload.size()) + " octets";
    ++number_;
    show(item, row);
    return {};
  }

  void show(const capture::PduItem& item, const Row& row) {
    if (options_.json) return json(item, row);
    const auto& summary = row.summary;
    const auto sequence = row.sequence_number ? std::to_string(*row.sequence_number) : std::string();
    table_.add({{std::to_string(number_), place(item.offset), summary.time, sequence, summary.type, summary.event, summary.liid,
                 summary.sip.start.empty() ? row.note : short_cell(summary.sip.start), from_to(summary.sip), keys_of(summary)},
                {},
                10,
                mark_of(summary, options_.colour)});
  }

  void json(const capture::PduItem& item, const Row& row) {
    JsonLine line;
    line.text("file", name_);
    line.number("number", number_);
    line.number("offset", item.offset);
    line.number("octets", item.octets.size());
    line.text("form", capture::name_of(form_));
    if (!row.summary.time.empty()) line.text("time", row.summary.time);
    if (row.sequence_number) line.number("sequenceNumber", *row.sequence_number);
    line.text("type", row.summary.type);
    if (!row.summary.liid.empty()) line.text(form_ == Form::x2 ? "xid" : "lawfulInterceptionIdentifier", row.summary.liid);
    if (!row.note.empty()) line.text("note", row.note);
    put_summary(line, row.summary, "event");
    put(line.finish());
  }

  void damage(std::size_t offset, const Error& error) {
    if (options_.json) return put(damage_line(name_, offset, error));
    table_.add({{"", place(offset)}, damage_note(offset, error), 2, options_.colour ? "\033[31m" : ""});
  }

  std::string name_;
  Form form_;
  PduListOptions options_;
  Table<10> table_;
  ps::IntegrityChecker checker_;
  std::size_t number_ = 0;
  std::size_t mismatches_ = 0;
};

}  // namespace

void list_pdus(std::istream& in, const std::string& name, Form form, const PduListOptions& options, PduCounts& counts) {
  PduList(name, form, options).run(in, counts);
}

}  // namespace li::tool
