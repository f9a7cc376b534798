// lemf/drop_folder.hpp: files that mediation functions put into a folder through an FTPS server: taken once they are whole.
//
// Source:  TS 101 671 C.2 and TS 33.108 Annex A.2: names of method A and B; a file that is still written has another name.
// Units:   octets.
// Errors:  none go out: what can't be read is moved to the folder `rejected`, and told.
// Owns:    its thread, once started. It reads and removes files of the folder; the FTPS server owns it.
//
// A file is first moved to the folder `taking` of a work folder that is ours alone, so that no sender changes or renames it any more, and
// removed when its records are stored. Folders in the drop folder are those of mediation functions that have one each.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "delivery/file_name.hpp"
#include "lemf/store.hpp"
#include "ops/audit.hpp"

namespace li::lemf {

/// What became of a file.
struct FileReport {
  enum class What : std::uint8_t {
    stored,
    duplicate,  ///< the same name and content were here: dropped
    rejected,   ///< something in it can't be read: its records are stored, and the file is kept in the work folder's `rejected`
    too_large,  ///< not looked into, kept in `rejected`
    put_off,    ///< it will be tried again
  };
  What what = What::stored;
  std::string name;  ///< with the folder of its mediation function
  std::string reason;
  std::uint64_t records = 0, bad = 0;
  Outcome outcome;
};
[[nodiscard]] std::string_view name_of(FileReport::What what);

/// Files in `rejected` whose records are of that LIID: those with its name are removed, those that only hold its octets are named.
struct RejectedFiles {
  std::size_t removed = 0;
  std::vector<std::string> left;
};
[[nodiscard]] Result<RejectedFiles> erase_rejected(const std::filesystem::path& work, ByteView liid);

class DropFolder {
 public:
  struct Options {
    std::filesystem::path path;
    std::filesystem::path work;  ///< on the same file system; made when it is not there
    std::chrono::milliseconds interval{1000};
    std::uint64_t max_file = std::uint64_t{256} * 1024 * 1024;
    ops::Clock clock = ops::system_now;
    std::function<void(const FileReport&)> on_file = [](const FileReport&) {};
  };
  DropFolder(Store& store, Options options) : store_(store), options_(std::move(options)) {}
  ~DropFolder() { stop(); }
  DropFolder(const DropFolder&) = delete;
  DropFolder& operator=(const DropFolder&) = delete;

  /// Takes what is there: the number of files. An Error when the folder can't be read, or the disk is full.
  [[nodiscard]] Result<std::size_t> look();

  /// Looks again and again, in a thread of its own; `on_look` hears how it went.
  void start(std::function<void(const Result<void>&)> on_look);
  void stop();

 private:
  struct Place;  ///< a folder of a mediation function
  [[nodiscard]] Result<std::size_t> look_into(const Place& place);
  [[nodiscard]] Result<void> take(const Place& place, const std::string& name);
  [[nodiscard]] Result<void> finish(const Place& place, const FileReport& report, const std::string& name);
  [[nodiscard]] Result<void> look_inside(const std::filesystem::path& file, const delivery::ParsedFileName& said, FileReport& report);

  Store& store_;
  const Options options_;
  std::thread thread_;
  std::mutex lock_;
  std::condition_variable wake_;
  bool stopping_ = false;
};

}  // namespace li::lemf
