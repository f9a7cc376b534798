#include "hi2/list_pdus.hpp"

#include "base/text.hpp"
#include "capture/agreement.hpp"
#include "capture/pdus.hpp"
#include "hi2/input.hpp"
#include "hi2/pdu_row.hpp"
#include "hi2/row.hpp"
#include "hi2/show_x2.hpp"
#include "hi2/summary.hpp"
#include "ps/hi3.hpp"
#include "ps/integrity.hpp"
#include "x2/codec.hpp"

namespace li::tool {
namespace {

using capture::Form;

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
    for (const auto& row : pdu_rows(*read, checked)) show(item, row);
    for (const auto& one : capture::disagreements(*read))
      report_notice(name_, Error{ErrorKind::unexpected, one, item.offset, {}, {}}.message());
    return {};
  }

  std::optional<Error> hi3_pdu(const capture::PduItem& item) {
    if (const auto read = schema::check(ps::voip_cc_pdu_type(), item.octets, {{}, item.offset}); !read) return read.error();
    const auto packet = ps::decode_voip_cc(item.octets);
    if (!packet) return packet.error();
    constexpr std::string_view kDirections[] = {"?", "from target", "to target", "combined", "unknown"};
    const auto direction = static_cast<std::size_t>(packet->direction);
    PduRow row;
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
    PduRow row;
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

  void show(const capture::PduItem& item, const PduRow& row) {
    if (options_.json) return json(item, row);
    const auto& summary = row.summary;
    const auto sequence = row.sequence_number ? std::to_string(*row.sequence_number) : std::string();
    table_.add({{std::to_string(number_), place(item.offset), summary.time, sequence, summary.type, summary.event, summary.liid,
                 summary.sip.start.empty() ? row.note : short_cell(summary.sip.start), from_to(summary.sip), keys_of(summary)},
                {},
                10,
                mark_of(summary, options_.colour)});
  }

  void json(const capture::PduItem& item, const PduRow& row) {
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
