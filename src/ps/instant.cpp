#include "ps/instant.hpp"

namespace li::ps {

std::optional<Instant> instant_of(const CalendarTime& time) {
  if (!time.offset || time.year < 1700 || time.year >= 2200) return std::nullopt;  // what nanoseconds reach
  const auto day = std::chrono::year(time.year) / time.month / time.day;
  std::int64_t part = 0;
  for (std::size_t i = 0; i < 9; ++i) part = part * 10 + (i < time.fraction.size() ? time.fraction[i] - '0' : 0);
  return std::chrono::sys_days(day) + std::chrono::hours(time.hour) + std::chrono::minutes(time.minute - *time.offset) +
         std::chrono::seconds(time.second) + std::chrono::nanoseconds(part);
}

std::optional<Instant> instant_of(const MicroSecondTimeStamp& stamp) {
  constexpr std::uint64_t kYear2200 = 7258118400;
  if (stamp.seconds >= kYear2200) return std::nullopt;
  return Instant(std::chrono::seconds(stamp.seconds) + std::chrono::microseconds(stamp.micro_seconds));
}

std::optional<Instant> instant_of(const Header& header) {
  if (header.micro_second_time_stamp) return instant_of(*header.micro_second_time_stamp);
  return header.time_stamp ? instant_of_generalized(*header.time_stamp) : std::nullopt;
}

std::optional<Instant> instant_of_generalized(std::string_view text) {
  const auto calendar = parse_generalized_time(text);
  return calendar ? instant_of(*calendar) : std::nullopt;
}

}  // namespace li::ps
