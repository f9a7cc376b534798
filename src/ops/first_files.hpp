// ops/first_files.hpp: what a daemon starts with: files that are made once, private to us, and never over another.
//
// Source:  none.
// Units:   octets.
// Errors:  name the file.
// Owns:    results own their data.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ops/audit.hpp"

namespace li::ops {

struct FirstFile {
  std::string path;  ///< empty: not wanted
  std::function<SecretBytes()> content;
};

/// Makes those that are missing, each with mode 0600; adds their paths to `made`.
[[nodiscard]] Result<void> make_missing(const std::vector<FirstFile>& wanted, std::vector<std::string>& made);

/// A random key in hexadecimal digits, and a line feed.
[[nodiscard]] SecretBytes new_hex_key(std::size_t octets);

/// Where a configuration says that a secret is, e.g. [store] master_key = "file:PATH"; empty for a variable of the environment. The
/// configuration can't be read as a whole before the secret is there.
[[nodiscard]] Result<std::string> secret_file(const std::string& config_path, std::string_view table, std::string_view key);

/// An entry `admin` with the command init, its user and what was made. It comes last: the trail needs the key that is made.
[[nodiscard]] Result<void> audit_init(AuditOptions options, const std::vector<std::string>& made, TimePoint now);

}  // namespace li::ops
