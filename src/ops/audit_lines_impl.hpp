// ops/audit_lines_impl.hpp: lines of a trail of any size, in bounded memory.
//
// Source:  docs/audit.md.
// Units:   lines from 1, offsets in octets.
// Owns:    its buffer; a line lives until the next call.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string_view>

namespace li::ops {

class AuditLines {
 public:
  /// Reads on from where `in` stands; `offset` says where that is.
  explicit AuditLines(std::istream& in, std::uint64_t offset = 0);

  struct Line {
    std::string_view text;  ///< without the line feed; until the next call
    std::uint64_t number;   ///< the first is 1
    std::uint64_t offset;
    bool whole;  ///< ends with a line feed, and is not longer than a line may be
    bool last;   ///< nothing can stand behind it, for it has no line feed
  };
  [[nodiscard]] std::optional<Line> next();

 private:
  std::istream& in_;
  std::unique_ptr<char[]> buffer_;
  std::uint64_t number_ = 0;
  std::uint64_t offset_;
};

}  // namespace li::ops
