#include "schema/text.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "schema/value.hpp"

namespace li::schema {
namespace {

constexpr std::size_t kColumn = 34;  // where values start
constexpr std::size_t kShort = 40;   // octets that fit a line in hexadecimal
constexpr std::size_t kRow = 32;

// Characters that people can read: enough of them that it is no accident.
bool looks_like_text(ByteView octets) {
  constexpr std::size_t kEnough = 3;
  const auto readable = [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; };
  return octets.size() >= kEnough && std::ranges::all_of(octets, readable);
}

bool looks_like_lines(ByteView octets) {
  const auto bad = [](std::uint8_t c) { return c < 0x20 && c != '\t' && c != '\r' && c != '\n'; };
  return octets.size() > kShort && std::ranges::find(octets, '\n') != octets.end() && std::ranges::none_of(octets, bad) && is_utf8(octets);
}

bool wraps_choice(const Node& node) { return node.parent == nullptr && node.type->kind == Kind::choice; }

std::string calendar(const Node& node, std::string_view text) {
  const auto time = node.type->kind == Kind::utc_time ? parse_utc_time(text) : parse_generalized_time(text);
  return time ? time->to_string() : std::string();
}

}  // namespace

void TextWriter::name(const Node& node) {
  const auto text = node.member == nullptr      ? std::string(node.type->name)
                    : node.member->name.empty() ? "[" + std::to_string(node.index) + "]"
                                                : std::string(node.member->name);
  if (open_) {
    out_.put('.');
    ++column_;
  } else {
    out_.pad(2 * depth_);
    column_ = 2 * depth_;
  }
  out_.put(palette_.name);
  out_.put(text);
  out_.put(palette_.off);
  column_ += text.size();
  open_ = false;
}

void TextWriter::enter(const Node& node) {
  if (node.member == nullptr) {
    if (!wraps_choice(node)) ++depth_;
    return;
  }
  const bool envelope = wraps_choice(*node.parent) && node.type->kind == Kind::choice;
  if (envelope) return;
  name(node);
  if (node.type->kind == Kind::choice) {
    open_ = true;
    return;
  }
  out_.put('\n');
  ++depth_;
}

void TextWriter::leave(const Node& node) {
  if (node.type->kind != Kind::choice) --depth_;
  open_ = false;
  out_.settle();
}

void TextWriter::primitive(const Node& node, const Content& content) {
  name(node);
  const auto kind = node.type->kind;
  out_.pad(column_ < kColumn ? kColumn - column_ : 1);
  if (kind == Kind::octet_string || !content.valid) return octet_string(node, content);
  const auto secrecy = node.member != nullptr && secrets_ == Secrets::hide ? node.member->secrecy : Secrecy::none;
  std::string text;
  if (secrecy == Secrecy::key) text = "(" + std::to_string(content.octets.size()) + " characters, hidden; --show-keys shows them)";
  else append_value(text, *node.type, content.octets);
  out_.put(is_text(kind) ? printable(text) : kind == Kind::null ? "present" : text);
  if (kind == Kind::generalized_time || kind == Kind::utc_time) {
    out_.put("  ");
    out_.put(palette_.dim);
    out_.put(calendar(node, text));
    out_.put(palette_.off);
  }
  out_.put('\n');
  out_.settle();
}

void TextWriter::octet_string(const Node& node, const Content& content) {
  const auto secrecy = node.member != nullptr && secrets_ == Secrets::hide ? node.member->secrecy : Secrecy::none;
  const auto size = std::to_string(content.octets.size());
  if (secrecy == Secrecy::key) {
    out_.put("(" + size + " octets, hidden; --show-keys shows them)\n");
    return;
  }
  const auto secrets = secrets_in(secrecy, content.octets);
  const auto masked = secrets.empty() ? Bytes() : mask(content.octets, secrets);
  const auto octets = secrets.empty() ? content.octets : ByteView(masked);
  const bool is_key = node.member != nullptr && node.member->secrecy == Secrecy::key;  // by chance its octets may be letters
  if (octets.empty()) {
    out_.put("(empty)\n");
  } else if (!is_key && looks_like_lines(octets)) {
    out_.put("(" + size + " octets)\n");
    lines(octets);
  } else if (!is_key && looks_like_text(octets) && octets.size() <= 2 * kShort) {
    out_.put("\"" + printable(octets) + "\"\n");
  } else if (octets.size() <= kShort) {
    out_.hex(octets);
    out_.put('\n');
  } else {
    out_.put("(" + size + " octets)\n");
    rows(octets);
  }
  out_.settle();
}

void TextWriter::lines(ByteView text) {
  auto rest = as_text(text);
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    out_.pad(2 * (depth_ + 1));
    out_.put(palette_.dim);
    out_.put("| ");
    out_.put(palette_.off);
    out_.put(printable(line));
    out_.put('\n');
    out_.settle();
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + 1);
  }
}

void TextWriter::rows(ByteView octets) {
  for (; !octets.empty(); octets = octets.subspan(std::min(kRow, octets.size()))) {
    out_.pad(2 * (depth_ + 1));
    out_.hex(octets.first(std::min(kRow, octets.size())));
    out_.put('\n');
    out_.settle();
  }
}

void TextWriter::unknown(const Node& parent, std::size_t /*offset*/, ByteView tlv) {
  ber::Header header;
  if (ber::read_header(tlv, 0, tlv.size(), header) != ber::Fault::none) return;
  if (open_) out_.put('.');
  else out_.pad(2 * depth_);
  out_.put(palette_.warn);
  out_.put(ber::to_string(header.tag) + " (not in " + std::string(parent.type->name) + ")");
  out_.put(palette_.off);
  out_.put("  ");
  if (secrets_ == Secrets::hide && may_hold_key(*parent.type, tlv)) {
    out_.put("(" + std::to_string(tlv.size()) + " octets that may hold a key, hidden; --show-keys shows them)\n");
  } else if (tlv.size() <= kShort) {
    out_.hex(tlv);
    out_.put('\n');
  } else {
    out_.put("(" + std::to_string(tlv.size()) + " octets)\n");
    rows(tlv);
  }
  open_ = false;
}

}  // namespace li::schema
