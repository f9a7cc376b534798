#include "schema/type.hpp"

#include <algorithm>
#include <array>

namespace li::schema {

std::string_view to_string(Kind kind) {
  static constexpr std::array<std::string_view, 19> kNames = {
      "SEQUENCE",      "SEQUENCE OF",       "SET OF",        "CHOICE",          "BOOLEAN",    "INTEGER",    "ENUMERATED",
      "NULL",          "OBJECT IDENTIFIER", "RELATIVE-OID",  "OCTET STRING",    "BIT STRING", "UTF8String", "PrintableString",
      "NumericString", "IA5String",         "VisibleString", "GeneralizedTime", "UTCTime"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string to_string(const Bounds& bounds) {
  if (bounds.low && bounds.high) {
    const auto low = std::to_string(*bounds.low);
    return bounds.low == bounds.high ? low : low + ".." + std::to_string(*bounds.high);
  }
  if (bounds.low) return std::to_string(*bounds.low) + " or more";
  return bounds.high ? "up to " + std::to_string(*bounds.high) : "any";
}

const Member* Type::find(std::string_view member) const {
  const auto found = std::ranges::find(members, member, &Member::name);
  return found == members.end() ? nullptr : &*found;
}

const Enumerator* Type::find_value(std::int64_t value) const {
  const auto found = std::ranges::find(enumerators, value, &Enumerator::value);
  return found == enumerators.end() ? nullptr : &*found;
}

const Enumerator* Type::find_enumerator(std::string_view enumerator) const {
  const auto found = std::ranges::find(enumerators, enumerator, &Enumerator::name);
  return found == enumerators.end() ? nullptr : &*found;
}

}  // namespace li::schema
