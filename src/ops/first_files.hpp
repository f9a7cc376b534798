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

/// Makes the master key where the configuration says that it is: [table] master_key = "file:PATH", in hexadecimal digits. Nothing for a
/// variable of the environment. The configuration can't be read as a whole before.
[[nodiscard]] Result<void> make_master_key(const std::string& config_path, std::string_view table, std::vector<std::string>& made);

/// That signs the trails.
[[nodiscard]] FirstFile new_audit_key(const std::string& path);

/// An entry `admin` with the command init, its user and what was made. It comes last: the trail needs the key that is made.
[[nodiscard]] Result<void> audit_init(AuditOptions options, const std::vector<std::string>& made, TimePoint now);

}  // namespace li::ops
