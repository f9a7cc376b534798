// media/new_file_impl.hpp: a file for the content of an intercepted call.
//
// Source:  open(2).
// Units:   none.
// Errors:  below 0, with errno.
// Owns:    the caller owns the descriptor.
#pragma once

#include <string>

#include "media/capture.hpp"

namespace li::media {

/// A new file that its owner alone may read, open for writing; below 0 with errno. What is replaced is removed first, so neither its mode
/// nor a link there goes on; a device or pipe is written to as it is.
[[nodiscard]] int make_new_file(const std::string& file, Existing existing);

}  // namespace li::media
