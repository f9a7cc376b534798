#include "schema/redact.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "schema/mikey_look_impl.hpp"

namespace li::schema {
namespace {

constexpr char kMask = '*';

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) { return a == small(b); });
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\0'; }
bool ends_line(char c) { return c == '\r' || c == '\n'; }
bool ends_key(char c) { return is_blank(c) || ends_line(c) || c == '|' || c == ';' || c == '"' || c == '>'; }

bool is_base64(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/' || c == '=' || c == kMask;
}

// Behind a line's end that is folded (the next line starts with a blank): the first character that is no blank; else `at`.
std::size_t behind_fold(std::string_view text, std::size_t at) {
  auto next = at;
  if (next < text.size() && text[next] == '\r') ++next;
  if (next < text.size() && text[next] == '\n') ++next;
  if (next == at || next >= text.size() || !is_blank(text[next])) return at;
  while (next < text.size() && is_blank(text[next])) ++next;
  return next;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return behind_fold(text, at);
}

// The key that stands at `at`: blanks ahead of it are stepped over, and it goes on behind a fold.
std::size_t mask_key(std::string_view text, std::size_t at, std::vector<Range>& found) {
  at = skip_blanks(text, at);
  while (true) {
    const auto begin = at;
    while (at < text.size() && !ends_key(text[at])) ++at;
    if (at > begin) found.push_back({begin, at});
    const auto next = behind_fold(text, at);
    if (next == at) return at;
    at = next;
  }
}

// To the end of the line: k=clear may hold anything.
std::size_t mask_line(std::string_view text, std::size_t at, std::vector<Range>& found) {
  const auto begin = at;
  while (at < text.size() && !ends_line(text[at])) ++at;
  if (at > begin) found.push_back({begin, at});
  return at;
}

// The value of a=key-mgmt:mikey, whatever it is, unless it is a message that keeps its keys to itself.
std::size_t mask_key_mgmt(std::string_view text, std::size_t at, std::vector<Range>& found) {
  constexpr std::string_view kProtocol = "mikey";
  at = skip_blanks(text, at);
  if (!starts_with(text.substr(at), kProtocol)) return at;
  at = skip_blanks(text, at + kProtocol.size());
  while (true) {
    const auto begin = at;
    while (at < text.size() && !ends_line(text[at]) && !is_blank(text[at])) ++at;
    if (at > begin && !mikey_is_protected(text.substr(begin, at - begin))) found.push_back({begin, at});
    const auto next = skip_blanks(text, at);
    if (next == at) return at;
    at = next;
  }
}

// What looks like base64 in the rest of a line that speaks of MIKEY, folds included, unless it keeps its keys to itself.
std::size_t mask_mikey(std::string_view text, std::size_t at, std::vector<Range>& found) {
  constexpr std::size_t kShortest = 12;
  while (at < text.size()) {
    if (ends_line(text[at])) {
      const auto next = behind_fold(text, at);
      if (next == at) return at;
      at = next;
      continue;
    }
    const auto begin = at;
    while (at < text.size() && is_base64(text[at])) ++at;
    const auto run = text.substr(begin, at - begin);
    if (run.size() >= kShortest && !mikey_is_protected(run)) found.push_back({begin, at});
    if (at == begin) ++at;
  }
  return at;
}

// What introduces a secret (lower case), whether only at the start of a line, and how far the secret goes.
struct Introduction {
  std::string_view words;
  bool at_line_start;
  std::size_t (*mask)(std::string_view text, std::size_t at, std::vector<Range>& found);
};
constexpr Introduction kIntroductions[] = {
    {"inline:", false, mask_key},        {"k=clear:", true, mask_line}, {"k=base64:", true, mask_line},
    {"key-mgmt:", false, mask_key_mgmt}, {"mikey", false, mask_mikey},  // prot=mikey in a header
};

void fill(Bytes& octets, const std::vector<Range>& ranges, std::uint8_t with) {
  for (const auto& range : ranges)
    std::fill(octets.begin() + static_cast<std::ptrdiff_t>(range.begin), octets.begin() + static_cast<std::ptrdiff_t>(range.end), with);
}

// So many secrets that a list of them would need more memory than the message: all of it is one.
constexpr std::size_t kMostSecrets = 10'000;

std::vector<Range> secrets_in_sip(std::string_view text) {
  std::vector<Range> found;
  for (std::size_t at = 0; at < text.size();) {
    const char c = small(text[at]);
    auto next = at + 1;
    for (const auto& intro : kIntroductions) {
      if (c != intro.words.front() || !starts_with(text.substr(at), intro.words)) continue;
      const bool line_start = at == 0 || ends_line(text[at - 1]);
      if (intro.at_line_start && !line_start) continue;
      next = intro.mask(text, at + intro.words.size(), found);
      break;
    }
    at = next;
    if (found.size() > kMostSecrets) return {{found.front().begin, text.size()}};
  }
  return found;
}

}  // namespace

bool may_hold_key(const Type& parent, ByteView tlv) {
  for (const auto& member : parent.members) {
    if (member.secrecy == Secrecy::key) return true;
  }
  // SEQUENCE { [1] octets, [2] octets ... }: the shape of CCKeyInfo, at any depth.
  constexpr ber::Tag kFirst{1, ber::TagClass::context};
  constexpr ber::Tag kSecond{2, ber::TagClass::context};
  std::optional<ber::Tag> before;
  std::size_t at = 0;
  while (at < tlv.size()) {
    ber::Header header;
    const auto fault = ber::read_header(tlv, at, tlv.size(), header);
    if (fault != ber::Fault::none && fault != ber::Fault::past_end) return true;
    if (before == kFirst && header.tag == kSecond) return true;
    before = header.tag;
    at += header.octets;
    if (!header.constructed) at += std::min(header.length, tlv.size() - at);
  }
  return false;
}

std::vector<Range> secrets_in(Secrecy secrecy, ByteView octets) {
  switch (secrecy) {
    case Secrecy::none: return {};
    case Secrecy::key: return {{0, octets.size()}};
    case Secrecy::sip: return secrets_in_sip(as_text(octets));
    case Secrecy::payload: return secrets_in_value(get("EncryptedPayload", "LI-PS-PDU"), octets);
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
