// lemf/file_records_impl.hpp: what a file of the drop folder holds, in pieces.
//
// Source:  docs/lemf.md (drop folder).
// Units:   octets.
// Errors:  of the file, with its path; what stands in it is counted, no Error.
// Owns:    a TakenFile owns its descriptor.
#pragma once

#include <filesystem>
#include <functional>

#include "lemf/arrival.hpp"

namespace li::lemf {

/// A file while it is looked into. No link is followed, and a pipe holds nothing up.
class TakenFile {
 public:
  [[nodiscard]] static Result<TakenFile> open(const std::filesystem::path& path);
  ~TakenFile();
  TakenFile(TakenFile&& other) noexcept;
  TakenFile& operator=(TakenFile&&) = delete;

  [[nodiscard]] bool regular() const { return regular_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  TakenFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::filesystem::path path_;
  int descriptor_;
  bool regular_ = false;
  std::uint64_t size_ = 0;
};

struct FileCounts {
  std::uint64_t records = 0, bad = 0;
  std::string first_problem;
};

/// Arrivals of a file, in their order; what is no record is among them.
struct FilePiece {
  std::vector<Arrival> arrivals;
  std::uint64_t at = 0;  ///< how many come before them
  bool last = false;
};

[[nodiscard]] Result<Bytes> sha256_of(const TakenFile& file);

/// An Error when the file can't be read, or the one that `use` gave; what stands in the file never is one.
[[nodiscard]] Result<FileCounts> each_piece(const TakenFile& file, const std::string& name, TimePoint received,
                                            const std::function<Result<void>(FilePiece&)>& use);

}  // namespace li::lemf
