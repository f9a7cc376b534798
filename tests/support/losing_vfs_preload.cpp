// Preloaded into a daemon, this puts its databases on the disk of losing_vfs.hpp, which says how.

#include <cstdlib>

#include "support/losing_vfs.hpp"

namespace {

[[gnu::constructor]] void take_over() {
  const auto* full_while = std::getenv("HI2_LOSING_VFS_FULL");
  // It lives as long as the process: databases may be closed after everything else.
  static auto* const disk = new li::test::LosingDisk(full_while == nullptr ? "" : full_while);
  static_cast<void>(disk);
}

}  // namespace
