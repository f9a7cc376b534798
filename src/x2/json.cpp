// PDUs as JSON; json_read.cpp is the way back.
#include "x2/json.hpp"

#include <algorithm>
#include <cstdio>

#include "base/text.hpp"
#include "x2/big_endian_impl.hpp"

namespace li::x2 {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string hex_of(ByteView octets) { return '"' + to_hex(octets) + '"'; }

std::string ipv4_text(ByteView octets) {
  std::string text;
  for (const auto octet : octets) text += (text.empty() ? "" : ".") + std::to_string(octet);
  return text;
}

// RFC 5952: the longest run of two or more zero groups, the first of equals, becomes "::".
std::string ipv6_text(ByteView octets) {
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = get<std::uint16_t>(octets, 2 * i);
  std::size_t best = 0;
  std::size_t length = 1;
  for (std::size_t i = 0; i < groups.size();) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - i > length) best = i, length = end - i;
    i = std::max(end, i + 1);
  }
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (length > 1 && i == best) {
      text += "::";
      i += length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    char digits[8];
    std::snprintf(digits, sizeof digits, "%x", static_cast<unsigned>(groups[i]));
    text += digits;
  }
  return text;
}

std::string additional_xid(ByteView octets) {
  Xid xid{};
  std::copy_n(octets.begin(), xid.size(), xid.begin());
  auto text = R"({"xid":")" + to_string(xid) + R"(","correlationId":)" + hex_of(octets.subspan(16, 8));
  if (octets.size() == 28) text += R"(,"sequenceNumber":)" + std::to_string(get<std::uint32_t>(octets, 24));
  return text + "}";
}

std::string proprietary(ByteView octets) {
  if (octets.empty() || octets[0] >= octets.size() || !is_utf8(octets.subspan(1, octets[0]))) return {};
  const std::size_t owner = octets[0];
  return R"({"owner":)" + quoted(as_text(octets.subspan(1, owner))) + R"(,"value":)" + hex_of(octets.subspan(1 + owner)) + "}";
}

// Members of an object or items of an array, on lines of their own when indented.
class Lines {
 public:
  Lines(bool indented, std::size_t depth) : indented_(indented), depth_(depth) {}
  void add(std::string_view name, const std::string& value) {
    out_ += out_.empty() ? "" : ",";
    new_line(depth_);
    if (!name.empty()) out_ += '"' + std::string(name) + (indented_ ? "\": " : "\":");
    out_ += value;
  }
  [[nodiscard]] std::string finish(char open, char close) {
    if (!out_.empty()) new_line(depth_ - 1);
    return open + out_ + close;
  }

 private:
  void new_line(std::size_t depth) {
    if (indented_) out_ += '\n' + std::string(2 * depth, ' ');
  }
  bool indented_;
  std::size_t depth_;
  std::string out_;
};

std::string attributes_json(const Pdu& pdu, bool indented) {
  Lines items(indented, 2);
  for (const auto& one : pdu.attributes) {
    Lines members(false, 0);
    members.add("type", std::to_string(static_cast<unsigned>(one.type)));
    members.add("contents", hex_of(one.contents));
    if (const auto name = name_of(one.type); !name.empty()) members.add("name", quoted(name));
    if (const auto value = value_json(one); !value.empty()) members.add("value", value);
    items.add({}, members.finish('{', '}'));
  }
  return items.finish('[', ']');
}

}  // namespace

std::string value_json(const Attribute& attribute) {
  const ByteView octets = attribute.contents;
  const auto size = octets.size();
  switch (attribute.type) {
    case AttributeType::proprietary: return proprietary(octets);
    case AttributeType::sequence_number: return size == 4 ? std::to_string(get<std::uint32_t>(octets)) : "";
    case AttributeType::timestamp:
      if (size != 8) return {};
      return R"({"seconds":)" + std::to_string(get<std::uint32_t>(octets)) + R"(,"nanoseconds":)" +
             std::to_string(get<std::uint32_t>(octets, 4)) + "}";
    case AttributeType::source_ipv4:
    case AttributeType::destination_ipv4: return size == 4 ? quoted(ipv4_text(octets)) : "";
    case AttributeType::source_ipv6:
    case AttributeType::destination_ipv6: return size == 16 ? quoted(ipv6_text(octets)) : "";
    case AttributeType::source_port:
    case AttributeType::destination_port: return size == 2 ? std::to_string(get<std::uint16_t>(octets)) : "";
    case AttributeType::ip_protocol: return size == 1 ? std::to_string(octets[0]) : "";
    case AttributeType::additional_xid: return size == 24 || size == 28 ? additional_xid(octets) : "";
    case AttributeType::matched_target_identifier:
    case AttributeType::other_target_identifier:
    case AttributeType::mime_content_type:
    case AttributeType::mime_content_transfer_encoding:
    case AttributeType::sdp_session_description: return is_utf8(octets) ? quoted(as_text(octets)) : "";
    default: return {};
  }
}

std::string to_json(const Pdu& pdu, bool indented) {
  Lines members(indented, 1);
  members.add("version", R"({"major":)" + std::to_string(pdu.major) + R"(,"minor":)" + std::to_string(pdu.minor) + "}");
  const auto type = name_of(pdu.type);
  members.add("pduType", type.empty() ? std::to_string(static_cast<unsigned>(pdu.type)) : quoted(type));
  members.add("headerLength", std::to_string(pdu.header_length()));
  members.add("payloadLength", std::to_string(pdu.payload.size()));
  members.add("payloadFormat", std::to_string(static_cast<unsigned>(pdu.format)));
  members.add("payloadDirection", std::to_string(static_cast<unsigned>(pdu.direction)));
  members.add("xid", quoted(to_string(pdu.xid)));
  RecordBytes correlation;
  put(correlation, pdu.correlation_id);
  members.add("correlationId", hex_of(correlation));
  members.add("attributes", attributes_json(pdu, indented));
  members.add("payload", hex_of(pdu.payload));
  return members.finish('{', '}');
}

}  // namespace li::x2
