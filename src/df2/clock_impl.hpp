// df2/clock_impl.hpp: the clock at the place of interception.
//
// Source:  TS 101 671 D.5 (LocalTimeStamp); the time zone database of the system.
// Units:   times are UTC.
// Errors:  a zone that the database does not know.
// Owns:    nothing.
#pragma once

#include "base/result.hpp"
#include "hi2/builder.hpp"

namespace li::df2 {

class ZoneClock {
 public:
  [[nodiscard]] static Result<ZoneClock> of(const std::string& zone);
  [[nodiscard]] hi2::LocalClock at(TimePoint time) const;

 private:
  explicit ZoneClock(const void* zone) : zone_(zone) {}
  const void* zone_;  // date::time_zone, which lives as long as the program
};

}  // namespace li::df2
