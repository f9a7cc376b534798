// hi2-callsim/load.hpp: many calls, at a rate.
//
// Source:  none.
// Units:   events are X2 PDUs; a rate is events a second.
// Errors:  as poi.hpp and phone.hpp.
// Owns:    plain values.
#pragma once

#include "hi2-callsim/poi.hpp"

namespace li::callsim {

struct LoadSpec {
  double rate = 100;               ///< events a second; 0: as fast as they are taken
  double seconds = 0;              ///< either this long ...
  std::uint64_t calls = 0;         ///< ... or so many calls
  std::uint64_t open_dialogs = 0;  ///< calls that do not end, before the others
  bool tickets = false;            ///< each call with a ticket of its own, got before the first event
  std::uint64_t seed = 1;
};

struct LoadResult {
  std::uint64_t events = 0, calls = 0, open_dialogs = 0, exchanges = 0;
  double seconds = 0;  ///< from the first event to the last answered Keepalive
  std::string problem;
};

constexpr auto kLoad = "load";  ///< LIID; its XID is told by the name, as those of scenarios

/// Result and state of the connection, whatever happened.
[[nodiscard]] LoadResult run_load(const LoadSpec& spec, const Settings& settings, Kmss& kmss, const Clock& clock, Numbers& numbers,
                                  Poi& poi);

[[nodiscard]] std::string to_json(const LoadResult& result, const Poi& poi);

}  // namespace li::callsim
