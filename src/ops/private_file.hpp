// ops/private_file.hpp: files that others must not read: keys, configuration, the LI list.
//
// Source:  design: a daemon does not start on a file that others can read.
// Units:   mode bits as in chmod.
// Errors:  an Error names the file, what is wrong with it and the command that mends it.
// Owns:    what is read is SecretBytes.
#pragma once

#include <filesystem>

#include "base/secret.hpp"

namespace li::ops {

/// No bit for group and others.
inline constexpr unsigned kNobodyElse = 0077;

/// Whether `path` is a regular file of ours or of root that has none of the mode bits `forbidden`. A link is followed.
[[nodiscard]] Result<void> check_private(const std::filesystem::path& path, unsigned forbidden = kNobodyElse);

/// The same check, made on the very file that is then read.
[[nodiscard]] Result<SecretBytes> read_private(const std::filesystem::path& path, unsigned forbidden = kNobodyElse,
                                               std::size_t most = 1024 * 1024);

}  // namespace li::ops
