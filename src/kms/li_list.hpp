// kms/li_list.hpp: whose keys may be asked for over Xk, when, and by which client. Only LI administration writes it.
//
// A text file, one entry a line, columns between spaces or tabs; empty lines and lines that begin with # mean nothing:
//
//   # target                    from                  until                 Xk client
//   sip:alice@home1.example     2026-11-20T00:00:00Z  2026-12-20T00:00:00Z  df2.li.home1.example
//
// Source:  TS 33.107 clause 7A.7.2; docs/decisions.md: the KMS learns no LIID and no more than this.
// Units:   UTC; an entry holds from its first second to the second before `until`.
// Errors:  every line that is wrong, with its number. A list with a wrong line is not used at all.
// Owns:    a list owns its entries and never changes; a reload makes another one.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace li::kms {

/// The file may be readable by its group, so that it can be root's, and the daemon's group's to read but not to write.
inline constexpr unsigned kLiListForbidden = 0037;
inline constexpr std::size_t kMaxLiList = 64 * 1024 * 1024;

struct LiEntry {
  std::string target;  ///< canonical
  std::chrono::sys_seconds from;
  std::chrono::sys_seconds until;
  std::string client;  ///< a name in the certificate of the one who may ask
};

enum class LiAnswer {
  listed,
  not_listed,    ///< no entry for this target and client
  outside_time,  ///< there is one, but not now
};

class LiList {
 public:
  LiList() = default;
  [[nodiscard]] static tl::expected<LiList, std::vector<Error>> parse(std::string_view text);

  [[nodiscard]] LiAnswer look_up(std::string_view target, std::string_view client, std::chrono::sys_seconds now) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// All that are named in it, without order and each once.
  [[nodiscard]] std::set<std::string> clients() const;
  /// Entries that hold at `now`.
  [[nodiscard]] std::size_t valid(std::chrono::sys_seconds now) const;

 private:
  std::multimap<std::string, LiEntry, std::less<>> entries_;  ///< by target
};

/// "2026-11-20T00:00:00Z"
[[nodiscard]] Result<std::chrono::sys_seconds> parse_utc(std::string_view text);

}  // namespace li::kms
