// ops/changes.hpp: which keys of a configuration have changed that can't while a daemon runs.
//
// Source:  docs/operations.md, Reload.
// Units:   none.
// Errors:  each change is a line.
// Owns:    its lines.
#pragma once

#include "ops/audit.hpp"
#include "ops/listener.hpp"

namespace li::ops {

struct Changes {
  std::vector<std::string> lines;

  template <typename T>
  void look(const std::string& key, const T& now, const T& next) {
    if (!(now == next)) lines.push_back(key + ": a change needs a restart");
  }
  void look_for_new(const std::string& key, const std::vector<std::string>& now, const std::vector<std::string>& next);
  /// The paths: what stands in the files may change.
  void look_at_tls(const std::string& section, const net::TlsSettings& now, const net::TlsSettings& next);
  void look_at_listener(const std::string& section, const Listener& now, const Listener& next);
  void look_at_trail(const AuditOptions& now, const AuditOptions& next);
};

}  // namespace li::ops
