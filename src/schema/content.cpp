#include <algorithm>
#include <bit>

#include "base/text.hpp"
#include "base/time.hpp"
#include "schema/content_impl.hpp"

namespace li::schema {
namespace {

bool is_printable(std::uint8_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(" '()+,-./:=?").find(static_cast<char>(c)) != std::string_view::npos;
}

bool valid_characters(Kind kind, ByteView text) {
  switch (kind) {
    case Kind::utf8_string: return is_utf8(text);
    case Kind::printable_string: return std::ranges::all_of(text, is_printable);
    case Kind::numeric_string: return std::ranges::all_of(text, [](auto c) { return c == ' ' || (c >= '0' && c <= '9'); });
    case Kind::ia5_string: return std::ranges::all_of(text, [](auto c) { return c < 0x80; });
    default: return std::ranges::all_of(text, [](auto c) { return c >= 0x20 && c < 0x7F; });
  }
}

Problem judge_oid(ByteView content) {
  if (content.empty()) return Problem::wrong_size;
  if ((content.back() & 0x80) != 0) return Problem::oid_cut;
  auto problem = Problem::none;
  std::size_t bits = 0;
  bool first = true;
  for (const auto octet : content) {
    if (first && octet == 0x80) problem = Problem::oid_padded;
    if (first) bits = octet == 0x80 ? 0 : static_cast<std::size_t>(8 - std::countl_zero(static_cast<std::uint8_t>(octet & 0x7F)));
    else bits += bits == 0 && (octet & 0x7F) == 0 ? 0 : 7;
    if (bits > 64) return Problem::oid_huge;
    first = (octet & 0x80) == 0;
  }
  return problem;
}

Problem judge_number(const Type& type, const Bounds& bounds, ByteView content) {
  if (content.empty()) return Problem::wrong_size;
  const auto number = read_number(content);
  if (!number) return Problem::huge_number;
  const bool padded = content.size() > 1 && ((content[0] == 0 && content[1] < 0x80) || (content[0] == 0xFF && content[1] >= 0x80));
  if (padded) return Problem::not_minimal;
  if (type.kind == Kind::enumerated)
    return type.extensible || type.find_value(number->value) != nullptr ? Problem::none : Problem::unknown_enumerator;
  if (number->is_unsigned) return bounds.high ? Problem::out_of_bounds : Problem::none;
  return bounds.allow(number->value) || bounds.extensible ? Problem::none : Problem::out_of_bounds;
}

Problem judge_bits(ByteView content) {
  if (content.empty()) return Problem::wrong_size;
  return content[0] > 7 || (content[0] != 0 && content.size() == 1) ? Problem::bits_unused : Problem::none;
}

bool real_time(Kind kind, ByteView content) {
  return kind == Kind::utc_time ? is_utc_time(as_text(content)) : is_generalized_time(as_text(content));
}

std::string clause_of(Kind kind) {
  switch (kind) {
    case Kind::boolean: return "X.690 8.2";
    case Kind::integer: return "X.690 8.3";
    case Kind::enumerated: return "X.690 8.4";
    case Kind::bit_string: return "X.690 8.6.2";
    case Kind::null: return "X.690 8.8";
    default: return "X.690 8.19";
  }
}

std::string digits_of(const Number& number) {
  return number.is_unsigned ? std::to_string(static_cast<std::uint64_t>(number.value)) : std::to_string(number.value);
}

std::string_view unit_of(Kind kind) { return kind == Kind::octet_string ? "octets" : kind == Kind::bit_string ? "bits" : "characters"; }

}  // namespace

std::optional<Number> read_number(ByteView content) {
  while (content.size() > 1 && content[0] == 0 && content[1] < 0x80) content = content.subspan(1);
  while (content.size() > 1 && content[0] == 0xFF && content[1] >= 0x80) content = content.subspan(1);
  const bool is_unsigned = content.size() == 9 && content[0] == 0;
  if (content.empty() || (content.size() > 8 && !is_unsigned)) return {};
  std::uint64_t value = (content[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const auto octet : content) value = value << 8 | octet;
  return Number{static_cast<std::int64_t>(value), is_unsigned};
}

std::int64_t size_of(const Type& type, ByteView content) {
  const auto octets = static_cast<std::int64_t>(content.size());
  if (type.kind == Kind::bit_string) return (octets - 1) * 8 - content[0];
  if (type.kind == Kind::utf8_string) return std::ranges::count_if(content, [](auto c) { return (c & 0xC0) != 0x80; });
  return octets;
}

Problem judge(const Type& type, const Bounds& bounds, ByteView content) {
  switch (type.kind) {
    case Kind::boolean: return content.size() == 1 ? Problem::none : Problem::wrong_size;
    case Kind::null: return content.empty() ? Problem::none : Problem::wrong_size;
    case Kind::integer:
    case Kind::enumerated: return judge_number(type, bounds, content);
    case Kind::object_identifier:
    case Kind::relative_oid: return judge_oid(content);
    case Kind::generalized_time:
    case Kind::utc_time:
      if (real_time(type.kind, content)) return Problem::none;
      return valid_characters(type.kind, content) ? Problem::bad_time : Problem::bad_characters;
    case Kind::bit_string:
      if (const auto problem = judge_bits(content); problem != Problem::none) return problem;
      break;
    case Kind::octet_string: break;
    default:
      if (!valid_characters(type.kind, content)) return Problem::bad_characters;
  }
  if (!bounds.any() || bounds.extensible) return Problem::none;
  return bounds.allow(size_of(type, content)) ? Problem::none : Problem::out_of_bounds;
}

Judgement describe(Problem problem, const Type& type, const Bounds& bounds, ByteView content) {
  const std::string kind(to_string(type.kind));
  const auto octets = std::to_string(content.size());
  switch (problem) {
    case Problem::wrong_size: return {kind + " of " + octets + " octets", clause_of(type.kind)};
    case Problem::oid_cut: return {kind + " that ends inside an arc", "X.690 8.19.2"};
    case Problem::oid_huge: return {kind + " with an arc beyond 64 bits", ""};
    case Problem::bits_unused: return {"BIT STRING with wrong unused bits", "X.690 8.6.2"};
    case Problem::not_minimal: return {kind + " with a superfluous leading octet", "X.690 8.3.2"};
    case Problem::oid_padded: return {kind + " with a leading 80 octet in an arc", "X.690 8.19.2"};
    case Problem::huge_number: return {kind + " beyond 64 bits", ""};
    case Problem::unknown_enumerator:
      return {"value " + digits_of(*read_number(content)) + " is not in the enumeration, which has no extension marker", ""};
    case Problem::bad_characters: return {"characters that no " + kind + " has", "X.680 41"};
    case Problem::bad_time: return {"not a " + kind, type.kind == Kind::utc_time ? "X.680 47" : "X.680 46"};
    case Problem::out_of_bounds:
      if (type.kind == Kind::integer) return {digits_of(*read_number(content)) + ", allowed " + to_string(bounds), ""};
      return {std::to_string(size_of(type, content)) + " " + std::string(unit_of(type.kind)) + ", allowed " + to_string(bounds), ""};
    case Problem::none: break;
  }
  return {};
}

}  // namespace li::schema
