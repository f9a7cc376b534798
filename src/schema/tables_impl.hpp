// schema/tables_impl.hpp: the schema as it was built, for the two files of this room that see generated code.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "schema/type.hpp"

struct asn_TYPE_descriptor_s;

namespace li::schema {

struct Tables {
  std::vector<std::unique_ptr<Type>> types;
  std::vector<const Type*> stand_alone;
  std::map<const Type*, asn_TYPE_descriptor_s*> descriptors;
};

/// Built at first use; safe from any thread (a static local).
[[nodiscard]] const Tables& tables();

}  // namespace li::schema
