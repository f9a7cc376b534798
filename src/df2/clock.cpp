#include "df2/clock_impl.hpp"

#include <date/tz.h>

#include <stdexcept>

namespace li::df2 {

Result<ZoneClock> ZoneClock::of(const std::string& zone) {
  try {
    return ZoneClock(date::locate_zone(zone));
  } catch (const std::runtime_error&) {
    return failure(ErrorKind::unknown, "no time zone " + zone + " in the system's database");
  }
}

hi2::LocalClock ZoneClock::at(TimePoint time) const {
  const auto info = static_cast<const date::time_zone*>(zone_)->get_info(std::chrono::floor<std::chrono::seconds>(time));
  const bool summer = info.save != std::chrono::minutes(0);
  return {std::chrono::duration_cast<std::chrono::minutes>(info.offset),
          summer ? hi2::WinterSummer::summer_time : hi2::WinterSummer::winter_time};
}

}  // namespace li::df2
