#include "hi2/show_x2.hpp"

#include <cstdio>

#include "base/text.hpp"
#include "capture/secrets.hpp"
#include "schema/hex.hpp"
#include "x2/json.hpp"

namespace li::tool {
namespace {

constexpr std::size_t kRow = 16;

bool is_text(ByteView octets) {
  for (const auto octet : octets) {
    if (octet == 0x7F || (octet < 0x20 && octet != '\r' && octet != '\n' && octet != '\t')) return false;
  }
  return !octets.empty() && is_utf8(octets);
}

// Lines of a SIP message or SDP, each behind a bar.
void put_lines(schema::Output& out, std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.put("  | " + printable(line) + "\n");
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    out.settle();
  }
}

void put_rows(schema::Output& out, std::size_t offset, ByteView octets, std::string_view note, bool text) {
  for (std::size_t at = 0; at < octets.size(); at += kRow) {
    const auto row = octets.subspan(at, std::min(kRow, octets.size() - at));
    char place[16];
    std::snprintf(place, sizeof place, "%08zx  ", offset + at);
    std::string line = place;
    for (const auto octet : row) {
      const std::uint8_t one[] = {octet};
      for (const char digit : to_hex(one)) line += static_cast<char>(digit >= 'A' ? digit + ('a' - 'A') : digit);
      line += ' ';
    }
    const auto right = text ? printable(row) : at == 0 ? std::string(note) : std::string();
    if (!right.empty()) {
      line.append(10 + 3 * kRow + 1 - line.size(), ' ');
      line += (text ? "\"" : "") + right;
    }
    out.put(line.substr(0, line.find_last_not_of(' ') + 1) + "\n");
    out.settle();
  }
}

bool can_be_walked(const schema::Type* type, ByteView octets) { return type != nullptr && schema::check(*type, octets).has_value(); }

std::string attribute_name(const x2::Attribute& one) { return numbered(static_cast<unsigned>(one.type), x2::name_of(one.type)); }

}  // namespace

std::string numbered(unsigned number, std::string_view name) {
  return std::to_string(number) + (name.empty() ? "" : " ") + std::string(name);
}

void show_x2_text(schema::Output& out, const x2::Pdu& whole, schema::Secrets secrets, const schema::Palette& palette) {
  const auto pdu = secrets == schema::Secrets::show ? whole : capture::masked(whole);
  const auto line = [&](std::string name, const std::string& value) {
    name.resize(std::max<std::size_t>(name.size() + 1, 22), ' ');
    out.put(std::string(palette.name) + name + std::string(palette.off) + value + "\n");
  };
  std::string correlation;
  for (int shift = 56; shift >= 0; shift -= 8) append_hex(correlation, std::array{static_cast<std::uint8_t>(pdu.correlation_id >> shift)});
  line("version", std::to_string(pdu.major) + "." + std::to_string(pdu.minor));
  line("pduType", numbered(static_cast<unsigned>(pdu.type), x2::name_of(pdu.type)));
  line("payloadFormat", numbered(static_cast<unsigned>(pdu.format), x2::name_of(pdu.format)));
  line("payloadDirection", numbered(static_cast<unsigned>(pdu.direction), x2::name_of(pdu.direction)));
  line("xid", x2::to_string(pdu.xid));
  line("correlationId", correlation);
  for (const auto& one : pdu.attributes) {
    const bool sdp = one.type == x2::AttributeType::sdp_session_description && is_text(one.contents);
    const auto value = x2::value_json(one);
    line(attribute_name(one), sdp ? "" : value.empty() ? to_hex(one.contents) : printable(std::string_view(value)));
    if (sdp) put_lines(out, as_text(one.contents));
  }
  line("payload", "(" + std::to_string(pdu.payload.size()) + " octets)");
  const auto* type = capture::payload_type(whole);
  if (can_be_walked(type, whole.payload)) {
    schema::TextWriter writer(out, secrets, palette);
    static_cast<void>(schema::walk(*type, whole.payload, writer));
  } else if (is_text(pdu.payload)) {
    put_lines(out, as_text(pdu.payload));
  } else {
    put_rows(out, 0, pdu.payload, {}, true);
  }
  out.put('\n');
}

void show_x2_hex(schema::Output& out, const x2::Pdu& whole, const capture::PduItem& item, schema::Secrets secrets) {
  const auto pdu = secrets == schema::Secrets::show ? whole : capture::masked(whole);
  struct Field {
    std::size_t octets;
    std::string note;
  };
  const Field fields[] = {{2, "version " + std::to_string(pdu.major) + "." + std::to_string(pdu.minor)},
                          {2, "pduType " + numbered(static_cast<unsigned>(pdu.type), x2::name_of(pdu.type))},
                          {4, "headerLength " + std::to_string(pdu.header_length())},
                          {4, "payloadLength " + std::to_string(pdu.payload.size())},
                          {2, "payloadFormat " + numbered(static_cast<unsigned>(pdu.format), x2::name_of(pdu.format))},
                          {2, "payloadDirection " + numbered(static_cast<unsigned>(pdu.direction), x2::name_of(pdu.direction))},
                          {16, "xid"},
                          {8, "correlationId"}};
  std::size_t at = 0;
  for (const auto& field : fields) {
    put_rows(out, item.offset + at, item.octets.subspan(at, field.octets), field.note, false);
    at += field.octets;
  }
  for (const auto& one : pdu.attributes) {
    const auto value = x2::value_json(one);
    put_rows(out, item.offset + at, item.octets.subspan(at, 4),
             attribute_name(one) + ", " + std::to_string(one.contents.size()) + " octets", false);
    put_rows(out, item.offset + at + 4, one.contents, value.empty() ? value : printable(std::string_view(value)), false);
    at += 4 + one.contents.size();
  }
  const auto* type = capture::payload_type(whole);
  if (can_be_walked(type, whole.payload)) {
    schema::HexWriter writer(out, secrets);
    static_cast<void>(schema::walk(*type, whole.payload, writer, {{}, item.offset + at}));
  } else {
    put_rows(out, item.offset + at, pdu.payload, {}, true);
  }
  out.put('\n');
}

}  // namespace li::tool
