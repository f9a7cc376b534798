// lemf/settings.hpp: the configuration of hi2-lemf as values.
//
// Source:  samples/lemf/hi2-lemf.toml shows every key; read_settings() is where they are declared.
// Units:   as the members say.
// Errors:  everything that is wrong with the file, a line each.
// Owns:    plain values; the keys in them are SecretBytes, and move.
#pragma once

#include "lemf/store.hpp"
#include "ops/daemon_sections.hpp"
#include "ops/listener.hpp"

namespace li::lemf {

struct Settings : ops::DaemonSettings {
  struct Hi2 : ops::Listener {  ///< its TLS with the names of those who may come
    std::size_t max_pdu = 0;
    bool acknowledgement = true;
    std::chrono::milliseconds silence{};
    std::chrono::milliseconds patience{};  ///< with a full disk
  } hi2;
  struct DropFolder {
    bool on = false;
    std::string path;
    std::string work;
    std::chrono::milliseconds interval{};
    std::uint64_t max_file = 0;
  } drop_folder;
  StoreOptions store;
  SecretBytes master_key;
  ops::Address metrics;
};

/// Declares every key; what is wrong is noted in the configuration.
[[nodiscard]] Settings read_settings(const ops::Config& config);

/// The same for a file, which must be private to us.
[[nodiscard]] tl::expected<Settings, std::vector<std::string>> load_settings(const std::string& path);

/// The keys whose values differ and can't change while the daemon runs, a line each.
[[nodiscard]] std::vector<std::string> needs_restart(const Settings& now, const Settings& next);

/// A file to begin with: each key with what it means and its default.
[[nodiscard]] std::string describe_settings();

}  // namespace li::lemf
