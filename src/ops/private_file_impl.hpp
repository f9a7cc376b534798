// ops/private_file_impl.hpp: the check on a file that is open already.
//
// Errors:  say what to mend, and how.
// Owns:    nothing; the file stays open.
#pragma once

#include "ops/file_impl.hpp"
#include "ops/private_file.hpp"

namespace li::ops {

[[nodiscard]] Result<void> check_private(const Fd& fd, const std::filesystem::path& path, unsigned forbidden = kNobodyElse);

}  // namespace li::ops
