#include "schema/value.hpp"

#include <charconv>

#include "schema/content_impl.hpp"

namespace li::schema {
namespace {

template <typename Integer>
bool parse_digits(std::string_view text, Integer& out) {
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc() && stop == end && !text.empty();
}

void append_arc(RecordBytes& out, std::uint64_t arc) {
  int shift = 63;
  while (shift > 0 && arc >> shift == 0) shift -= 7;
  for (; shift > 0; shift -= 7) out.push_back(static_cast<std::uint8_t>(0x80 | (arc >> shift & 0x7F)));
  out.push_back(static_cast<std::uint8_t>(arc & 0x7F));
}

Result<RecordBytes> parse_oid(std::string_view text, bool relative) {
  std::vector<std::uint64_t> arcs;
  while (true) {
    const auto dot = text.find('.');
    std::uint64_t arc = 0;
    if (!parse_digits(text.substr(0, dot), arc))
      return failure(ErrorKind::malformed, "an object identifier is written as numbers of up to 64 bits with dots between them");
    arcs.push_back(arc);
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  RecordBytes out;
  std::size_t first = 0;
  if (!relative) {
    if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39) || arcs[1] > UINT64_MAX - 80) {
      return failure(ErrorKind::malformed, "an object identifier starts with 0, 1 or 2 and a second arc", "X.690 8.19.4");
    }
    append_arc(out, arcs[0] * 40 + arcs[1]);
    first = 2;
  }
  for (std::size_t i = first; i < arcs.size(); ++i) append_arc(out, arcs[i]);
  return out;
}

Result<RecordBytes> parse_enumerator(const Type& type, std::string_view text) {
  if (const auto* known = type.find_enumerator(text)) return number_content(known->value);
  std::int64_t value = 0;
  if (parse_digits(text, value)) return number_content(value);
  return failure(ErrorKind::unknown, "\"" + std::string(text) + "\" is not in the enumeration");
}

Result<RecordBytes> parse_number(std::string_view text) {
  std::int64_t value = 0;
  if (parse_digits(text, value)) return number_content(value);
  std::uint64_t large = 0;
  if (parse_digits(text, large)) return unsigned_content(large);
  return failure(ErrorKind::malformed, "not a whole number of 64 bits");
}

// Unused bits may have any value in BER (X.690 8.6.2.4): they are shown as zero.
void append_bits(std::string& out, ByteView content) {
  const auto bits = content.subspan(1);
  if (bits.empty()) return;
  const std::uint8_t last[] = {static_cast<std::uint8_t>(bits.back() & (0xFF << content[0]))};
  append_hex(out, bits.first(bits.size() - 1));
  append_hex(out, last);
}

Result<RecordBytes> parse_bits(const Bounds& bounds, std::string_view text) {
  auto octets = from_hex(text);
  if (!octets) return failure(std::move(octets.error()));
  std::size_t bits = octets->size() * 8;
  if (bounds.low && bounds.low == bounds.high) {
    const auto wanted = static_cast<std::size_t>(*bounds.low);
    if (octets->size() != (wanted + 7) / 8)
      return failure(ErrorKind::out_of_range, std::to_string(octets->size()) + " octets for " + std::to_string(wanted) + " bits");
    bits = wanted;
  }
  RecordBytes out{static_cast<std::uint8_t>(octets->size() * 8 - bits)};
  append(out, *octets);
  if (out[0] != 0) out.back() &= static_cast<std::uint8_t>(0xFF << out[0]);
  return out;
}

}  // namespace

std::string oid_text(ByteView content, bool relative) {
  std::string out;
  std::uint64_t arc = 0;
  bool first = !relative;
  for (const auto octet : content) {
    arc = arc << 7 | (octet & 0x7F);
    if ((octet & 0x80) != 0) continue;
    if (first) {
      const auto root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      out += std::to_string(root) + "." + std::to_string(arc - static_cast<std::uint64_t>(root) * 40);
    } else {
      if (!out.empty()) out += '.';
      out += std::to_string(arc);
    }
    first = false;
    arc = 0;
  }
  return out;
}

RecordBytes unsigned_content(std::uint64_t value) {
  RecordBytes out;
  if (value >> 63 != 0) out.push_back(0);
  int shift = 56;
  while (shift > 0 && value >> (shift - 1) == 0) shift -= 8;
  for (; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
  return out;
}

RecordBytes number_content(std::int64_t value) {
  if (value >= 0) return unsigned_content(static_cast<std::uint64_t>(value));
  int shift = 56;
  while (shift > 0 && value >> (shift - 1) == -1) shift -= 8;
  RecordBytes out;
  for (; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
  return out;
}

void append_value(std::string& out, const Type& type, ByteView octets) {
  switch (type.kind) {
    case Kind::boolean: out += octets[0] != 0 ? "true" : "false"; return;
    case Kind::null: return;
    case Kind::integer:
    case Kind::enumerated: {
      const auto number = read_number(octets).value_or(Number{});
      const auto* known = type.kind == Kind::enumerated ? type.find_value(number.value) : nullptr;
      if (known != nullptr) out += known->name;
      else out += number.is_unsigned ? std::to_string(static_cast<std::uint64_t>(number.value)) : std::to_string(number.value);
      return;
    }
    case Kind::object_identifier: out += oid_text(octets); return;
    case Kind::relative_oid: out += oid_text(octets, true); return;
    case Kind::octet_string: append_hex(out, octets); return;
    case Kind::bit_string: return append_bits(out, octets);
    default: out += as_text(octets);
  }
}

Result<RecordBytes> parse_value(const Type& type, const Bounds& bounds, std::string_view text) {
  switch (type.kind) {
    case Kind::boolean:
      if (text != "true" && text != "false") return failure(ErrorKind::malformed, "a BOOLEAN is true or false");
      return RecordBytes{static_cast<std::uint8_t>(text == "true" ? 0xFF : 0)};
    case Kind::null:
      if (!text.empty()) return failure(ErrorKind::malformed, "a NULL has no value");
      return RecordBytes{};
    case Kind::integer: return parse_number(text);
    case Kind::enumerated: return parse_enumerator(type, text);
    case Kind::object_identifier: return parse_oid(text, false);
    case Kind::relative_oid: return parse_oid(text, true);
    case Kind::bit_string: return parse_bits(bounds, text);
    case Kind::octet_string: {
      auto octets = from_hex(text);
      if (!octets) return failure(std::move(octets.error()));
      return to_record_bytes(*octets);
    }
    default: return to_record_bytes(as_bytes(text));
  }
}

}  // namespace li::schema
