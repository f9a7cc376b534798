// ps/copy_impl.hpp: a value out of one type, written into another that holds the same type.
#pragma once

#include "schema/walk.hpp"
#include "schema/writer.hpp"

namespace li::ps {

/// Walks `octets` as `from` and writes the first value of type `wanted` in it as the pending value of `out`, in DER. TLVs that the
/// module does not name come along. Fails as the walk or the writer does, or if there is no such value.
[[nodiscard]] Result<void> copy(const schema::Type& from, ByteView octets, const schema::Type& wanted, schema::Writer& out);

}  // namespace li::ps
