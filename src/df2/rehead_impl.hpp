// df2/rehead_impl.hpp: a record that was made elsewhere, under the head of a warrant.
//
// Source:  TS 33.108 B.9 (EpsIRIContent); TS 103 221-2 5.4 (payload format 14).
// Units:   octets.
// Errors:  none of its own.
// Owns:    the result owns its octets.
#pragma once

#include "hi2/record.hpp"

namespace li::df2 {

/// `record` with LIID, target and network of `head`, and without the numbers of whoever made it. Both are of the same module, in definite
/// lengths.
[[nodiscard]] RecordBytes rehead(const hi2::IriRecord& record, const hi2::IriRecord& head);

}  // namespace li::df2
