// ops/fields.hpp: named values in order, for what the daemons log and audit.
//
// Source:  none.
// Units:   octets of text, expected to be UTF-8; whoever writes them escapes what is not.
// Errors:  none.
// Owns:    a Field owns its texts. Keys can't get in: neither SecretBytes nor octets make a Field.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace li::ops {

struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  Field(std::string_view field_name, bool yes) : name(field_name), value(yes ? "true" : "false") {}
  template <std::integral T>
  Field(std::string_view field_name, T number) : name(field_name), value(std::to_string(number)) {}
  Field(std::string_view field_name, const char* text) : Field(field_name, std::string_view(text)) {}
  Field(std::string_view, const SecretBytes&) = delete;
  Field(std::string_view, ByteView) = delete;

  bool operator==(const Field&) const = default;

  std::string name;
  std::string value;
};

using Fields = std::vector<Field>;

/// A word as names and kinds are: a lower-case letter, then lower-case letters, digits and underscores, 64 at most.
[[nodiscard]] bool is_word(std::string_view text);

}  // namespace li::ops
