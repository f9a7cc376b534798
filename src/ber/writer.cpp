#include "ber/writer.hpp"

#include <algorithm>
#include <array>

namespace li::ber {
namespace {

std::size_t length_octets(std::size_t length) {
  if (length < 0x80) return 1;
  std::size_t octets = 1;
  for (; length != 0; length >>= 8) ++octets;
  return octets;
}

void put_length(std::uint8_t* at, std::size_t length, std::size_t octets) {
  if (octets == 1) {
    *at = static_cast<std::uint8_t>(length);
    return;
  }
  *at = static_cast<std::uint8_t>(0x80 | (octets - 1));
  for (std::size_t i = octets - 1; i > 0; --i, length >>= 8) at[i] = static_cast<std::uint8_t>(length);
}

struct OpenValue {
  std::size_t end;
  bool indefinite;
  std::size_t mark;
};

}  // namespace

void Writer::identifier(Tag tag, bool constructed) {
  const auto lead = static_cast<std::uint8_t>(static_cast<unsigned>(tag.tag_class) << 6 | (constructed ? 0x20U : 0U));
  if (tag.number < 31) {
    octets_.push_back(lead | static_cast<std::uint8_t>(tag.number));
    return;
  }
  octets_.push_back(lead | 0x1F);
  int shift = 28;
  while (tag.number >> shift == 0) shift -= 7;
  for (; shift > 0; shift -= 7) octets_.push_back(static_cast<std::uint8_t>(0x80 | (tag.number >> shift & 0x7F)));
  octets_.push_back(static_cast<std::uint8_t>(tag.number & 0x7F));
}

void Writer::length(std::size_t octets) {
  const auto needed = length_octets(octets);
  octets_.resize(octets_.size() + needed);
  put_length(octets_.data() + octets_.size() - needed, octets, needed);
}

std::size_t Writer::open(Tag tag) {
  identifier(tag, true);
  octets_.push_back(0);
  return octets_.size();
}

void Writer::close(std::size_t mark) {
  const std::size_t length = octets_.size() - mark;
  const std::size_t needed = length_octets(length);
  if (needed > 1) {
    octets_.resize(octets_.size() + needed - 1);
    std::memmove(octets_.data() + mark + needed - 1, octets_.data() + mark, length);
  }
  put_length(octets_.data() + mark - 1, length, needed);
}

void Writer::header(Tag tag, bool constructed, std::size_t octets) {
  identifier(tag, constructed);
  length(octets);
}

void Writer::primitive(Tag tag, ByteView content) {
  if (tag.number >= 31 || content.size() >= 0x80) {
    header(tag, false, content.size());
    return raw(content);
  }
  const auto at = octets_.size();  // the common case in one step
  octets_.resize(at + 2 + content.size());
  octets_[at] = static_cast<std::uint8_t>(static_cast<unsigned>(tag.tag_class) << 6 | tag.number);
  octets_[at + 1] = static_cast<std::uint8_t>(content.size());
  if (!content.empty()) std::memcpy(octets_.data() + at + 2, content.data(), content.size());
}

void Writer::replace_tail(std::size_t start, ByteView octets) {
  octets_.resize(start);
  raw(octets);
}

Result<RecordBytes> definite(ByteView tlv, std::span<const Edit> edits, const Limits& limits) {
  const auto size = measure(tlv, limits);
  if (!size) return failure(size.error());
  if (*size != tlv.size()) return failure({ErrorKind::malformed, "octets left over behind the value", *size, {}, {}});

  std::array<OpenValue, kDepthCap + 1> levels;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled as it is used
  std::size_t depth = 0;
  std::size_t at = 0;
  Writer out;
  out.reserve(tlv.size());
  levels[0] = {tlv.size(), false, 0};
  while (true) {  // measure() has checked everything: headers are read here without looking at faults again
    while (depth > 0 && (levels[depth].indefinite ? tlv[at] == 0 : at == levels[depth].end)) {
      if (levels[depth].indefinite) at += 2;
      out.close(levels[depth--].mark);
    }
    if (depth == 0 && at == tlv.size()) return out.take();
    Header header;
    const auto end = levels[depth].end;
    if (const auto fault = read_header(tlv, at, end, header); fault != Fault::none) return failure(describe(fault, header, at, end));
    while (!edits.empty() && edits.front().offset < at) edits = edits.subspan(1);
    const auto inner = at + header.octets;
    if (!edits.empty() && edits.front().offset == at) {
      if (edits.front().what == Edit::What::drop) {
        at += *measure(tlv.subspan(at), limits);
        continue;
      }
      const bool bits = edits.front().what == Edit::What::join_bits;
      RecordBytes joined(bits ? 1 : 0);
      const auto joined_end =
          join_segments(tlv, inner, header.indefinite ? end : inner + header.length, header.indefinite, bits ? 3 : 4, limits, joined);
      if (!joined_end) return failure(joined_end.error());
      if (bits) joined[0] = joined_end->unused_bits;
      out.primitive(header.tag, joined);
      at = joined_end->end;
      continue;
    }
    if (header.constructed) {
      levels[++depth] = {header.indefinite ? end : inner + header.length, header.indefinite, out.open(header.tag)};
    } else {
      out.primitive(header.tag, tlv.subspan(inner, header.length));
    }
    at = header.constructed ? inner : inner + header.length;
  }
}

}  // namespace li::ber
