#include "schema/hex.hpp"

#include <cstdio>

#include "schema/value.hpp"

namespace li::schema {
namespace {

constexpr std::size_t kRow = 16;
constexpr std::size_t kMaxIndent = 24;

std::string name_of(const Node& node) {
  if (node.member == nullptr) return std::string(node.type->name);
  return node.member->name.empty() ? "[" + std::to_string(node.index) + "]" : std::string(node.member->name);
}

// `secret` flags the octets that must not show, or is empty where none is secret.
bool is_secret(ByteView secret, std::size_t at) { return !secret.empty() && secret[at] != 0; }

ByteView part(ByteView octets, std::size_t at, std::size_t size) { return octets.empty() ? octets : octets.subspan(at, size); }

std::string characters(ByteView octets, ByteView secret) {
  std::string text;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (is_secret(secret, i)) text += '*';
    else text += octets[i] >= 0x20 && octets[i] < 0x7F ? static_cast<char>(octets[i]) : '.';
  }
  return text;
}

// What the octets mean, where that is short; the characters of longer ones stand beside their rows.
std::string meaning(const Node& node, const Content& content) {
  const auto kind = node.type->kind;
  if (!content.valid || kind == Kind::octet_string || kind == Kind::null || kind == Kind::bit_string) return {};
  std::string text;
  append_value(text, *node.type, content.octets);
  if (text.size() > 60) return {};
  return is_text(kind) ? " = \"" + characters(as_bytes(text), {}) + "\"" : " = " + text;
}

}  // namespace

// One line: offset, up to 16 octets, note.
void HexWriter::row(std::size_t offset, ByteView octets, ByteView secret, std::string_view note) {
  char place[24];
  std::snprintf(place, sizeof place, "%08zx  ", offset);
  out_.put(place);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (is_secret(secret, i)) out_.put("**");
    else out_.hex(octets.subspan(i, 1));
    out_.put(' ');
  }
  out_.pad(3 * (kRow - std::min(kRow, octets.size())) + 1);
  out_.pad(std::min(2 * depth_, kMaxIndent));
  out_.put(note);
  out_.put('\n');
  out_.settle();
}

void HexWriter::header(std::size_t offset, ByteView octets, const std::string& note) {
  for (; octets.size() > kRow; octets = octets.subspan(kRow), offset += kRow) row(offset, octets.first(kRow), {}, "");
  row(offset, octets, {}, note);
}

void HexWriter::content(std::size_t offset, ByteView octets, ByteView secret) {
  for (std::size_t at = 0; at < octets.size(); at += kRow) {
    const auto piece = octets.subspan(at, std::min(kRow, octets.size() - at));
    const auto flagged = part(secret, at, piece.size());
    row(offset + at, piece, flagged, "| " + characters(piece, flagged));
  }
}

void HexWriter::enter(const Node& node) {
  if (!node.header.empty()) header(node.offset, node.header, name_of(node) + " (" + std::string(to_string(node.type->kind)) + ")");
  ++depth_;
}

void HexWriter::leave(const Node& /*node*/) { --depth_; }

void HexWriter::end_of_contents(const Node& node, std::size_t offset) {
  constexpr std::uint8_t kEnd[] = {0, 0};
  header(offset, kEnd, "end of " + name_of(node));
}

void HexWriter::primitive(const Node& node, const Content& value) {
  auto secrecy = node.member != nullptr && secrets_ == Secrets::hide ? node.member->secrecy : Secrecy::none;
  const auto secrets = secrets_in(secrecy, value.octets);
  const auto secret = secrets.empty() ? Bytes() : flags(value.octets.size(), secrets);
  header(node.offset, node.header, name_of(node) + (secrets.empty() ? meaning(node, value) : std::string()));
  ++depth_;
  if (value.segmented) segments(node, value, secret);
  else content(node.offset + node.header.size(), value.octets, secret);
  --depth_;
}

// The segments with their own headers; what is secret is told by the joined value, so that a secret across two stays hidden.
void HexWriter::segments(const Node& node, const Content& value, ByteView secret) {
  const auto base = node.offset + node.header.size();
  const bool bits = node.type->kind == Kind::bit_string;
  std::size_t joined = bits ? 1 : 0;
  std::size_t at = 0;
  while (at < value.encoded.size()) {
    ber::Header segment;
    if (value.encoded[at] == 0) {
      header(base + at, value.encoded.subspan(at, 2), "end of segments");
      at += 2;
      continue;
    }
    if (ber::read_header(value.encoded, at, value.encoded.size(), segment) != ber::Fault::none) return;
    header(base + at, value.encoded.subspan(at, segment.octets), "segment");
    at += segment.octets;
    if (segment.constructed) continue;
    if (bits) header(base + at, value.encoded.subspan(at, 1), "unused bits");
    const auto start = at + (bits ? 1 : 0);
    const auto size = segment.length - (bits ? 1 : 0);
    content(base + start, value.octets.subspan(joined, size), part(secret, joined, size));
    joined += size;
    at += segment.length;
  }
}

void HexWriter::unknown(const Node& parent, std::size_t offset, ByteView tlv) {
  ber::Header first;
  if (ber::read_header(tlv, 0, tlv.size(), first) != ber::Fault::none) return;
  header(offset, tlv.first(first.octets), ber::to_string(first.tag) + ", not in " + std::string(parent.type->name));
  ++depth_;
  const auto inside = tlv.subspan(first.octets);
  const bool hidden = secrets_ == Secrets::hide && may_hold_key(*parent.type, tlv);
  content(offset + first.octets, inside, hidden ? Bytes(inside.size(), 1) : Bytes());
  --depth_;
}

}  // namespace li::schema
