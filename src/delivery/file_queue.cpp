#include "delivery/file_queue_impl.hpp"

#include <algorithm>

namespace li::delivery {

namespace {

constexpr std::size_t kMostEntries = 10'000;  // of a file, and of one look into the spool

void add(OutgoingFile& file, const Waiting& entry) {
  if (file.events.empty()) file.liid = entry.liid;
  file.upload.ids.push_back(entry.id);
  append(file.octets, entry.octets);
  file.events.push_back(entry.event);
}

}  // namespace

Result<std::vector<Waiting>> FileQueue::read(std::int64_t after) {
  return checked(spool_.read(settings_.destination, after, kMostEntries, settings_.close_at));
}

std::optional<FileQueue::Clock::time_point> FileQueue::due_at() const {
  if (!first_seen_ || settings_.close_after.count() == 0) return std::nullopt;
  return *first_seen_ + settings_.close_after;
}

Result<void> FileQueue::look() {
  while (seen_octets_ < settings_.close_at) {
    const auto entries = read(seen_last_);
    if (!entries) return failure(entries.error());
    if (entries->empty()) break;
    if (!first_seen_) first_seen_ = Clock::now();
    for (const auto& entry : *entries) seen_octets_ += entry.octets.size();
    seen_last_ = entries->back().id;
  }
  const auto at = due_at();
  if (seen_octets_ < settings_.close_at && (!at || Clock::now() < *at)) return {};
  due_until_ = seen_last_;
  first_seen_.reset();
  seen_octets_ = 0;
  return {};
}

Result<std::optional<OutgoingFile>> FileQueue::begun() {
  const auto upload = checked(spool_.upload(settings_.destination));
  if (!upload) return failure(upload.error());
  if (!*upload) return std::nullopt;
  const auto& ids = (*upload)->ids;
  OutgoingFile file;
  for (auto after = ids.front() - 1; after < ids.back();) {
    const auto entries = read(after);
    if (!entries) return failure(entries.error());
    if (entries->empty()) break;  // erased a moment ago
    for (const auto& entry : *entries) {
      if (std::binary_search(ids.begin(), ids.end(), entry.id)) add(file, entry);
    }
    after = entries->back().id;
  }
  if (file.events.empty()) return std::nullopt;
  file.upload.name = (*upload)->name;
  return file;
}

Result<std::optional<OutgoingFile>> FileQueue::next() {
  const auto entries = read(0);
  if (!entries) return failure(entries.error());
  if (!due_until_ || entries->empty() || entries->front().id > *due_until_) {
    due_until_.reset();
    return std::nullopt;
  }
  OutgoingFile file;
  for (const auto& entry : *entries) {
    if (settings_.naming.method == FileMethod::b || entry.liid == entries->front().liid) add(file, entry);
  }
  return file;
}

Result<void> FileQueue::begin(OutgoingFile& file) {
  auto name = checked(new_name(file.liid));
  if (!name) return failure(name.error());
  file.upload.name = std::move(*name);
  return checked(spool_.begin_upload(settings_.destination, file.upload));
}

Result<std::string> FileQueue::new_name(const Bytes& liid) {
  if (settings_.naming.method == FileMethod::a) {
    const auto number = spool_.next_file_number(settings_.destination, liid);
    if (!number) return failure(number.error());
    return file_name_a(liid, *number, settings_.naming.type);
  }
  const auto number = next_id();
  if (!number) return failure(number.error());
  return file_name_b(settings_.naming, std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()), *number);
}

Result<std::uint64_t> FileQueue::next_id() {
  const auto batch = spool_.begin();
  if (!batch) return failure(batch.error());
  auto id = (*batch)->next_id("files to " + settings_.destination);
  if (!id) return id;
  if (auto done = (*batch)->commit(); !done) return failure(done.error());
  return id;
}

}  // namespace li::delivery
