// schema/xer_names_impl.hpp: the names that X.693 takes from types, shared by the writer and the reader of XER.
#pragma once

#include <array>
#include <string>

#include "schema/type.hpp"

namespace li::schema {

/// Control characters that XML can't hold are empty elements (X.680 table 7).
inline constexpr std::array<std::string_view, 32> kControlNames = {
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs",  "tab", "lf",  "vt",  "ff",  "cr",  "so",  "si",
    "dle", "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em",  "sub", "esc", "is4", "is3", "is2", "is1"};

/// Items of these kinds stand in a list without an element of their own: their value is an element already.
[[nodiscard]] inline bool is_bare_item(Kind kind) {
  return kind == Kind::choice || kind == Kind::enumerated || kind == Kind::boolean || kind == Kind::null;
}

/// The element of a list's item: the name of its type, or of its kind where the type has none ("OCTET_STRING").
[[nodiscard]] inline std::string item_element(const Type& type) {
  if (!type.module.empty()) return std::string(type.name);
  std::string name(to_string(type.kind));
  if (is_list(type.kind)) name = type.kind == Kind::set_of ? "SET_OF" : "SEQUENCE_OF";
  for (auto& c : name) c = c == ' ' || c == '-' ? '_' : c;
  return name;
}

}  // namespace li::schema
