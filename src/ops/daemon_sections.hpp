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

/// Whether a daemon can start with them: the key signs, what is there is private, the anchor's folder is there. A line each.
[[nodiscard]] std::vector<std::string> check_audit(const std::string& key_file, const std::vector<const AuditOptions*>& trails);

/// GET /metrics and /health: "fine", or 503 with a line for each thing that is wrong.
[[nodiscard]] net::HttpHandler status_pages(std::function<std::string()> render, std::function<std::vector<std::string>()> health);

}  // namespace li::ops
