// lemf/file_records_impl.hpp: what a file of the drop folder holds.
#pragma once

#include <filesystem>

#include "lemf/arrival.hpp"

namespace li::lemf {

struct FileRecords {
  std::vector<Arrival> arrivals;  ///< in their order; what is no record too
  std::uint64_t records = 0, bad = 0;
  std::string first_problem;
  Bytes sha256;  ///< of the file
};

/// An Error when the file can't be read; what stands in it never is one.
[[nodiscard]] Result<FileRecords> read_file_records(const std::filesystem::path& file, const std::string& name, TimePoint received);

}  // namespace li::lemf
