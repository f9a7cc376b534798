// hi2-callsim/report.hpp: what a run tells, and the list of scenarios, as JSON; the warrants that they need, as TOML.
//
// Source:  docs/callsim.md.
// Units:   as story.hpp.
// Errors:  a name that no scenario has.
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

/// A file of warrants for hi2-df2: what the scenarios of these names need, without names all of them and `load`.
[[nodiscard]] Result<std::string> warrants_toml(const std::vector<std::string>& names, const std::string& destination,
                                                const Settings* settings);

}  // namespace li::callsim
