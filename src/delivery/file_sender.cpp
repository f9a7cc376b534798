#include "delivery/file_sender.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "delivery/file_queue_impl.hpp"
#include "delivery/ftps_impl.hpp"
#include "delivery/wall_clock_impl.hpp"

namespace li::delivery {

namespace {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

constexpr std::size_t kMostTold = 16;  // kinds of failures, until things go well
constexpr int kMostNames = 100;        // that may be taken already

}  // namespace

class FileSender::Impl {
 public:
  Impl(FileSenderSettings settings, Spool& spool, FileSenderEvents events)
      : settings_(std::move(settings)),
        events_(std::move(events)),
        ftps_(settings_.target, [this] { return late(); }),
        queue_(settings_, spool),
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
    if (const auto due = queue_.due_at()) woken_.wait_until(lock, *due, ready);
    else woken_.wait(lock, ready);
    more_ = false;
  }

  /// Sends all files that are due.
  Result<void> work() {
    auto begun = queue_.begun();
    if (!begun) return failure(begun.error());
    if (*begun) {
      if (auto done = send_again(std::move(**begun)); !done) return done;
    }
    while (!stopping()) {
      if (auto done = queue_.due() ? Result<void>() : queue_.look(); !done) return done;
      if (!queue_.due()) return {};
      auto file = queue_.next();
      if (!file) return failure(file.error());
      if (!*file) continue;
      if (auto done = send_new(std::move(**file)); !done) return done;
    }
    return {};
  }

  Result<void> send_again(OutgoingFile file) {
    const auto there = ftps_.size_of(file.upload.name);
    if (!there) return failure(there.error());
    if (!*there) return send(file);
    if (**there == file.octets.size()) return delivered(file);  // the answer to its rename was lost
    return send_new(std::move(file));
  }

  /// The name is on the disk before anything else is tried, so that the numbers in names have no gaps.
  Result<void> send_new(OutgoingFile file) {
    for (int i = 0; i < kMostNames; ++i) {
      if (auto done = queue_.begin(file); !done) return done;
      const auto there = ftps_.size_of(file.upload.name);
      if (!there) return failure(there.error());
      if (!*there) return send(file);
    }
    return failure(ErrorKind::limit, "the LEMF has files of all the names that were tried");
  }

  Result<void> send(const OutgoingFile& file) {
    if (auto done = ftps_.upload(file.upload.name, file.octets); !done) return done;
    return delivered(file);
  }

  // --- what is told ---

  Result<void> delivered(const OutgoingFile& file) {
    if (auto done = queue_.confirm(file); !done) return done;
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

  void note_failure(const Error& error) {
    const auto of_spool = queue_.take_fault();
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
  FileQueue queue_;
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
