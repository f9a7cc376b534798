// fuzz/fuzz.hpp: what the fuzz targets share.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "hi2/module.hpp"
#include "schema/json.hpp"

namespace li::fuzz {

/// Ends the run with a reason: the property does not hold.
[[noreturn]] inline void broken(const std::string& what) {
  std::fprintf(stderr, "property broken: %s\n", what.c_str());
  std::abort();
}

/// The value as JSON with its keys; the walk must succeed.
inline std::string to_json(const schema::Type& type, ByteView octets) {
  schema::Output out;
  schema::JsonWriter writer(out, schema::JsonForm::line, schema::Secrets::show);
  if (const auto walked = schema::walk(type, octets, writer); !walked)
    broken("what was read once can't be read again: " + walked.error().message());
  return out.take();
}

/// UmtsIRIsContent, or EpsIRIsContent where the domain identifier says so.
inline const schema::Type& pick_type(ByteView octets) { return hi2::contents_type(hi2::look(octets).module.value_or(hi2::Module::umts)); }

}  // namespace li::fuzz
