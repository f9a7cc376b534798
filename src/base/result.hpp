// base/result.hpp: what a function returns when input can be wrong.
//
// Source:  none.
// Units:   Error::offset counts octets from the start of what was given to the function, or of the
//          file where a caller says so.
// Errors:  this is the error type. Nothing in the library throws on input.
// Owns:    an Error owns its texts. It never holds octets of the input, so it can't leak a key.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace li {

/// What a caller may branch on; the text says the rest.
enum class ErrorKind {
  malformed,     ///< the octets or the text break the encoding rules
  truncated,     ///< the input ends inside a value; more input could mend it
  unexpected,    ///< well formed, but not what the module allows here
  missing,       ///< a mandatory member is absent
  out_of_range,  ///< a value or size outside its constraint
  limit,         ///< a limit of the caller was reached
  redacted,      ///< a secret was masked where its value is needed
  unknown,       ///< a name, module or form that is not known
};

struct Error {
  ErrorKind kind = ErrorKind::malformed;
  std::string text;
  std::optional<std::size_t> offset;  ///< octets from the start
  std::string path;                   ///< member names from the record down, e.g. "iRI-Report-record.timeStamp"
  std::string clause;                 ///< e.g. "X.690 8.1.5"

  /// "0x1f3: path: text (clause)", leaving out what is not known.
  [[nodiscard]] std::string message() const;
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> failure(Error error) { return tl::unexpected<Error>(std::move(error)); }

[[nodiscard]] inline tl::unexpected<Error> failure(ErrorKind kind, std::string text, std::string clause = {}) {
  return failure(Error{kind, std::move(text), std::nullopt, {}, std::move(clause)});
}

}  // namespace li
