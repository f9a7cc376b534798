// kms/query.hpp: path and parameters of a request's target.
//
// Source:  RFC 3986 clauses 2.1, 3.3 and 3.4.
// Units:   octets.
// Errors:  a parameter with a broken percent-encoding is as if it were not there.
// Owns:    results own their text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace li::kms {

/// "/keys" of "/keys?a=b".
[[nodiscard]] std::string_view path_of(std::string_view target);

/// The first parameter of that name, decoded. A plus sign stays one.
[[nodiscard]] std::optional<std::string> parameter_of(std::string_view target, std::string_view name);

}  // namespace li::kms
