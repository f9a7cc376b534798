#include "lemf/drop_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "lemf/file_records_impl.hpp"

namespace li::lemf {

namespace fs = std::filesystem;

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

// Numbers of one LIID in their order, so that none seems to be missing.
bool before(const std::string& a, const std::string& b) {
  const auto first = parse_file_name(a);
  const auto second = parse_file_name(b);
  if (first && second && first->number && second->number && first->liid == second->liid) return *first->number < *second->number;
  return a < b;
}

bool takes_records(char type) { return type == '1' || type == '7' || type == '8'; }

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
};

std::string_view name_of(FileReport::What what) {
  constexpr std::array<std::string_view, 5> kNames{"stored", "duplicate", "rejected", "too_large", "put_off"};
  return kNames.at(static_cast<std::size_t>(what));
}

Result<std::size_t> DropFolder::look() {
  std::error_code error;
  std::vector<Place> places{{options_.path, {}}};
  for (auto at = fs::directory_iterator(options_.path, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const auto name = at->path().filename().string();
    if (at->symlink_status().type() == fs::file_type::directory && name != kTaking && name != kRejected && !name.starts_with('.'))
      places.push_back({at->path(), name + "/"});
  }
  if (error) return failure(error_of(options_.path, error));
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.prefix < b.prefix; });
  std::size_t taken = 0;
  for (const auto& place : places) {
    const auto done = look_into(place);
    if (!done) return failure(done.error());
    taken += *done;
  }
  return taken;
}

Result<std::size_t> DropFolder::look_into(const Place& place) {
  std::vector<std::string> left, fresh;
  std::error_code error;
  const auto list = [&error](const fs::path& folder, std::vector<std::string>& names) {
    for (auto at = fs::directory_iterator(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      const auto name = at->path().filename().string();
      if (at->symlink_status().type() == fs::file_type::regular && parse_file_name(name)) names.push_back(name);
    }
    std::sort(names.begin(), names.end(), before);
  };
  list(place.path, fresh);
  if (error) return failure(error_of(place.path, error));
  if (fs::exists(place.path / kTaking)) list(place.path / kTaking, left);  // a stop came between
  if (error) return failure(error_of(place.path / kTaking, error));
  std::size_t taken = 0;
  Result<void> all;
  const auto take_one = [&](const std::string& name, bool moves) {
    auto done = moves ? move(place.path / name, place.path / kTaking / name) : Result<void>();
    if (done) done = take(place, name);
    if (done) ++taken;
    else if (all) all = done;
    return done || done.error().kind != ErrorKind::limit;  // one that can't be read holds up no other
  };
  for (const auto& name : left) {
    if (!take_one(name, false)) return failure(all.error());
  }
  if (!fresh.empty()) fs::create_directory(place.path / kTaking, error);
  if (error) return failure(error_of(place.path / kTaking, error));
  for (const auto& name : fresh) {
    if (std::find(left.begin(), left.end(), name) != left.end() && fs::exists(place.path / kTaking / name)) continue;
    if (!take_one(name, true)) return failure(all.error());
  }
  if (!all) return failure(all.error());
  return taken;
}

Result<void> DropFolder::take(const Place& place, const std::string& name) {
  FileReport report;
  report.name = place.prefix + name;
  const auto file = place.path / kTaking / name;
  const auto said = parse_file_name(name);
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return failure(error_of(file, error));
  if (size > options_.max_file) {
    report.what = FileReport::What::too_large;
    report.reason = "larger than " + std::to_string(options_.max_file) + " octets";
  } else if (!takes_records(said->type)) {
    report.what = FileReport::What::rejected;
    report.reason = std::string("a file of type ") + said->type + " holds no IRI";
  } else {
    auto stored = store(file, *said, report);
    if (!stored) {
      report.what = FileReport::What::put_off;
      report.reason = stored.error().message();
      options_.on_file(report);
      return failure(stored.error());
    }
    report = std::move(*stored);
  }
  if (auto finished = finish(place, report, name); !finished) return finished;
  options_.on_file(report);
  return {};
}

Result<FileReport> DropFolder::store(const fs::path& file, const FileName& said, FileReport report) {
  auto read = read_file_records(file, report.name, options_.clock());
  if (!read) return failure(read.error());
  report.records = read->records;
  report.bad = read->bad;
  report.reason = read->first_problem;
  Delivery delivery;
  FileMark mark{report.name, read->sha256, said.liid, {}};
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (said.number && *said.number <= kMost) {
    const auto folder = report.name.substr(0, report.name.find('/') == std::string::npos ? 0 : report.name.find('/'));
    mark.numbering = Numbering{to_bytes(folder), {}, {}, {}, "file", static_cast<std::uint32_t>(*said.number)};
  }
  delivery.arrivals = std::move(read->arrivals);
  for (auto& arrival : delivery.arrivals) {
    if (arrival.form == Form::bad) arrival.liid = said.liid;
    else if (!said.liid.empty()) mark.liid = arrival.liid;  // a name may hold it in hexadecimal digits
  }
  delivery.file = std::move(mark);
  delivery.received = options_.clock();
  auto outcome = store_.put(delivery);
  if (!outcome) return failure(outcome.error());
  report.outcome = std::move(*outcome);
  report.what = report.bad != 0 ? FileReport::What::rejected : FileReport::What::stored;
  if (report.outcome.file_was_here && report.bad == 0) report.what = FileReport::What::duplicate;
  return report;
}

// Its records are on the disk: the file may go.
Result<void> DropFolder::finish(const Place& place, const FileReport& report, const std::string& name) {
  const auto file = place.path / kTaking / name;
  std::error_code error;
  if (report.what == FileReport::What::stored || report.what == FileReport::What::duplicate) {
    fs::remove(file, error);
    if (error) return failure(error_of(file, error));
    return {};
  }
  fs::create_directory(place.path / kRejected, error);
  if (error) return failure(error_of(place.path / kRejected, error));
  return move(file, free_name(place.path / kRejected, name));
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
