#include "ber/tlv.hpp"

#include <algorithm>
#include <array>

namespace li::ber {
namespace {

constexpr std::size_t kMaxLengthOctets = 127;  // 8.1.3.5: the value 127 of the count is reserved

// Long-form tag number, base 128, most significant first. Leaves `at` behind it.
Fault read_long_tag(ByteView octets, std::size_t& at, std::size_t end, std::uint32_t& number) {
  std::uint64_t value = 0;
  bool first = true;
  while (true) {
    if (at == end) return Fault::cut_identifier;
    const auto octet = octets[at++];
    if (first && octet == 0x80) return Fault::tag_padded;
    first = false;
    value = value << 7 | (octet & 0x7F);
    if (value > UINT32_MAX) return Fault::tag_huge;
    if ((octet & 0x80) == 0) break;
  }
  number = static_cast<std::uint32_t>(value);
  return value < 31 ? Fault::tag_short_in_long : Fault::none;
}

// Long-form length. Leading zeros are allowed (8.1.3.5 note 2), so up to 126 octets.
Fault read_long_length(ByteView octets, std::size_t& at, std::size_t end, std::size_t count, std::size_t& length) {
  if (count == kMaxLengthOctets) return Fault::length_reserved;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (at == end) return Fault::cut_length;
    if (value >> 56 != 0) return Fault::length_huge;
    value = value << 8 | octets[at++];
  }
  length = static_cast<std::size_t>(value);
  return Fault::none;
}

struct Level {
  std::size_t end;
  bool indefinite;
};

Error too_deep(std::size_t at) { return {ErrorKind::limit, "nested deeper than the limit", at, {}, {}}; }

// Both octets of an end-of-contents must be there and zero (8.1.5).
std::optional<Error> check_end_of_contents(ByteView octets, std::size_t at, std::size_t end) {
  if (at + 1 >= end) return Error{ErrorKind::truncated, "end of input inside the end-of-contents octets", at, {}, "X.690 8.1.5"};
  if (octets[at + 1] != 0) return Error{ErrorKind::malformed, "end-of-contents octets with a length other than 0", at, {}, "X.690 8.1.5"};
  return std::nullopt;
}

}  // namespace

std::string to_string(Tag tag) {
  static constexpr std::array<const char*, 4> kClass = {"UNIVERSAL ", "APPLICATION ", "", "PRIVATE "};
  std::string text = "[";
  text += kClass[static_cast<std::size_t>(tag.tag_class)];
  text += std::to_string(tag.number);
  return text += ']';
}

Fault read_header(ByteView octets, std::size_t at, std::size_t end, Header& out) {
  const std::size_t start = at;
  if (at >= end) return Fault::cut_identifier;
  const auto identifier = octets[at++];
  out.tag.tag_class = static_cast<TagClass>(identifier >> 6);
  out.tag.number = identifier & 0x1F;
  out.constructed = (identifier & 0x20) != 0;
  out.indefinite = false;
  out.length = 0;
  if (out.tag.number == 0x1F) {
    if (const auto fault = read_long_tag(octets, at, end, out.tag.number); fault != Fault::none) return fault;
  }
  if (at >= end) return Fault::cut_length;
  const auto first = octets[at++];
  if (first < 0x80) {
    out.length = first;
  } else if (first == 0x80) {
    if (!out.constructed) return Fault::indefinite_primitive;
    out.indefinite = true;
  } else if (const auto fault = read_long_length(octets, at, end, first & 0x7F, out.length); fault != Fault::none) {
    return fault;
  }
  out.octets = static_cast<std::uint8_t>(at - start);
  return out.length > end - at ? Fault::past_end : Fault::none;
}

Error describe(Fault fault, const Header& header, std::size_t at, std::size_t end) {
  const auto error = [&](ErrorKind kind, std::string text, std::string clause) {
    return Error{kind, std::move(text), at, {}, std::move(clause)};
  };
  switch (fault) {
    case Fault::cut_identifier: return error(ErrorKind::truncated, "input ends inside the identifier octets", "X.690 8.1.2");
    case Fault::cut_length: return error(ErrorKind::truncated, "input ends inside the length octets", "X.690 8.1.3");
    case Fault::tag_padded: return error(ErrorKind::malformed, "tag number with a leading 80 octet", "X.690 8.1.2.4.2");
    case Fault::tag_short_in_long: return error(ErrorKind::malformed, "tag number below 31 in the long form", "X.690 8.1.2.2");
    case Fault::tag_huge: return error(ErrorKind::limit, "tag number beyond 32 bits", "X.690 8.1.2.4");
    case Fault::length_reserved: return error(ErrorKind::malformed, "length octet FF, which is reserved", "X.690 8.1.3.5");
    case Fault::length_huge: return error(ErrorKind::malformed, "length beyond 64 bits", "X.690 8.1.3.5");
    case Fault::indefinite_primitive: return error(ErrorKind::malformed, "primitive encoding with indefinite length", "X.690 8.1.3.2");
    case Fault::past_end: break;
    case Fault::none: break;
  }
  const std::size_t room = end - at - header.octets;
  return error(ErrorKind::truncated,
               "length " + std::to_string(header.length) + " runs " + std::to_string(header.length - room) + " octets past the end",
               "X.690 8.1.3");
}

