// support/losing_vfs.hpp: a disk for SQLite that forgets what was not synced when its power goes, and that can be full.
//
// It stands between SQLite and its own file access. Writes stay in memory, where all connections of this process see them, until SQLite
// syncs the file; only then they go to the real file. So:
//
//   in a test     LosingDisk disk;             // from now on every database that is opened is on it
//                 disk.lose_power_after(17);   // or lose_power(): every later access fails, until restore_power()
//   for a daemon  LD_PRELOAD=.../libhi2_losing_vfs.so hi2-df2 run ...
//                 Its power goes with kill -9: what it had not synced was never in the files. While a file exists whose name is in
//                 HI2_LOSING_VFS_FULL, its disk is full: what would make a file longer fails as ENOSPC does. Let no other process open
//                 the database meanwhile: it would not see what is in this one's memory. A clean stop writes everything.
//
// At a loss of power some sectors of 512 octets of what was not synced do reach the disk, drawn by the seed, in no order; with kill -9 none
// does. Names of files and removing them are durable at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace li::test {

class LosingDisk {
 public:
  /// With a file's name: the disk is full while that file exists.
  explicit LosingDisk(std::string full_while = {});
  /// SQLite's own disk is the default again. All databases must be closed.
  ~LosingDisk();
  LosingDisk(const LosingDisk&) = delete;
  LosingDisk& operator=(const LosingDisk&) = delete;

  void lose_power(std::uint32_t seed);
  /// In the middle of the operation of that number, counted in writes and syncs from now on.
  void lose_power_after(std::uint64_t operations, std::uint32_t seed);
  [[nodiscard]] bool lost() const;
  /// Files that were open before stay dead.
  void restore_power();
  /// Files may grow by so many octets together; nothing: without limit.
  void leave_room(std::optional<std::int64_t> octets);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace li::test
