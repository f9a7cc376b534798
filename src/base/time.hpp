// base/time.hpp: the two ASN.1 time strings, and times as people write them, without the host's time zone.
//
// Source:  RFC 3339 (UTC, whole seconds); X.680 clauses 46 (GeneralizedTime) and 47 (UTCTime); X.690 11.7, 11.8 for the form written.
// Units:   calendar fields as written; fraction in the digits given; offset in minutes east of UTC.
// Errors:  parse functions return nothing for a text that is no such time.
// Owns:    plain values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace li {

/// A time as its characters say it. Nothing is converted: a local time stays local.
struct CalendarTime {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::string fraction;       ///< digits behind the point, of the smallest unit given
  std::optional<int> offset;  ///< minutes east of UTC; 0 for "Z"; none for local time

  /// "2026-11-20 12:00:01.204", and " UTC" or " +0100" where the text had it.
  [[nodiscard]] std::string to_string() const;
};

/// YYYYMMDDhh[mm[ss]][.f][Z|+hhmm]
[[nodiscard]] std::optional<CalendarTime> parse_generalized_time(std::string_view text);

/// YYMMDDhhmm[ss](Z|+hhmm); years 50..99 are 19xx (the rule of RFC 5280).
[[nodiscard]] std::optional<CalendarTime> parse_utc_time(std::string_view text);

/// Whether parse_... would read the text.
[[nodiscard]] bool is_generalized_time(std::string_view text);
[[nodiscard]] bool is_utc_time(std::string_view text);

using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// "20261120120001.204": local time with milliseconds, without an offset.
[[nodiscard]] std::string to_generalized_local(TimePoint time, std::chrono::minutes east_of_utc);

/// "261120110001Z"
[[nodiscard]] std::string to_utc_time(TimePoint time);

/// "2026-11-20T12:00:00Z", in this form only.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_internet_time(std::string_view text);
[[nodiscard]] std::string to_internet_time(std::chrono::sys_seconds time);

}  // namespace li
