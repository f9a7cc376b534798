// delivery/wall_clock_impl.hpp: the time of day, for what senders write down.
//
// Source:  the system's clock.
// Units:   milliseconds, UTC.
// Errors:  none.
// Owns:    nothing.
#pragma once

#include "base/time.hpp"

namespace li::delivery {

[[nodiscard]] inline TimePoint wall_now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace li::delivery
