// hi2/lemf_store.hpp: which store a command of `hi2 lemf` reads, and which of its items.
//
// Source:  docs/lemf.md.
// Errors:  UsageError for what must be called differently; else those of the store.
// Owns:    plain values.
#pragma once

#include <CLI/CLI.hpp>

#include "lemf/store_reader.hpp"

namespace li::tool {

struct StoreChoice {
  std::string config = "/var/lib/hi2-lemf/hi2-lemf.toml";
  std::string store, key;
};

struct FilterTexts {
  std::string liid, since, until, event, correlation;
};

void add_store_options(CLI::App& app, StoreChoice& choice);
void add_filter_options(CLI::App& app, FilterTexts& texts);

/// Throws UsageError.
[[nodiscard]] lemf::Filter to_filter(const FilterTexts& texts);

/// Opens what was chosen. Where keys are shown and the configuration says who reads it, the trail of administration says so first.
/// `told` is what the entry says of the call.
[[nodiscard]] Result<lemf::StoreReader> open_store(const StoreChoice& choice, bool keys_shown, const std::string& told);

}  // namespace li::tool
