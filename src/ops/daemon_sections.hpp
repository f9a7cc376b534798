// ops/daemon_sections.hpp: what the configurations of all daemons have in common.
//
// Source:  none.
// Units:   as ops/config.hpp.
// Errors:  noted in the configuration.
// Owns:    nothing.
#pragma once

#include "net/server.hpp"
#include "ops/audit.hpp"
#include "ops/config.hpp"
#include "ops/log.hpp"

namespace li::ops {

/// Keys certificate, key, ca, crl. `needed`: they must be given.
[[nodiscard]] net::TlsSettings read_tls(const ConfigSection& section, net::TlsPeers peers, bool needed);

/// [log] level
[[nodiscard]] LogLevel read_log_level(const ConfigSection& root);

/// Settings of every daemon.
struct DaemonSettings {
  AuditOptions audit;        ///< of the daemon
  AuditOptions admin_audit;  ///< of the commands of administration
  LogLevel log_level = LogLevel::info;
  std::string sha256;  ///< of the file
};

/// Two trails with one key. `name` begins the names of their files; the texts say what is in each.
void read_audit_trails(const ConfigSection& section, const std::string& name, std::string_view trail, std::string_view admin_trail,
                       DaemonSettings& settings);

/// A configuration that is private to us, with the digest of what was read. `program` is named where the file is missing.
struct LoadedConfig {
  Config config;
  std::string sha256;
};
[[nodiscard]] tl::expected<LoadedConfig, std::vector<std::string>> load_config(const std::string& path, std::string_view program);

/// Its values, as `read` declares them, or everything that is wrong with the file. Settings are DaemonSettings.
template <typename Settings>
[[nodiscard]] tl::expected<Settings, std::vector<std::string>> load_settings_with(const std::string& path, std::string_view program,
                                                                                  Settings (*read)(const Config&)) {
  auto loaded = load_config(path, program);
  if (!loaded) return tl::unexpected(std::move(loaded.error()));
  auto settings = read(loaded->config);
  if (auto problems = loaded->config.problems(); !problems.empty()) return tl::unexpected(std::move(problems));
  settings.sha256 = std::move(loaded->sha256);
  return settings;
}

/// Whether a daemon can start with them: the key signs, what is there is private, the anchor's folder is there. A line each.
[[nodiscard]] std::vector<std::string> check_audit(const DaemonSettings& settings);

/// GET /metrics and /health: "fine", or 503 with a line for each thing that is wrong.
[[nodiscard]] net::HttpHandler status_pages(std::function<std::string()> render, std::function<std::vector<std::string>()> health);

}  // namespace li::ops
