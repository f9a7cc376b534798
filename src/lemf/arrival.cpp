#include "lemf/arrival.hpp"

#include <algorithm>
#include <array>

#include "capture/agreement.hpp"
#include "ps/encryption.hpp"
#include "ps/integrity.hpp"
#include "ps/records.hpp"

namespace li::lemf {

namespace {

constexpr std::array<std::string_view, 4> kForms{"pdu", "umts", "eps", "bad"};

// Without the zone, so that texts compare.
std::string plain(CalendarTime time) {
  time.offset.reset();
  return time.to_string();
}

std::string time_of(const ps::Header& header) {
  if (header.micro_second_time_stamp) {
    const auto& stamp = *header.micro_second_time_stamp;
    constexpr std::uint64_t kYear10000 = 253402300800;
    if (stamp.seconds >= kYear10000) return {};
    const TimePoint time{std::chrono::seconds(stamp.seconds) + std::chrono::milliseconds(stamp.micro_seconds / 1000)};
    if (const auto calendar = parse_generalized_time(to_generalized_local(time, {}))) return plain(*calendar);
    return {};
  }
  const auto calendar = header.time_stamp ? parse_generalized_time(*header.time_stamp) : std::nullopt;
  return calendar ? plain(*calendar) : std::string();
}

void take_record(Arrival& arrival, const hi2::IriRecord& record) {
  if (const auto calendar = record.time_stamp().calendar(); calendar && arrival.time.empty()) arrival.time = plain(*calendar);
  if (const auto event = record.ims_event())
    arrival.event = record.ims_event_name().value_or(std::to_string(static_cast<std::int64_t>(*event)));
  if (const auto correlation = record.correlation(); correlation && correlation->iri_to_iri) arrival.correlation = *correlation->iri_to_iri;
  if (const auto number = record.correlation_number(); number && arrival.correlation.empty()) arrival.correlation = to_bytes(*number);
}

void add_note(Arrival& arrival, const std::string& text) { arrival.note += (arrival.note.empty() ? "" : "; ") + text; }

// The link takes PDUs with more values in them than lists and exports read, and a value takes two octets at least.
void take_limits(Arrival& arrival, const ps::Pdu& pdu) {
  const schema::WalkOptions usual;
  if (pdu.octets.size() / 2 <= usual.limits.max_nodes) return;
  if (const auto read = ps::decode(pdu.octets, usual); !read) add_note(arrival, "it can't be read here: " + read.error().message());
}

void take_items(Arrival& arrival, const ps::Pdu& pdu) {
  const auto items = ps::items(pdu);
  if (items.empty()) return;
  arrival.event = items.front().name;
  if (!items.front().record) return;
  const auto& inner = *items.front().record;
  const auto record = hi2::decode(inner.octets, inner.form == ps::Form::umts ? hi2::Module::umts : hi2::Module::eps);
  if (record) take_record(arrival, *record);
  else add_note(arrival, "the record in it can't be read: " + record.error().message());
}

// TS 102 232-7 6.2.
void take_disagreements(Arrival& arrival, const ps::Pdu& pdu) {
  for (const auto& one : capture::disagreements(pdu)) {
    arrival.disagrees = true;
    add_note(arrival, one);
  }
}

// Each class of TRI counts by itself, and of integrity checks each kind.
std::string kind_of(const ps::Pdu& pdu) {
  if (pdu.kind == ps::PayloadKind::encrypted) {
    const auto content = ps::container(pdu);
    const auto in_clear = content && content->type == ps::EncryptionType::none;
    const auto inner = in_clear ? ps::release(pdu) : failure(ErrorKind::redacted, "encrypted");
    if (!inner) return std::string(ps::name_of(pdu.kind));
    const auto clear = ps::decode(*inner);
    return std::string(ps::name_of(clear ? clear->kind : pdu.kind));
  }
  if (pdu.kind != ps::PayloadKind::tri || !pdu.tri) return std::string(ps::name_of(pdu.kind));
  std::string kind(ps::name_of(*pdu.tri));
  if (const auto check = ps::integrity_check(pdu)) {
    kind += check->is_hash ? " hash" : " signature";
    if (check->data_type) kind += " " + std::to_string(static_cast<unsigned>(*check->data_type));
  }
  return kind;
}

}  // namespace

Arrival arrival_of(ps::Pdu pdu, std::string source, TimePoint received) {
  Arrival arrival;
  const auto& header = pdu.header;
  arrival.liid = header.lawful_interception_identifier;
  arrival.source = std::move(source);
  arrival.received = received;
  arrival.time = time_of(header);
  arrival.correlation = header.correlation.value_or(Bytes());
  arrival.resets = pdu.tri == ps::Tri::cin_reset;
  arrival.event = pdu.tri ? ps::name_of(*pdu.tri) : ps::name_of(pdu.kind);
  if (arrival.resets) {
    arrival.operator_identifier = header.operator_identifier;
    arrival.network_element_identifier = header.network_element_identifier.value_or(Bytes());
  } else {
    arrival.numbering = Numbering{header.operator_identifier,
                                  header.network_element_identifier.value_or(Bytes()),
                                  header.communication_identity_number,
                                  header.delivery_country_code.value_or(""),
                                  kind_of(pdu),
                                  header.sequence_number};
  }
  take_limits(arrival, pdu);
  if (pdu.kind == ps::PayloadKind::iri || pdu.kind == ps::PayloadKind::cc) {
    take_items(arrival, pdu);
    take_disagreements(arrival, pdu);
  }
  arrival.octets = std::move(pdu.octets);
  return arrival;
}

Arrival arrival_of(const hi2::IriRecord& record, std::string source, TimePoint received) {
  Arrival arrival;
  arrival.form = record.module() == hi2::Module::umts ? Form::umts : Form::eps;
  arrival.liid = to_bytes(record.lawful_interception_identifier());
  arrival.octets = to_record_bytes(record.octets());
  arrival.source = std::move(source);
  arrival.received = received;
  take_record(arrival, record);
  return arrival;
}

Arrival bad_arrival(ByteView octets, const Error& why, std::string source, TimePoint received) {
  Arrival arrival;
  arrival.form = Form::bad;
  arrival.octets = to_record_bytes(octets);
  arrival.source = std::move(source);
  arrival.received = received;
  arrival.note = why.message();
  return arrival;
}

std::string_view name_of(Form form) { return kForms.at(static_cast<std::size_t>(form)); }

std::optional<Form> form_by_name(std::string_view name) {
  const auto found = std::find(kForms.begin(), kForms.end(), name);
  if (found == kForms.end()) return std::nullopt;
  return static_cast<Form>(found - kForms.begin());
}

}  // namespace li::lemf
