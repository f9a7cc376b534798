#include "df2/event_impl.hpp"

#include <algorithm>
#include <map>

#include "base/base64.hpp"
#include "ber/writer.hpp"
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

// Whoever writes it otherwise than RFC 4567 has it may still be understood at the other end.
bool is_mikey(std::string_view protocol) { return protocol.size() == 5 && has_scheme(std::string(protocol) + ' ', "mikey"); }

// Session-level material is one message for several lines.
void add_lines(const sip::Sdp& sdp, std::vector<KeyLine>& lines) {
  for (const auto& media : sdp.media) lines.push_back(read_line(media));
  const auto first = lines.size() - sdp.media.size();
  std::map<const sip::KeyManagement*, std::shared_ptr<const Material>> known;
  for (const auto& key : sip::key_management(sdp)) {
    if (key.attribute == nullptr || !is_mikey(key.attribute->protocol) || first + key.media >= lines.size()) continue;
    auto& material = known[key.attribute];
    if (!material) material = key.attribute->octets ? read_material(key.attribute->octets->reveal()) : std::make_shared<const Material>();
    if (!lines[first + key.media].material) lines[first + key.media].material = material;
  }
}

void add_sdp(ByteView octets, SipEvent& event) {
  if (octets.empty()) return;
  auto sdp = sip::parse_sdp(octets);
  if (!sdp) return event.unread.push_back("a session description: " + sdp.error().message());
  add_lines(*sdp, event.lines);
  event.sdps.push_back(std::move(*sdp));
}

bool is_plain(std::string_view encoding) {
  return encoding.empty() || encoding == "identity" || encoding == "7bit" || encoding == "8bit" || encoding == "binary";
}

void add_part(const sip::Part& part, SipEvent& event) {
  if (is_plain(part.content_encoding) && is_plain(part.transfer_encoding)) return add_sdp(part.octets, event);
  if (is_plain(part.content_encoding) && part.transfer_encoding == "base64") {
    std::string text(as_text(part.octets));
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == ' ' || c == '\t'; });
    if (const auto octets = secret_from_base64(text)) return add_sdp(octets->reveal(), event);
  }
  event.unread.push_back("a session description in an encoding that is not undone here");
}

// The session's own description comes first, then that of early media (RFC 3959), then any other: nobody can tell from outside which of
// them the other end takes.
int rank(const sip::Part& part) {
  if (part.content_disposition.empty() || part.content_disposition == "session") return 0;
  return part.content_disposition == "early-session" ? 1 : 2;
}

void add_parts(SipEvent& event) {
  auto parts = sip::bodies(*event.message);
  if (!parts) return event.unread.push_back("a body: " + parts.error().message());
  std::stable_sort(parts->begin(), parts->end(), [](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (const auto& part : *parts) {
    if (part.content_type == "application/sdp") add_part(part, event);
  }
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

void read_record_time(Event& event) {
  const auto when = event.start->time_stamp();
  const auto calendar = when.is_utc ? when.calendar() : std::nullopt;
  if (!calendar || event.told) return;
  using namespace std::chrono;
  const auto day = year(calendar->year) / calendar->month / calendar->day;
  event.time = sys_days(day) + hours(calendar->hour) + minutes(calendar->minute - calendar->offset.value_or(0)) + seconds(calendar->second);
}

void read_halves(Event& event) {
  const auto& record = *event.start;
  event.sip = read_half(record.sip_message_header_offer().value_or(ByteView()), record.sdp_offer().value_or(ByteView()));
  event.answer = read_half(record.sip_message_header_answer().value_or(ByteView()), record.sdp_answer().value_or(ByteView()));
}

bool is_sip(const hi2::IriRecord& record) {
  if (!record.sip_message()) return false;
  const auto what = record.ims_event().value_or(hi2::ImsEvent::unfiltered_sip_message);
  return what == hi2::ImsEvent::unfiltered_sip_message || what == hi2::ImsEvent::sip_header_only;
}

// TS 33.108 records: the start of interception in a running session, a SIP message in a record's clothes, or what is none of a session.
void read_record(const x2::Pdu& pdu, Event& event) {
  auto plain = ber::definite(pdu.payload);
  auto record = plain.and_then([](const RecordBytes& octets) { return hi2::decode(octets); });
  if (!record) {
    event.format = "a record that can't be read";
    return;
  }
  event.start = std::move(*record);
  read_record_time(event);
  if (event.start->ims_event() == hi2::ImsEvent::start_of_interception_for_ims_established_session) {
    event.kind = Event::Kind::start;
    read_halves(event);
  } else if (is_sip(*event.start)) {
    event.kind = Event::Kind::sip;
    event.sip = read_sip(*event.start->sip_message());  // which lies in the record
  } else {
    event.kind = Event::Kind::other;
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
  add_parts(event);
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
