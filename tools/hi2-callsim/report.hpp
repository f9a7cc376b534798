// hi2-callsim/report.hpp: what a run tells: the expectation, and the list of scenarios, as JSON.
//
// Source:  docs/callsim.md.
// Units:   as story.hpp.
// Errors:  none.
// Owns:    results own their octets; those with keys are wiped.
#pragma once

#include "hi2-callsim/scenarios.hpp"

namespace li::callsim {

struct Run {
  const Scenario& scenario;
  const Story& story;
  std::uint64_t seed = 0;
  std::string target;                 ///< identity
  unsigned packets = 0;               ///< of each stream
  std::vector<std::string> payloads;  ///< SHA-256, a stream each
};

/// With keys.
[[nodiscard]] RecordBytes expectation_json(const Run& run);

/// For `list --json`. Identities are those of `settings`, or else the default ones.
[[nodiscard]] std::string list_json(const Settings* settings);

}  // namespace li::callsim
