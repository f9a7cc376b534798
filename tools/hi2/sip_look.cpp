#include "hi2/sip_look.hpp"

#include <algorithm>

namespace li::tool {
namespace {

bool same(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// The value of the first header of that name, compact form included; header lines end at the empty one.
std::string_view header(std::string_view message, std::string_view name, std::string_view compact) {
  static_cast<void>(take_line(message));
  while (!message.empty()) {
    const auto line = take_line(message);
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto field = trimmed(line.substr(0, colon));
    if (same(field, name) || same(field, compact)) return trimmed(line.substr(colon + 1));
  }
  return {};
}

// user@host of a name-addr or addr-spec, without scheme and parameters.
std::string address(std::string_view value) {
  if (const auto open = value.find('<'); open != std::string_view::npos) {
    value.remove_prefix(open + 1);
    value = value.substr(0, value.find('>'));
  }
  value = value.substr(0, value.find_first_of(";?"));
  for (const std::string_view scheme : {"sip:", "sips:", "tel:"}) {
    if (value.size() >= scheme.size() && same(value.substr(0, scheme.size()), scheme)) {
      value.remove_prefix(scheme.size());
      break;
    }
  }
  return std::string(value);
}

std::string start_of(std::string_view message) {
  auto rest = message;
  const auto line = take_line(rest);
  if (!line.starts_with("SIP/2.0 ")) return std::string(line.substr(0, line.find(' ')));
  const auto sequence = header(message, "CSeq", "CSeq");
  const auto space = sequence.find(' ');
  auto start = std::string(line.substr(8));
  if (space != std::string_view::npos) start += " (" + std::string(trimmed(sequence.substr(space))) + ")";
  return start;
}

}  // namespace

void look_at_sdp(std::string_view sdp, SipLook& look) {
  look.ticket |= sdp.find("a=key-mgmt:mikey") != std::string_view::npos;
  look.sdes |= sdp.find("a=crypto:") != std::string_view::npos;
}

SipLook look_at_sip(std::string_view message) {
  SipLook look;
  look.start = start_of(message);
  look.from = address(header(message, "From", "f"));
  look.to = address(header(message, "To", "t"));
  look_at_sdp(message, look);
  return look;
}

}  // namespace li::tool
