#include "schema/redact.hpp"

#include <algorithm>

#include "schema/mikey_look_impl.hpp"

namespace li::schema {
namespace {

constexpr char kMask = '*';

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) { return a == lower(b); });
}

bool ends_key(char c) { return c == '|' || c == ';' || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; }
bool ends_line(char c) { return c == '\r' || c == '\n' || c == '\0'; }

std::size_t find_end(std::string_view text, std::size_t at, bool (*ends)(char)) {
  while (at < text.size() && !ends(text[at])) ++at;
  return at;
}

// Where a secret starts if `text` at `at` begins with something that introduces one; and what ends it.
struct Introduction {
  std::string_view words;
  bool at_line_start;
  bool (*ends)(char);
};
constexpr Introduction kIntroductions[] = {
    {"inline:", false, ends_key},
    {"k=clear:", true, ends_line},
    {"k=base64:", true, ends_line},
    {"a=key-mgmt:mikey ", true, ends_line},
    {"a=key-mgmt: mikey ", true, ends_line},     // RFC 4567 3.1 allows one space there
    {"key-mgmt: mikey;data=", false, ends_key},  // RFC 4567 in RTSP and SIP headers
};

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

void fill(Bytes& octets, const std::vector<Range>& ranges, std::uint8_t with) {
  for (const auto& range : ranges)
    std::fill(octets.begin() + static_cast<std::ptrdiff_t>(range.begin), octets.begin() + static_cast<std::ptrdiff_t>(range.end), with);
}

std::vector<Range> secrets_in_sip(std::string_view text) {
  std::vector<Range> found;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = lower(text[at]);
    if (c != 'i' && c != 'k' && c != 'a') continue;
    for (const auto& intro : kIntroductions) {
      const bool line_start = at == 0 || ends_line(text[at - 1]);
      if ((intro.at_line_start && !line_start) || !starts_with(text.substr(at), intro.words)) continue;
      const auto begin = at + intro.words.size();
      const auto end = find_end(text, begin, intro.ends);
      const bool mikey = intro.words.find("mikey") != std::string_view::npos;
      if (!mikey || !mikey_is_protected(unquoted(text.substr(begin, end - begin)))) found.push_back({begin, end});
      at = end == at ? at : end - 1;
      break;
    }
  }
  return found;
}

}  // namespace

std::vector<Range> secrets_in(Secrecy secrecy, ByteView octets) {
  switch (secrecy) {
    case Secrecy::none: return {};
    case Secrecy::key: return {{0, octets.size()}};
    case Secrecy::sip: return secrets_in_sip(as_text(octets));
  }
  return {};
}

bool was_masked(Secrecy secrecy, ByteView octets) {
  return std::ranges::any_of(secrets_in(secrecy, octets), [&](const Range& range) {
    const auto secret = octets.subspan(range.begin, range.end - range.begin);
    return !secret.empty() && std::ranges::all_of(secret, [](auto c) { return c == kMask; });
  });
}

Bytes mask(ByteView octets, const std::vector<Range>& secrets) {
  auto masked = to_bytes(octets);
  fill(masked, secrets, kMask);
  return masked;
}

Bytes flags(std::size_t octets, const std::vector<Range>& secrets) {
  Bytes flags(octets, 0);
  fill(flags, secrets, 1);
  return flags;
}

}  // namespace li::schema
