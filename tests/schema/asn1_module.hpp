// tests/schema/asn1_module.hpp: the modules of asn1/ read as text, without asn1c: what the schema is held against.
//
// It takes the part of X.680 that the modules use: IMPLICIT or AUTOMATIC TAGS, no value assignments, no information objects.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace li::test {

struct AsnType;

struct AsnMember {
  std::string name;
  std::vector<AsnType> type;  // always one; a vector because AsnType is not complete yet
  bool optional = false;
  std::string default_value;
};

struct AsnType {
  std::string kind;  // "SEQUENCE", "SEQUENCE OF", "OCTET STRING" ..., or the name of a type
  bool is_reference = false;
  std::optional<std::string> tag;  // "[4]", "[UNIVERSAL 24]"
  std::optional<std::int64_t> low;
  std::optional<std::int64_t> high;
  bool extensible = false;
  std::size_t roots = 0;           // members or enumerators before the marker
  std::vector<AsnMember> members;  // of a list one, without a name
  std::vector<std::pair<std::string, std::int64_t>> enumerators;
};

struct AsnModule {
  std::string name;
  std::map<std::string, AsnType> types;
};

/// Throws std::runtime_error on a module that it can't read.
AsnModule read_module(std::string_view text);

}  // namespace li::test
