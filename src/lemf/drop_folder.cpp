#include "lemf/drop_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "lemf/filing_impl.hpp"

namespace li::lemf {

namespace fs = std::filesystem;
using delivery::FileMethod;
using delivery::parse_file_name;

namespace {

constexpr auto kTaking = "taking";
constexpr auto kRejected = "rejected";

Error error_of(const fs::path& path, const std::error_code& error) {
  return {
      error == std::errc::no_space_on_device ? ErrorKind::limit : ErrorKind::unknown, path.string() + ": " + error.message(), {}, {}, {}};
}

// A name moved or removed is on the disk when its folder is.
void sync(const fs::path& folder) {
  const auto file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

Result<void> move(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return failure(error_of(from, error));
  sync(to.parent_path());
  return {};
}

// None: it may not be looked at. What is gone is not_found.
fs::file_type type_of(const fs::directory_entry& entry) {
  std::error_code error;
  return entry.symlink_status(error).type();
}

Error closed(const fs::directory_entry& entry) {
  return {ErrorKind::unknown, entry.path().string() + ": its folder does not let us look at it", {}, {}, {}};
}

// What is wrong at several places: none hides another, and the first few are told.
class Faults {
 public:
  void add(const Error& error) {
    if (count_++ == 0 || error.kind == ErrorKind::limit) kind_ = error.kind;
    if (count_ <= kTold || full()) text_ += (text_.empty() ? "" : "; ") + error.message();
  }
  [[nodiscard]] bool full() const { return count_ > 0 && kind_ == ErrorKind::limit; }
  /// `taken`, when nothing is wrong.
  [[nodiscard]] Result<std::size_t> or_else(std::size_t taken) const {
    if (count_ == 0) return taken;
    const auto more = count_ <= kTold || full() ? std::string() : "; and " + std::to_string(count_ - kTold) + " more";
    return failure(kind_, text_ + more);
  }

 private:
  static constexpr std::size_t kTold = 4;
  std::size_t count_ = 0;
  ErrorKind kind_ = ErrorKind::unknown;
  std::string text_;
};

// Numbers of one LIID in their order, so that none seems to be missing.
bool before(const std::string& a, const std::string& b) {
  const auto first = parse_file_name(a);
  const auto second = parse_file_name(b);
  const auto counted = first && second && first->method == FileMethod::a && second->method == FileMethod::a;
  if (counted && first->liid == second->liid) return first->number < second->number;
  return a < b;
}

bool takes_records(char type) { return type == '1' || type == '7' || type == '8'; }

// Nobody else may look into it: what is in it is ours.
Result<void> make_folder(const fs::path& folder) {
  const auto problem = [&](const std::string& text) { return failure(ErrorKind::unexpected, folder.string() + ": " + text); };
  if (::mkdir(folder.c_str(), 0700) == 0) sync(folder.parent_path());
  else if (errno != EEXIST) return failure(error_of(folder, {errno, std::generic_category()}));
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return problem("is no folder");
  if (info.st_uid != ::geteuid()) return problem("belongs to another user");
  if ((info.st_mode & 077U) != 0) return problem("is open to others; mend it with: chmod 700 " + folder.string());
  return {};
}

// Beside a file of that name that is there already.
fs::path free_name(const fs::path& folder, const std::string& name) {
  auto path = folder / name;
  for (int i = 2; fs::exists(path); ++i) path = folder / (name + "-" + std::to_string(i));
  return path;
}

}  // namespace

struct DropFolder::Place {
  fs::path path;
  std::string prefix;  ///< of names: "mf1/"
  fs::path taking, rejected;
};

std::string_view name_of(FileReport::What what) {
  constexpr std::array<std::string_view, 5> kNames{"stored", "duplicate", "rejected", "too_large", "put_off"};
  return kNames.at(static_cast<std::size_t>(what));
}

// A folder that can't be read holds up no other; where there is no room for one, there is none for any.
Result<std::size_t> DropFolder::look() {
  std::error_code error;
  Faults faults;
  const auto taking = options_.work / kTaking, rejected = options_.work / kRejected;
  std::vector<Place> places{{options_.path, {}, taking, rejected}};
  for (auto at = fs::directory_iterator(options_.path, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const auto name = at->path().filename().string();
    const auto type = type_of(*at);
    if (type == fs::file_type::none) faults.add(closed(*at));
    if (type == fs::file_type::directory && at->path() != options_.work && !name.starts_with('.'))
      places.push_back({at->path(), name + "/", taking / name, rejected / name});
  }
  if (error) return failure(error_of(options_.path, error));
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.prefix < b.prefix; });
  for (const auto& folder : {options_.work, taking, rejected}) {
    if (auto made = make_folder(folder); !made) return failure(made.error());
  }
  std::size_t taken = 0;
  for (const auto& place : places) {
    const auto done = look_into(place);
    if (done) taken += *done;
    else faults.add(done.error());
    if (faults.full()) break;
  }
  return faults.or_else(taken);
}

Result<std::size_t> DropFolder::look_into(const Place& place) {
  std::vector<std::string> left, fresh;
  std::error_code error;
  Faults faults;
  const auto list = [&](const fs::path& folder, std::vector<std::string>& into) {
    for (auto at = fs::directory_iterator(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      const auto name = at->path().filename().string();
      const auto type = parse_file_name(name) ? type_of(*at) : fs::file_type::unknown;
      if (type == fs::file_type::regular) into.push_back(name);
      if (type == fs::file_type::none) faults.add(closed(*at));
    }
    std::sort(into.begin(), into.end(), before);
  };
  list(place.path, fresh);
  if (error) return failure(error_of(place.path, error));
  if (fs::exists(place.taking, error)) list(place.taking, left);  // a stop came between
  if (error) return failure(error_of(place.taking, error));
  std::size_t taken = 0;
  const auto take_one = [&](const std::string& name, bool moves) {
    auto done = moves ? move(place.path / name, place.taking / name) : Result<void>();
    if (done) done = take(place, name);
    if (done) ++taken;
    else faults.add(done.error());
    return !faults.full();  // one that can't be read holds up no other
  };
  for (const auto& name : left) {
    if (!take_one(name, false)) return faults.or_else(taken);
  }
  if (auto made = fresh.empty() ? Result<void>() : make_folder(place.taking); !made) return failure(made.error());
  for (const auto& name : fresh) {
    if (std::find(left.begin(), left.end(), name) != left.end() && fs::exists(place.taking / name, error)) continue;
    if (!take_one(name, true)) break;
  }
  return faults.or_else(taken);
}

Result<void> DropFolder::take(const Place& place, const std::string& name) {
  FileReport report;
  report.name = place.prefix + name;
  if (auto done = look_inside(place.taking / name, *parse_file_name(name), report); !done) {
    report.what = FileReport::What::put_off;
    report.reason = done.error().message();
    options_.on_file(report);
    return done;
  }
  if (auto finished = finish(place, report, name); !finished) return finished;
  options_.on_file(report);
  return {};
}

Result<void> DropFolder::look_inside(const fs::path& path, const delivery::ParsedFileName& said, FileReport& report) {
  const auto file = TakenFile::open(path);
  if (!file) return failure(file.error());
  const auto refuse = [&](FileReport::What what, std::string reason) {
    report.what = what;
    report.reason = std::move(reason);
    return Result<void>();
  };
  using enum FileReport::What;
  if (!file->regular()) return refuse(rejected, "is no regular file");
  if (file->size() > options_.max_file) return refuse(too_large, "larger than " + std::to_string(options_.max_file) + " octets");
  if (!takes_records(said.type)) return refuse(rejected, std::string("a file of type ") + said.type + " holds no IRI");
  auto sha256 = sha256_of(*file);
  if (!sha256) return failure(sha256.error());
  FileMark mark{report.name, std::move(*sha256), {}, {}};
  Filing filing(store_, options_.clock(), said, std::move(mark), report);
  const auto counts = each_piece(*file, report.name, options_.clock(), [&](FilePiece& piece) { return filing.put(piece); });
  if (!counts) return failure(counts.error());
  report.records = counts->records;
  report.bad = counts->bad;
  report.reason = counts->first_problem;
  if (report.bad != 0) report.what = rejected;
  else report.what = report.outcome.file_was_here ? duplicate : stored;
  return {};
}

// Its records are on the disk: the file may go.
Result<void> DropFolder::finish(const Place& place, const FileReport& report, const std::string& name) {
  const auto file = place.taking / name;
  std::error_code error;
  if (report.what == FileReport::What::stored || report.what == FileReport::What::duplicate) {
    fs::remove(file, error);
    if (error) return failure(error_of(file, error));
    return {};
  }
  if (auto made = make_folder(place.rejected); !made) return made;
  return move(file, free_name(place.rejected, name));
}

void DropFolder::start(std::function<void(const Result<void>&)> on_look) {
  thread_ = std::thread([this, on_look = std::move(on_look)] {
    std::unique_lock hold(lock_);
    while (!stopping_) {
      hold.unlock();
      const auto looked = look();
      on_look(looked ? Result<void>() : failure(looked.error()));
      hold.lock();
      wake_.wait_for(hold, options_.interval, [this] { return stopping_; });
    }
  });
}

void DropFolder::stop() {
  {
    const std::scoped_lock hold(lock_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace li::lemf
