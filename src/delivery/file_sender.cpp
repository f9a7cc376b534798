#include "delivery/file_sender.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "delivery/ftps_impl.hpp"

namespace li::delivery {

namespace {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

constexpr std::size_t kMostEntries = 10'000;  // of a file, and of one look into the spool
constexpr std::size_t kMostTold = 16;         // kinds of failures, until things go well
constexpr int kMostNames = 100;               // that may be taken already

TimePoint wall_now() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

}  // namespace

class FileSender::Impl {
 public:
  Impl(FileSenderSettings settings, Spool& spool, FileSenderEvents events)
      : settings_(std::move(settings)),
        spool_(spool),
        events_(std::move(events)),
        ftps_(settings_.target, [this] { return late(); }),
        thread_([this] { run(); }) {}

  void wake() { tell(more_); }
  void reload() { reload_ = true; }

  FileSenderStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

  void begin_stop(Millis grace) {
    {
      const std::lock_guard lock(mutex_);
      if (!stop_at_) stop_at_ = Clock::now() + grace;
    }
    tell(stopping_);
  }

  void stop(Millis grace) {
    begin_stop(grace);
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct File {
    Upload upload;
    Bytes liid;  ///< of its first entry
    RecordBytes octets;
    std::vector<TimePoint> events;
  };

  void tell(bool& flag) {
    {
      const std::lock_guard lock(mutex_);
      flag = true;
    }
    woken_.notify_one();
  }

  [[nodiscard]] bool stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }
  /// Asked in mid-transfer.
  [[nodiscard]] bool late() const {
    const std::lock_guard lock(mutex_);
    return stop_at_ && Clock::now() >= *stop_at_;
  }

  // --- the thread ---

  void run() {
    auto pause = Millis(0);
    while (!stopping()) {
      auto done = attempt();
      if (!done) note_failure(done.error());
      pause = done ? Millis(0) : std::min(settings_.retry, std::max(settings_.retry / 8, pause * 2));
      wait(done ? std::nullopt : std::optional(Clock::now() + pause));
    }
  }

  Result<void> attempt() try {
    if (reload_.exchange(false)) ftps_.forget_connection();
    return work();
  } catch (const std::exception& exception) {  // memory, or a setting that libcurl does not take
    return failure(ErrorKind::limit, exception.what());
  }

  /// Until there is something to do; after a failure not before `again`.
  void wait(std::optional<Clock::time_point> again) {
    std::unique_lock lock(mutex_);
    if (again) {
      woken_.wait_until(lock, *again, [this] { return stopping_; });
      more_ = true;
    }
    const auto ready = [this] { return stopping_ || more_; };
    if (first_seen_ && settings_.close_after.count() > 0) woken_.wait_until(lock, *first_seen_ + settings_.close_after, ready);
    else woken_.wait(lock, ready);
    more_ = false;
  }

  /// Sends all files that are due.
  Result<void> work() {
    if (auto done = finish_begun(); !done) return done;
    while (!stopping()) {
      if (flush_until_) {
        if (auto done = send_due(); !done) return done;
      }
      if (auto done = look(); !done) return done;
      if (!due()) return {};
      flush_until_ = seen_last_;
      first_seen_.reset();
      seen_octets_ = 0;
    }
    return {};
  }

  /// Counts what came since the last look.
  Result<void> look() {
    while (seen_octets_ < settings_.close_at) {
      const auto entries = read(seen_last_);
      if (!entries) return failure(entries.error());
      if (entries->empty()) return {};
      if (!first_seen_) first_seen_ = Clock::now();
      for (const auto& entry : *entries) seen_octets_ += entry.octets.size();
      seen_last_ = entries->back().id;
    }
    return {};
  }

  [[nodiscard]] bool due() const {
    if (!first_seen_) return false;
    const auto timed = settings_.close_after.count() > 0 && Clock::now() - *first_seen_ >= settings_.close_after;
    return timed || seen_octets_ >= settings_.close_at;
  }

  Result<void> send_due() {
    while (!stopping()) {
      const auto entries = read(0);
      if (!entries) return failure(entries.error());
      if (entries->empty() || entries->front().id > *flush_until_) {
        flush_until_.reset();
        return {};
      }
      if (auto done = send_new(compose(*entries)); !done) return done;
    }
    return {};
  }

  [[nodiscard]] Result<std::vector<Waiting>> read(std::int64_t after) {
    return checked(spool_.read(settings_.destination, after, kMostEntries, settings_.close_at));
  }

  // --- a file ---

  /// Method A: those of the first one's LIID.
  [[nodiscard]] File compose(const std::vector<Waiting>& entries) const {
    File file;
    file.liid = entries.front().liid;
    for (const auto& entry : entries) {
      if (settings_.naming.method == FileMethod::a && entry.liid != file.liid) continue;
      add(file, entry);
    }
    return file;
  }

  static void add(File& file, const Waiting& entry) {
    file.upload.ids.push_back(entry.id);
    append(file.octets, entry.octets);
    file.events.push_back(entry.event);
  }

