// schema/walk.hpp: the one reader. It goes through the octets of a value once and shows each part to a visitor.
//
// Source:  X.690 (2021) clause 8: all of BER, so indefinite and long lengths and strings in segments too.
// Units:   octets.
// Errors:  an Error names offset, path and clause of the first octet that can't be read as the type. The visitor has then
//          seen what came before: walk with a silent visitor first where half a record must not be shown.
// Owns:    nothing; no memory is taken except to join segments. Input decides nothing about recursion.
//
// Success does not promise that a record makes sense: see hi2/validate.hpp for the rules between members.
#pragma once

#include "schema/node.hpp"

namespace li::schema {

struct WalkOptions {
  ber::Limits limits;
  std::size_t base = 0;  ///< added to every offset: where the octets stand in their file
  bool cut = false;      ///< the input ended early: lengths that run past the end are followed to find the member where it did
};

/// Reads exactly one value of `type`; octets left over are an error. `octets` may start with an alternative's tag when
/// `type` is a CHOICE without one.
[[nodiscard]] Result<void> walk(const Type& type, ByteView octets, Visitor& visitor, const WalkOptions& options = {});

/// walk() that only collects the findings, at most `max_findings` of them.
[[nodiscard]] Result<std::vector<Finding>> check(const Type& type, ByteView octets, const WalkOptions& options = {},
                                                 std::size_t max_findings = 100);

}  // namespace li::schema
