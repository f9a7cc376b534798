#include "hi2/summary.hpp"

#include <cstdio>

#include "base/text.hpp"
#include "schema/redact.hpp"

namespace li::tool {
namespace {

std::string time_of(const hi2::TimeStamp& stamp) {
  const auto calendar = stamp.calendar();
  return calendar ? calendar->to_string() : printable(stamp.text);
}

std::string crypto_session(const Bytes& cccsid) { return cccsid.size() == 1 ? std::to_string(cccsid[0]) : to_hex(cccsid); }

// What is listed of a message is short; keys in it are masked wherever they stand.
std::string headers_without_keys(ByteView message) {
  constexpr std::size_t kHeaders = 16 * 1024;
  const auto head = message.first(std::min(message.size(), kHeaders));
  const auto masked = schema::mask(head, schema::secrets_in(schema::Secrecy::sip, head));
  return std::string(as_text(masked));
}

}  // namespace

std::string place(std::size_t offset) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%06zx", offset);
  return text;
}

// Characters where they are all printable, hexadecimal otherwise.
std::string identifier(ByteView octets) {
  for (const auto octet : octets) {
    if (octet < 0x20 || octet > 0x7E) return to_hex(octets);
  }
  return std::string(as_text(octets));
}

void look_at_message(ByteView message, SipLook& look) {
  look = look_at_sip(headers_without_keys(message));
  look_at_sdp(as_text(message), look);
}

Summary summarize(const hi2::IriRecord& record) {
  Summary summary;
  summary.time = time_of(record.time_stamp());
  summary.type = hi2::to_string(record.type());
  summary.liid = identifier(record.lawful_interception_identifier());
  if (const auto event = record.ims_event())
    summary.event = record.ims_event_name().value_or(std::to_string(static_cast<std::int64_t>(*event)));
  if (const auto message = record.sip_message()) look_at_message(*message, summary.sip);
  if (const auto offer = record.sip_message_header_offer()) look_at_message(*offer, summary.sip);
  for (const auto& sdp : {record.sdp_offer(), record.sdp_answer()}) {
    if (sdp) look_at_sdp(as_text(*sdp), summary.sip);
  }
  for (const auto& key : record.media_decryption_info()) summary.crypto_sessions.push_back(crypto_session(key.cccsid));
  summary.failure = record.media_sec_failure_indication().has_value();
  return summary;
}

// A cell that does not push all others off the screen.
std::string short_cell(std::string_view text) {
  constexpr std::size_t kMost = 80;
  return text.size() <= kMost ? printable(text) : printable(text.substr(0, kMost)) + "…";
}

// "alice@ims.example → bob@…": the same host is not said twice.
std::string from_to(const SipLook& sip) {
  if (sip.from.empty() && sip.to.empty()) return {};
  auto to = sip.to;
  const auto host = sip.from.find('@');
  if (host != std::string::npos && to.ends_with(std::string_view(sip.from).substr(host)))
    to = to.substr(0, to.size() - (sip.from.size() - host)) + "@…";
  return short_cell(sip.from) + " → " + short_cell(to);
}

std::string keys_of(const Summary& summary) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const auto& session : summary.crypto_sessions) add("CS " + session);
  if (summary.failure) add("failure");
  if (summary.sip.ticket) add("ticket");
  if (summary.sip.sdes) add("SDES");
  return text;
}

std::string_view mark_of(const Summary& summary, bool colour) {
  if (!colour) return {};
  return summary.failure ? "\033[33m" : !summary.crypto_sessions.empty() ? "\033[32m" : "";
}

void put_summary(JsonLine& line, const Summary& summary, std::string_view event) {
  if (!summary.event.empty()) line.text(event, summary.event);
  if (!summary.sip.start.empty()) line.text("message", printable(summary.sip.start));
  if (!summary.sip.from.empty()) line.text("from", printable(summary.sip.from));
  if (!summary.sip.to.empty()) line.text("to", printable(summary.sip.to));
  if (!summary.crypto_sessions.empty()) line.list("cryptoSessions", summary.crypto_sessions);
  if (summary.failure) line.present("mediaSecFailureIndication");
  if (summary.sip.ticket) line.present("ticket");
  if (summary.sip.sdes) line.present("sdes");
}

std::string damage_note(std::size_t offset, const Error& error) {
  auto at = error;
  if (!error.offset || *error.offset == offset) at.offset.reset();
  return "damaged: " + at.message();
}

std::string damage_line(const std::string& file, std::size_t offset, const Error& error) {
  JsonLine line;
  line.text("file", file);
  line.number("offset", offset);
  line.text("damage", error.message());
  return line.finish();
}

}  // namespace li::tool
