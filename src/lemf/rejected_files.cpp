#include <unistd.h>

#include <algorithm>

#include "lemf/filing_impl.hpp"

namespace li::lemf {

namespace fs = std::filesystem;

namespace {

// Whether those octets stand in a file: records of that LIID may be in it.
bool holds(const fs::path& path, ByteView liid) {
  const auto file = TakenFile::open(path);
  if (!file || !file->regular() || liid.empty()) return false;
  RecordBytes piece(64 * 1024 + liid.size());
  off_t at = 0;
  for (;;) {
    const auto got = ::pread(file->descriptor(), piece.data(), piece.size(), at);
    if (got < static_cast<ssize_t>(liid.size())) return false;
    const auto end = piece.begin() + got;
    if (std::search(piece.begin(), end, liid.begin(), liid.end()) != end) return true;
    at += got - static_cast<off_t>(liid.size()) + 1;
  }
}

}  // namespace

Result<RejectedFiles> erase_rejected(const fs::path& work, ByteView liid) {
  RejectedFiles found;
  const auto folder = work / "rejected";
  std::error_code error;
  if (!fs::exists(folder, error)) return found;
  for (auto at = fs::recursive_directory_iterator(folder, error); !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const auto type = at->symlink_status(error).type();
    if (type == fs::file_type::none) break;
    error.clear();
    if (type != fs::file_type::regular) continue;  // or gone
    const auto name = at->path().filename().string();
    const auto said = delivery::parse_file_name(name.substr(0, name.rfind('.') + 2));  // without what made room beside another one
    if (said && said->method == delivery::FileMethod::a && names(said->liid, liid)) {
      found.removed += fs::remove(at->path(), error) ? 1 : 0;  // somebody else may just have removed it
      if (error) break;
    } else if (holds(at->path(), liid)) {
      found.left.push_back(at->path().string());
    }
  }
  if (error) return failure(ErrorKind::unknown, folder.string() + ": " + error.message());
  return found;
}

}  // namespace li::lemf
