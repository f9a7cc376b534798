#include "kms/li_list.hpp"

#include <algorithm>
#include <tuple>

#include "base/text.hpp"
#include "base/time.hpp"
#include "kms/identity.hpp"

namespace li::kms {

namespace {

std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> found;
  for (;;) {
    const auto start = line.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) return found;
    line.remove_prefix(start);
    const auto end = std::min(line.find_first_of(" \t\r"), line.size());
    found.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

Result<LiEntry> read_entry(const std::vector<std::string_view>& columns) {
  if (columns.size() != 4) return failure(ErrorKind::malformed, "an entry has four columns: target, from, until, client");
  if (auto checked = check_identity(columns[0]); !checked) return failure(checked.error());
  const auto from = parse_utc(columns[1]);
  if (!from) return failure(from.error());
  const auto until = parse_utc(columns[2]);
  if (!until) return failure(until.error());
  if (*until <= *from) return failure(ErrorKind::out_of_range, "the entry ends before it begins");
  if (printable(columns[3]) != columns[3]) return failure(ErrorKind::malformed, "the client's name has characters that no name has");
  return LiEntry{canonical_identity(columns[0]), *from, *until, std::string(columns[3])};
}

bool same(const LiEntry& a, const LiEntry& b) {
  return std::tie(a.target, a.from, a.until, a.client) == std::tie(b.target, b.from, b.until, b.client);
}

bool holds(const LiEntry& entry, std::chrono::sys_seconds now) { return entry.from <= now && now < entry.until; }

}  // namespace

tl::expected<LiList, std::vector<Error>> LiList::parse(std::string_view text) {
  LiList list;
  std::vector<Error> wrong;
  std::size_t number = 0;
  const auto complain = [&](std::string what) {
    wrong.push_back({ErrorKind::malformed, std::move(what), std::nullopt, "line " + std::to_string(number), {}});
  };
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    ++number;
    const auto parts = columns(line);
    if (parts.empty() || parts.front().front() == '#') continue;
    auto entry = read_entry(parts);
    if (!entry) {
      complain(entry.error().message());
      continue;
    }
    const auto [begin, end] = list.entries_.equal_range(entry->target);
    if (std::any_of(begin, end, [&](const auto& other) { return same(other.second, *entry); })) complain("the same entry stands above");
    list.entries_.emplace(entry->target, std::move(*entry));
  }
  if (!wrong.empty()) return tl::unexpected(std::move(wrong));
  return list;
}

LiAnswer LiList::look_up(std::string_view target, std::string_view client, std::chrono::sys_seconds now) const {
  auto answer = LiAnswer::not_listed;
  const auto [begin, end] = entries_.equal_range(canonical_identity(target));
  for (auto at = begin; at != end; ++at) {
    if (at->second.client != client) continue;
    if (holds(at->second, now)) return LiAnswer::listed;
    answer = LiAnswer::outside_time;
  }
  return answer;
}

std::set<std::string> LiList::clients() const {
  std::set<std::string> found;
  for (const auto& [target, entry] : entries_) found.insert(entry.client);
  return found;
}

std::size_t LiList::valid(std::chrono::sys_seconds now) const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [now](const auto& entry) { return holds(entry.second, now); }));
}

Result<std::chrono::sys_seconds> parse_utc(std::string_view text) {
  if (const auto time = parse_internet_time(text)) return *time;
  return failure(ErrorKind::malformed, "a time is written 2026-11-20T12:00:00Z");
}

}  // namespace li::kms
