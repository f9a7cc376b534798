// ops/audit_writer_impl.hpp: appends of many threads, one write and one sync for all that came meanwhile.
//
// Source:  docs/audit.md.
// Units:   octets.
// Errors:  as AuditLog: after a failed sync nothing is written any more.
// Owns:    the file, its lock and the key.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "ops/audit.hpp"
#include "ops/audit_text_impl.hpp"
#include "ops/file_impl.hpp"

namespace li::ops {

/// Where the file has come to.
struct End {
  Position position;
  std::uint64_t size = 0;  ///< octets of the file
};

class AuditLog::Writer {
 public:
  Writer(AuditOptions options, Fd file, crypto::PrivateKey key, End end)
      : options_(std::move(options)), file_(std::move(file)), key_(std::move(key)), durable_(end), next_(std::move(end)) {}

  [[nodiscard]] Result<std::uint64_t> append(const AuditRecord& record);
  void tick();
  [[nodiscard]] AuditState state();
  [[nodiscard]] Result<void> close();
  /// Without waiting for its time.
  [[nodiscard]] Result<void> anchor_now();

 private:
  // What one write takes to the disk. Those who wait for it hold it.
  struct Batch {
    std::string lines;
    End end;
    bool done = false;
    std::optional<Error> error;
  };
  using Lock = std::unique_lock<std::mutex>;

  void flush(Lock& lock);
  void finish(Batch& batch, std::optional<Error> error);
  [[nodiscard]] Result<void> write(const Batch& batch);
  [[nodiscard]] Result<void> cut_back(Error reason);
  [[nodiscard]] std::optional<Error> touched(bool grows) const;
  void look_after_file();
  [[nodiscard]] bool anchor_is_due() const;
  [[nodiscard]] Result<void> anchor(Lock& lock);

  const AuditOptions options_;
  Fd file_;
  const crypto::PrivateKey key_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool busy_ = false;  // a thread writes to the file or the anchor, without the mutex; only it changes durable_
  End durable_;        // on the disk
  End next_;           // with the lines that wait in open_
  std::shared_ptr<Batch> open_ = std::make_shared<Batch>();
  std::optional<Error> broken_;         // why nothing can be written any more
  std::optional<Error> anchor_failed_;  // the last time
  TimePoint last_anchor_;               // on the disk
  std::optional<TimePoint> anchored_at_;
  std::uint64_t anchored_ = 0;  // entries that the anchor on the disk knows
  std::uint64_t tried_ = 0;     // entries when it was last tried
};

}  // namespace li::ops
