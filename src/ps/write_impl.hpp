// ps/write_impl.hpp: the parts that every PS-PDU has.
#pragma once

#include <functional>

#include "ps/write.hpp"
#include "schema/writer.hpp"

namespace li::ps {

/// A PS-PDU with the header and, as its payload, the alternative that `body` writes: it begins at the CHOICE.
[[nodiscard]] Result<RecordBytes> encode_pdu(const Header& header, const std::function<Result<void>(schema::Writer&)>& body);

}  // namespace li::ps
