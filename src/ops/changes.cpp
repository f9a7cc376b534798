#include "ops/changes.hpp"

#include <algorithm>

namespace li::ops {

void Changes::look_for_new(const std::string& key, const std::vector<std::string>& now, const std::vector<std::string>& next) {
  for (const auto& name : next) {
    if (std::find(now.begin(), now.end(), name) == now.end()) lines.push_back(key + ": a new name needs a restart: " + name);
  }
}

void Changes::look_at_tls(const std::string& section, const net::TlsSettings& now, const net::TlsSettings& next) {
  look(section + ".certificate", now.certificate_file, next.certificate_file);
  look(section + ".key", now.key_file, next.key_file);
  look(section + ".ca", now.ca_file, next.ca_file);
  look(section + ".crl", now.crl_file, next.crl_file);
}

void Changes::look_at_listener(const std::string& section, const Listener& now, const Listener& next) {
  look("[" + section + "]", now.on, next.on);
  look(section + ".listen", now.address, next.address);
  look(section + ".max_connections", now.max_connections, next.max_connections);
  look(section + ".max_handshakes", now.max_handshakes, next.max_handshakes);
  look(section + ".max_per_address", now.max_per_address, next.max_per_address);
  look_at_tls(section, now.tls, next.tls);
}

void Changes::look_at_trail(const AuditOptions& now, const AuditOptions& next) {
  look("audit.trail", now.path, next.path);
  look("audit.key", now.key_file, next.key_file);
  look("audit.anchor", now.anchor, next.anchor);
}

}  // namespace li::ops
