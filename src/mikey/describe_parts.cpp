#include <cstdio>

#include "base/text.hpp"
#include "base/time.hpp"
#include "mikey/describe_impl.hpp"
#include "mikey/protection.hpp"

namespace li::mikey {
namespace {

// RFC 4330 clause 3: with the first bit clear, the time lies in 2036 or later.
std::chrono::sys_seconds seconds_of(std::uint64_t ntp) {
  constexpr std::int64_t kFrom1900To1970 = 2208988800;
  const auto since_1900 = static_cast<std::int64_t>(ntp) + ((ntp & 0x80000000U) == 0 ? std::int64_t{1} << 32 : 0);
  return std::chrono::sys_seconds(std::chrono::seconds(since_1900 - kFrom1900To1970));
}

std::string date_and_time(std::uint64_t ntp, std::uint64_t fraction) {
  const auto at = seconds_of(ntp);
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  const auto milliseconds = static_cast<unsigned>(fraction * 1000 >> 32);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d.%03u UTC", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()), milliseconds);
  return text;
}

Bytes ssrc_octets(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value)};
}

// Offsets of the map's blocks follow from their sizes.
constexpr std::size_t kMapOffset = 10;

std::vector<Described> srtp_sessions(const Header& header) {
  constexpr std::size_t kLength = 9;
  std::vector<Described> sessions;
  for (const auto& id : header.srtp_ids) {
    Describer one;
    one.number("offset", kMapOffset + kLength * sessions.size());
    one.number("length", kLength);
    one.number("cs_id", sessions.size() + 1);
    one.number("policy", id.policy);
    one.octets("ssrc", ssrc_octets(id.ssrc));
    one.number("roc", id.roc);
    sessions.push_back(one.take());
  }
  return sessions;
}

std::string session_text(const GenericId& id) {
  if (id.prot_type != 0 || id.session_data.size() < 4) return {};
  const ByteView data(id.session_data);
  auto text = "SSRC " + to_hex(data.first(4));
  if (id.s && data.size() == 10) text += ", ROC " + to_hex(data.subspan(4, 4)) + ", SEQ " + to_hex(data.subspan(8));
  return text;
}

std::vector<Described> generic_sessions(const Header& header) {
  std::vector<Described> sessions;
  auto offset = kMapOffset;
  for (const auto& id : header.generic_ids) {
    Describer one;
    const auto length = 6 + id.policies.size() + id.session_data.size() + id.spi.size();
    one.number("offset", offset);
    one.number("length", length);
    one.number("cs_id", id.cs_id);
    one.number("prot_type", id.prot_type, prot_type_name(id.prot_type));
    one.number("s", id.s ? 1 : 0, id.s ? "ROC and SEQ follow the SSRC" : "");
    one.numbers("policies", {id.policies.begin(), id.policies.end()});
    one.octets("session_data", id.session_data, session_text(id));
    one.octets("spi", id.spi);
    sessions.push_back(one.take());
    offset += length;
  }
  return sessions;
}

std::size_t size_of(const KeyData& key) {
  std::size_t size = 4 + key.key.size();
  if (has_salt(key.key_type())) size += 2 + key.salt.size();
  if (key.kv == number(KeyValidity::spi)) size += 1 + key.spi.size();
  if (key.kv == number(KeyValidity::interval)) size += 2 + key.valid_from.size() + key.valid_to.size();
  return size;
}

}  // namespace

std::string time_text(std::uint8_t ts_type, ByteView value) {
  const auto whole = timestamp64(ts_type, value);
  if (ts_type > number(TsType::ntp_utc_32)) return {};
  if (ts_type == number(TsType::counter)) return "counter " + std::to_string(number_of(whole));
  return date_and_time(number_of(ByteView(whole).first(4)), number_of(ByteView(whole).subspan(4)));
}

Described describe_header(const Message& message, std::uint8_t first_payload) {
  const auto& header = message.header;
  Describer out;
  out.place("HDR", 0, message.header_length);
  out.number("version", header.version);
  out.number("data_type", header.data_type, data_type_name(header.data_type));
  out.next(first_payload);
  out.number("v", header.v ? 1 : 0, header.v ? "response expected" : "");
  out.number("prf", header.prf, prf_name(header.prf));
  out.octets("csb_id", ssrc_octets(header.csb_id));
  out.number("map_type", header.map_type, map_type_name(header.map_type));
  out.list("cs", header.map_type == number(MapType::srtp_id) ? srtp_sessions(header) : generic_sessions(header));
  return out.take();
}

std::vector<Described> describe_keys(ByteView plain, std::size_t offset) {
  const auto keys = decode_keys(plain);
  std::vector<Described> all;
  if (!keys) return all;
  for (const auto& key : *keys) {
    Describer one;
    const auto is_last = all.size() + 1 == keys->size();
    one.place("KEY_DATA", offset, size_of(key));
    one.next(is_last ? number(Next::last) : number(Next::key_data));
    one.text("type", key_type_name(key.type));
    one.octets("key", key.key.reveal(), true);
    if (has_salt(key.key_type())) one.octets("salt", key.salt.reveal(), true);
    else one.nothing("salt");
    describe_validity(one, key.kv, key.spi, key.valid_from, key.valid_to);
    offset += size_of(key);
    all.push_back(one.take());
  }
  return all;
}

void describe_validity(Describer& out, std::uint8_t kv, const Bytes& spi, const Bytes& from, const Bytes& to) {
  static constexpr std::string_view kNames[] = {"Null", "SPI", "Interval"};
  out.number("kv", kv, kv < std::size(kNames) ? kNames[kv] : "");
  if (kv == number(KeyValidity::spi)) out.octets("spi", spi);
  if (kv != number(KeyValidity::interval)) return;
  out.octets("valid_from", from);
  out.octets("valid_to", to);
}

std::string text_of(ByteView octets) {
  const auto text = printable(octets);
  return text == as_text(octets) ? text : std::string();
}

std::uint64_t number_of(ByteView octets) {
  std::uint64_t value = 0;
  for (const auto octet : octets) value = value << 8 | octet;
  return value;
}

std::string flags_text(const Flags& flags) {
  static constexpr std::string_view kMeanings[] = {
      "made by the KMS", "resolve mandatory", "TRANSFER_RESP sent",        "RANDRr generated",          "RANDRi used",   "key forking",
      "reusable",        "policy changed",    "initiator may supply keys", "responder may supply keys", "any initiator", "any responder"};
  std::string text;
  for (const auto letter : flags.letters()) {
    text += (text.empty() ? "" : ", ") + std::string(1, letter) + ' ' + std::string(kMeanings[letter - 'D']);
  }
  return text;
}

std::string_view prot_type_name(std::uint8_t number) {
  constexpr std::string_view names[] = {"SRTP", "TESLA"};
  return number < std::size(names) ? names[number] : std::string_view();
}

}  // namespace li::mikey
