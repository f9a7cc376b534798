// schema/reading.hpp: JSON and XER back to octets.
//
// Source:  X.697 (JSON) and X.693 (XER) with what json.hpp and xer.hpp add; the octets are DER (see writer.hpp).
// Units:   lines count from 1.
// Errors:  each record that can't be encoded comes as a ReadFailure with its path. Unknown, repeated and missing members are
//          errors, and so are masked keys (ErrorKind::redacted).
// Owns:    the records handed over; the stream is borrowed.
#pragma once

#include <functional>
#include <istream>

#include "base/secret.hpp"
#include "schema/type.hpp"

namespace li::schema {

struct Encoded {
  const Type* type;  ///< the stand-alone type that the outermost name belongs to
  RecordBytes octets;
  std::size_t line;  ///< where the record started
};

struct ReadFailure {
  Error error;
  std::size_t line;  ///< where reading stopped
  bool last;         ///< what follows can't be read either
};

using OnRecord = std::function<bool(Encoded&&)>;       ///< false ends the reading
using OnFailure = std::function<bool(ReadFailure&&)>;  ///< likewise

/// Reads JSON to the end of the stream: lines, objects one after the other, or arrays of them. Behind a bad record reading goes
/// on at the next line, or where one starts with a brace.
void read_json(std::istream& in, const OnRecord& on_record, const OnFailure& on_failure);

/// Reads XER documents, one after the other, to the end of the stream. Behind a record that breaks the module reading goes on
/// at the next one; behind text that is not XML it can't.
void read_xer(std::istream& in, const OnRecord& on_record, const OnFailure& on_failure);

}  // namespace li::schema