Result<std::size_t> measure(ByteView octets, const Limits& limits, std::size_t* count) {
  std::array<Level, kDepthCap + 1> levels;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled as it is used
  std::size_t depth = 0;
  std::size_t at = 0;
  const std::size_t max_depth = std::min(limits.max_depth, kDepthCap);
  for (std::size_t nodes = 0;; ++nodes) {
    while (depth > 0 && !levels[depth].indefinite && at == levels[depth].end) --depth;
    if (depth == 0 && nodes > 0) {
      if (count != nullptr) *count += nodes;
      return at;
    }
    const std::size_t end = depth == 0 ? octets.size() : levels[depth].end;
    if (nodes > limits.max_nodes)
      return failure({ErrorKind::limit, "more than " + std::to_string(limits.max_nodes) + " values", at, {}, {}});
    if (depth > 0 && levels[depth].indefinite && at < end && octets[at] == 0) {
      if (auto error = check_end_of_contents(octets, at, end)) return failure(*std::move(error));
      at += 2;
      --depth;
      continue;
    }
    Header header;
    if (const auto fault = read_header(octets, at, end, header); fault != Fault::none) return failure(describe(fault, header, at, end));
    if (header.tag == Tag{})
      return failure({ErrorKind::malformed, "end-of-contents octets where nothing of indefinite length is open", at, {}, "X.690 8.1.5"});
    at += header.octets;
    if (!header.constructed) {
      at += header.length;
      continue;
    }
    if (depth == max_depth) return failure(too_deep(at - header.octets));
    levels[++depth] = {header.indefinite ? end : at + header.length, header.indefinite};
  }
}

Result<Segments> join_segments(ByteView octets, std::size_t at, std::size_t end, bool indefinite, std::uint32_t segment,
                               const Limits& limits, RecordBytes& out) {
  std::array<Level, kDepthCap + 1> levels;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled as it is used
  const std::size_t max_depth = std::min(limits.max_depth, kDepthCap);
  const bool bits = segment == 3;
  Segments result;
  std::size_t depth = 0;
  levels[0] = {end, indefinite};
  if (!indefinite && end > at) out.reserve(out.size() + (end - at));  // in one piece: a string may be as large as the record
  while (true) {
    while (!levels[depth].indefinite && at == levels[depth].end) {
      if (depth-- == 0) return result.end = at, result;
    }
    const auto& level = levels[depth];
    if (level.indefinite && at < level.end && octets[at] == 0) {
      if (auto error = check_end_of_contents(octets, at, level.end)) return failure(*std::move(error));
      at += 2;
      if (depth-- == 0) return result.end = at, result;
      continue;
    }
    Header header;
    if (const auto fault = read_header(octets, at, level.end, header); fault != Fault::none)
      return failure(describe(fault, header, at, level.end));
    if (header.tag != Tag{segment, TagClass::universal}) {
      return failure({ErrorKind::unexpected,
                      "segment with tag " + to_string(header.tag) + " in a constructed string",
                      at,
                      {},
                      bits ? "X.690 8.6.4" : "X.690 8.7.3"});
    }
    if (++result.nodes > limits.max_nodes)
      return failure({ErrorKind::limit, "more than " + std::to_string(limits.max_nodes) + " segments", at, {}, {}});
    const std::size_t start = at;
    at += header.octets;
    if (header.constructed) {
      if (depth == max_depth) return failure(too_deep(start));
      const std::size_t inner = header.indefinite ? level.end : at + header.length;
      levels[++depth] = {inner, header.indefinite};
      continue;
    }
    auto content = octets.subspan(at, header.length);
    at += header.length;
    if (bits) {
      if (content.empty() || content[0] > 7 || (content[0] != 0 && content.size() == 1) || result.unused_bits != 0) {
        return failure({ErrorKind::malformed, "segment of a BIT STRING with wrong unused bits", start, {}, "X.690 8.6.2"});
      }
      result.unused_bits = content[0];
      content = content.subspan(1);
    }
    append(out, content);
  }
}

}  // namespace li::ber
