#include "ops/audit_writer_impl.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace li::ops {

Result<std::uint64_t> AuditLog::Writer::append(const AuditRecord& record) {
  if (auto checked = check_entry(record.event, record.fields); !checked) return failure(checked.error());
  Lock lock(mutex_);
  if (broken_) return failure(*broken_);
  const auto number = next_.position.count + 1;
  auto written = write_entry(number, options_.clock(), record.event, record.fields, next_.position.head, key_);
  if (!written) return failure(written.error());
  const auto batch = open_;
  batch->lines += written->line;
  next_ = {{number, next_.size, std::move(written->hash)}, next_.size + written->line.size()};
  while (!batch->done) {
    if (busy_) changed_.wait(lock);
    else flush(lock);
  }
  if (batch->error) return failure(*batch->error);
  return number;
}

// The caller becomes the writer for all who wait; those who come meanwhile fill the next batch.
void AuditLog::Writer::flush(Lock& lock) {
  busy_ = true;
  const auto batch = std::exchange(open_, std::make_shared<Batch>());
  batch->end = next_;
  lock.unlock();
  const auto written = write(*batch);
  lock.lock();
  if (written) {
    durable_ = batch->end;
    finish(*batch, {});
    if (anchor_is_due()) {
      changed_.notify_all();
      (void)anchor(lock);
    }
  } else {
    // What has come meanwhile is chained to what was lost.
    finish(*batch, written.error());
    finish(*std::exchange(open_, std::make_shared<Batch>()), written.error());
    next_ = durable_;
  }
  busy_ = false;
  changed_.notify_all();
}

void AuditLog::Writer::finish(Batch& batch, std::optional<Error> error) {
  batch.done = true;
  batch.error = std::move(error);
}

Result<void> AuditLog::Writer::write(const Batch& batch) {
  if (auto error = touched(false)) {
    const Lock lock(mutex_);
    broken_ = error;
    return failure(std::move(*error));
  }
  if (auto written = write_all(file_.get(), batch.lines, options_.path); !written) return cut_back(written.error());
  if (fdatasync(file_.get()) == 0) return {};
  // What a failed sync leaves on the disk is not known, and a second one would not tell.
  auto error = file_error(options_.path, "can't be synced", errno);
  const Lock lock(mutex_);
  broken_ = error;
  return failure(std::move(error));
}

Result<void> AuditLog::Writer::cut_back(Error reason) {
  if (ftruncate(file_.get(), static_cast<off_t>(durable_.size)) != 0) {
    reason.text += "; nor can it be cut back to its last entry";
    const Lock lock(mutex_);
    broken_ = reason;
  }
  return failure(std::move(reason));
}

// Somebody who has cut, moved or replaced the file must not get a trail that goes on as if nothing were. While another thread writes, its
// size is not known.
std::optional<Error> AuditLog::Writer::touched(bool grows) const {
  struct stat ours {
  }, there{};
  const auto same_size = [&] { return grows || static_cast<std::uint64_t>(ours.st_size) == durable_.size; };
  if (fstat(file_.get(), &ours) == 0 && ours.st_nlink > 0 && same_size() && stat(options_.path.c_str(), &there) == 0 &&
      there.st_dev == ours.st_dev && there.st_ino == ours.st_ino)
    return {};
  return Error{ErrorKind::unexpected, "was changed, moved or removed by another program", std::nullopt, options_.path, {}};
}

// With the lock held.
void AuditLog::Writer::look_after_file() {
  if (!broken_) broken_ = touched(busy_);
}

bool AuditLog::Writer::anchor_is_due() const {
  if (durable_.position.count == anchored_) return false;
  return !anchored_at_ || durable_.position.count - tried_ >= options_.anchor_every ||
         options_.clock() - *anchored_at_ >= options_.anchor_interval;
}

// With busy_ set and the lock held, which is given back for the time of writing.
Result<void> AuditLog::Writer::anchor(Lock& lock) {
  const auto position = durable_.position;
  const auto now = options_.clock();
  lock.unlock();
  auto written = write_anchor(position, now, key_).and_then([&](const std::string& text) { return replace_file(options_.anchor, text); });
  if (!written) options_.on_anchor_failure(written.error());
  lock.lock();
  anchored_at_ = now;
  tried_ = position.count;
  anchor_failed_ = written ? std::nullopt : std::optional(written.error());
  if (written) anchored_ = position.count, last_anchor_ = now;
  return written;
}

Result<void> AuditLog::Writer::anchor_now() {
  Lock lock(mutex_);
  changed_.wait(lock, [&] { return !busy_; });
  busy_ = true;
  auto written = anchor(lock);
  busy_ = false;
  changed_.notify_all();
  return written;
}

void AuditLog::Writer::tick() {
  Lock lock(mutex_);
  look_after_file();
  if (busy_ || broken_ || !anchor_is_due()) return;
  busy_ = true;
  (void)anchor(lock);
  busy_ = false;
  changed_.notify_all();
}

AuditState AuditLog::Writer::state() {
  const Lock lock(mutex_);
  look_after_file();
  const auto waiting = durable_.position.count != anchored_;
  const auto age = waiting ? options_.clock() - last_anchor_ : std::chrono::milliseconds(0);
  return {broken_, anchor_failed_, std::chrono::duration_cast<std::chrono::milliseconds>(age)};
}

Result<void> AuditLog::Writer::close() {
  Lock lock(mutex_);
  if (!file_.is_open()) return {};
  if (!broken_) broken_ = Error{ErrorKind::unexpected, "the audit trail is closed", std::nullopt, options_.path, {}};
  changed_.wait(lock, [&] { return !busy_ && open_->lines.empty(); });
  busy_ = true;
  auto written = anchor(lock);
  busy_ = false;
  file_ = Fd();
  changed_.notify_all();
  return written;
}

}  // namespace li::ops