  /// The same file as before.
  [[nodiscard]] Result<File> compose_again(const Upload& upload) {
    File file;
    for (auto after = upload.ids.front() - 1; after < upload.ids.back();) {
      const auto entries = read(after);
      if (!entries) return failure(entries.error());
      if (entries->empty()) break;  // erased a moment ago
      for (const auto& entry : *entries) {
        if (!std::binary_search(upload.ids.begin(), upload.ids.end(), entry.id)) continue;
        if (file.events.empty()) file.liid = entry.liid;
        add(file, entry);
      }
      after = entries->back().id;
    }
    file.upload.name = upload.name;
    return file;
  }

  /// A file that was begun, and whose fate is not known.
  Result<void> finish_begun() {
    const auto begun = checked(spool_.upload(settings_.destination));
    if (!begun) return failure(begun.error());
    if (!*begun) return {};
    auto file = compose_again(**begun);
    if (!file) return failure(file.error());
    if (file->upload.ids.empty()) return {};
    const auto there = ftps_.size_of(file->upload.name);
    if (!there) return failure(there.error());
    if (!*there) return send(*file);
    if (**there == file->octets.size()) return delivered(*file);  // the answer to its rename was lost
    return send_new(std::move(*file));
  }

  /// The name is on the disk before anything else is tried, so that the numbers in names have no gaps.
  Result<void> send_new(File file) {
    for (int i = 0; i < kMostNames; ++i) {
      auto name = next_name(file.liid);
      if (!name) return failure(name.error());
      file.upload.name = std::move(*name);
      if (auto done = checked(spool_.begin_upload(settings_.destination, file.upload)); !done) return done;
      const auto there = ftps_.size_of(file.upload.name);
      if (!there) return failure(there.error());
      if (!*there) return send(file);
    }
    return failure(ErrorKind::limit, "the LEMF has files of all the names that were tried");
  }

  Result<void> send(const File& file) {
    if (auto done = ftps_.upload(file.upload.name, file.octets); !done) return done;
    return delivered(file);
  }

  Result<std::string> next_name(const Bytes& liid) {
    if (settings_.naming.method == FileMethod::a) {
      const auto number = checked(spool_.next_file_number(settings_.destination, liid));
      if (!number) return failure(number.error());
      return file_name_a(liid, *number, settings_.naming.type);
    }
    const auto number = checked(next_id());
    if (!number) return failure(number.error());
    return file_name_b(settings_.naming, wall_now(), *number);
  }

  [[nodiscard]] Result<std::uint64_t> next_id() {
    const auto batch = spool_.begin();
    if (!batch) return failure(batch.error());
    auto id = (*batch)->next_id("files to " + settings_.destination);
    if (!id) return id;
    if (auto done = (*batch)->commit(); !done) return failure(done.error());
    return id;
  }

  // --- what is told ---

  Result<void> delivered(const File& file) {
    if (auto done = checked(spool_.confirm(settings_.destination, file.upload.ids)); !done) return done;
    auto first = false;
    {
      const std::lock_guard lock(mutex_);
      first = !std::exchange(status_.connected, true);
      status_.last_confirmed = wall_now();
      ++status_.files;
      status_.confirmed += file.upload.ids.size();
      told_.clear();
    }
    if (first && events_.on_connected) events_.on_connected();
    if (events_.on_delivered) events_.on_delivered(file.upload.name, file.events);
    return {};
  }

  /// Remembers that a failure is the spool's.
  template <typename T>
  [[nodiscard]] Result<T> checked(Result<T> result) {
    spool_failed_ = !result;
    return result;
  }

  void note_failure(const Error& error) {
    const auto of_spool = std::exchange(spool_failed_, false);
    {
      const std::lock_guard lock(mutex_);
      if (!of_spool) status_.connected = false;
      status_.last_error = error.message();
      if (told_.size() >= kMostTold || !told_.insert(error.message()).second) return;
    }
    const auto& way = error.kind == ErrorKind::unexpected ? events_.on_refused : events_.on_lost;
    const auto& call = of_spool ? events_.on_fault : way;
    if (call) call(error.message());
  }

  const FileSenderSettings settings_;
  Spool& spool_;
  const FileSenderEvents events_;

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  bool more_ = true;  // entries may be there that were not seen
  bool stopping_ = false;
  std::optional<Clock::time_point> stop_at_;
  FileSenderStatus status_;
  std::set<std::string> told_;  // the failures since things went well
  std::atomic<bool> reload_ = false;

  // Of the thread.
  FtpsClient ftps_;
  std::optional<Clock::time_point> first_seen_;  // when the first entry was seen that no file was begun for
  std::size_t seen_octets_ = 0;                  // of those
  std::int64_t seen_last_ = 0;
  std::optional<std::int64_t> flush_until_;  // entries up to this one are due

  bool spool_failed_ = false;
  std::thread thread_;  // the last member: it uses the others
};

FileSender::FileSender(FileSenderSettings settings, Spool& spool, FileSenderEvents events)
    : impl_(std::make_unique<Impl>(std::move(settings), spool, std::move(events))) {}
FileSender::~FileSender() { stop(); }  // NOLINT(bugprone-exception-escape): a thread that can't be joined is a bug

void FileSender::wake() { impl_->wake(); }
void FileSender::reload() { impl_->reload(); }
FileSenderStatus FileSender::status() const { return impl_->status(); }
void FileSender::begin_stop(std::chrono::milliseconds grace) { impl_->begin_stop(grace); }
void FileSender::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace li::delivery
