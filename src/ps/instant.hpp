// ps/instant.hpp: the times of PDUs as points in time.
//
// Source:  ETSI TS 102 232-1 V3.26.1 5.2.6 (timeStamp, microSecondTimeStamp).
// Units:   UTC with nanoseconds.
// Errors:  nothing for a time without its zone, for a text that is no time, and outside of the years 1700 to 2199.
// Owns:    plain values.
#pragma once

#include <chrono>

#include "base/time.hpp"
#include "ps/pdu.hpp"

namespace li::ps {

using Instant = std::chrono::sys_time<std::chrono::nanoseconds>;

[[nodiscard]] std::optional<Instant> instant_of(const CalendarTime& time);
[[nodiscard]] std::optional<Instant> instant_of(const MicroSecondTimeStamp& stamp);
[[nodiscard]] std::optional<Instant> instant_of(const Header& header);
[[nodiscard]] std::optional<Instant> instant_of_generalized(std::string_view text);

}  // namespace li::ps
