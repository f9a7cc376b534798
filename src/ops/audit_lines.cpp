#include <limits>

#include "ops/audit_lines_impl.hpp"
#include "ops/audit_text_impl.hpp"

namespace li::ops {
namespace {

constexpr std::size_t kBuffer = kMostLine + 2;  // a line feed or the end behind the longest line

}  // namespace

AuditLines::AuditLines(std::istream& in, std::uint64_t offset)
    : in_(in), buffer_(std::make_unique_for_overwrite<char[]>(kBuffer)), offset_(offset) {}

std::optional<AuditLines::Line> AuditLines::next() {
  if (!in_.good()) return {};
  in_.getline(buffer_.get(), static_cast<std::streamsize>(kBuffer));
  auto taken = static_cast<std::uint64_t>(in_.gcount());
  if (taken == 0) return {};
  const bool ended = in_.eof();
  const bool too_long = !ended && in_.fail();
  const auto size = static_cast<std::size_t>(taken) - (ended || too_long ? 0 : 1);
  if (too_long) {
    in_.clear();
    in_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    taken += static_cast<std::uint64_t>(in_.gcount());
  }
  const Line line{{buffer_.get(), size}, ++number_, offset_, !ended && !too_long, ended};
  offset_ += taken;
  return line;
}

}  // namespace li::ops
