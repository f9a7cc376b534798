#include "df2/event_impl.hpp"

#include <map>

#include "df2/filter_impl.hpp"
#include "df2/uri_impl.hpp"
#include "sip/bodies.hpp"

namespace li::df2 {
namespace {

using std::chrono::milliseconds;

bool is_secured(const std::string& profile) {
  return profile.find("SAVP") != std::string::npos || profile.find("TLS") != std::string::npos;
}

KeyLine read_line(const sip::Media& media) {
  KeyLine line;
  line.rejected = media.rejected();
  line.plain = !is_secured(media.proto);
  line.sdes = !media.crypto.empty();
  return line;
}

// Session-level material is one message for several lines.
void add_lines(const sip::Sdp& sdp, std::vector<KeyLine>& lines) {
  for (const auto& media : sdp.media) lines.push_back(read_line(media));
  std::map<const sip::KeyManagement*, std::shared_ptr<const Material>> known;
  for (const auto& key : sip::key_management(sdp)) {
    if (key.attribute == nullptr || key.attribute->protocol != "mikey" || key.media >= lines.size()) continue;
    auto& material = known[key.attribute];
    if (!material) material = key.attribute->octets ? read_material(key.attribute->octets->reveal()) : std::make_shared<const Material>();
    if (!lines[key.media].material) lines[key.media].material = material;
  }
}

void add_sdp(ByteView octets, SipEvent& event) {
  if (octets.empty()) return;
  auto sdp = sip::parse_sdp(octets);
  if (!sdp) return;
  if (event.sdps.empty()) add_lines(*sdp, event.lines);
  event.sdps.push_back(std::move(*sdp));
}

// For a message that can't be read: enough to tell its session.
std::string find_call_id(ByteView octets) {
  const auto text = as_text(octets);
  for (const std::string_view name : {"\nCall-ID:", "\ni:"}) {
    const auto at = text.find(name);
    if (at == std::string_view::npos) continue;
    auto value = text.substr(at + name.size());
    value = value.substr(0, value.find_first_of("\r\n"));
    const auto first = value.find_first_not_of(" \t");
    if (first != std::string_view::npos) return std::string(value.substr(first));
  }
  return {};
}

std::optional<hi2::Initiator> initiator_of(x2::Direction direction) {
  if (direction == x2::Direction::from_target) return hi2::Initiator::originating_target;
  if (direction == x2::Direction::to_target) return hi2::Initiator::terminating_target;
  return std::nullopt;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    constexpr std::string_view kAmp = "&amp;";
    out += text[at];
    if (text.substr(at).starts_with(kAmp)) at += kAmp.size() - 1;
  }
  return out;
}

// "<sipUri>sip:alice@ims.example</sipUri>"; names are compared without regard to case, as implementations differ.
std::optional<std::string> target_uri(ByteView contents) {
  const auto text = as_text(contents);
  const auto end_of_name = text.find('>');
  const auto end = text.rfind("</");
  if (!text.starts_with('<') || end_of_name == std::string_view::npos || end == std::string_view::npos || end < end_of_name) return {};
  const auto value = unescaped(text.substr(end_of_name + 1, end - end_of_name - 1));
  const auto name = text.substr(1, end_of_name - 1);
  const auto is = [&](std::string_view wanted) { return name.size() == wanted.size() && has_scheme(std::string(name) + '.', wanted); };
  if (has_scheme(value, "sip:") || has_scheme(value, "sips:") || has_scheme(value, "tel:")) return value;
  if (is("e164number")) return "tel:+" + (value.starts_with('+') ? value.substr(1) : value);
  if (is("imei") || is("imeisv") || is("peiimei")) return "urn:gsma:imei:" + value;
  return {};
}

void read_times(const x2::Pdu& pdu, TimePoint now, Event& event) {
  if (const auto stamp = pdu.timestamp())
    event.told = TimePoint(std::chrono::seconds(stamp->seconds) + milliseconds(stamp->nanoseconds / 1'000'000));
  event.time = event.told.value_or(now);
}

void read_halves(Event& event) {
  const auto& record = *event.start;
  event.sip = read_half(record.sip_message_header_offer().value_or(ByteView()), record.sdp_offer().value_or(ByteView()));
  event.answer = read_half(record.sip_message_header_answer().value_or(ByteView()), record.sdp_answer().value_or(ByteView()));
  const auto when = record.time_stamp();
  const auto calendar = when.is_utc ? when.calendar() : std::nullopt;
  if (!calendar || event.told) return;
  using namespace std::chrono;
  const auto day = year(calendar->year) / calendar->month / calendar->day;
  event.time = sys_days(day) + hours(calendar->hour) + minutes(calendar->minute - calendar->offset.value_or(0)) + seconds(calendar->second);
}

// TS 33.108 records: the start of interception in a running session, and a SIP message in a record's clothes.
void read_record(const x2::Pdu& pdu, Event& event) {
  auto record = hi2::decode(pdu.payload);
  if (!record) {
    event.format = "a record that can't be read";
    return;
  }
  const auto what = record->ims_event();
  if (what == hi2::ImsEvent::start_of_interception_for_ims_established_session) {
    event.kind = Event::Kind::start;
    event.start = std::move(*record);
    read_halves(event);
  } else if (what == hi2::ImsEvent::unfiltered_sip_message && record->sip_message()) {
    event.kind = Event::Kind::sip;
    event.start = std::move(*record);  // the message lies in it
    event.sip = read_sip(*event.start->sip_message());
  } else {
    event.format = "a record of another event";
  }
}

}  // namespace

SipEvent read_sip(ByteView octets) {
  SipEvent event;
  event.octets = octets;
  auto message = sip::parse(octets);
  if (!message) {
    event.call_id = find_call_id(octets);
    return event;
  }
  event.message = std::move(*message);
  event.call_id = event.message->call_id;
  if (const auto parts = sip::bodies(*event.message)) {
    for (const auto& part : *parts) {
      if (part.content_type == "application/sdp") add_sdp(part.octets, event);
    }
  }
  return event;
}

SipEvent read_half(ByteView headers, ByteView sdp) {
  SipEvent event;
  const auto head = without_body_headers(headers);
  if (auto message = sip::parse(head)) {
    event.message = std::move(*message);
    event.call_id = event.message->call_id;
  } else {
    event.call_id = find_call_id(headers);
  }
  add_sdp(sdp, event);
  return event;
}

Event read_event(const x2::Pdu& pdu, TimePoint now) {
  Event event;
  read_times(pdu, now, event);
  event.initiator = initiator_of(pdu.direction);
  event.correlation_id = pdu.correlation_id;
  for (const auto& attribute : pdu.attributes) {
    if (attribute.type != x2::AttributeType::matched_target_identifier) continue;
    if (auto uri = target_uri(attribute.contents)) event.matched.push_back(std::move(*uri));
  }
  if (pdu.format == x2::PayloadFormat::sip) {
    event.kind = Event::Kind::sip;
    event.sip = read_sip(pdu.payload);
  } else if (pdu.format == x2::PayloadFormat::eps_iri_content) {
    read_record(pdu, event);
  } else {
    event.format = std::string(x2::name_of(pdu.format));
    if (event.format.empty()) event.format = std::to_string(static_cast<unsigned>(pdu.format));
  }
  return event;
}

}  // namespace li::df2
