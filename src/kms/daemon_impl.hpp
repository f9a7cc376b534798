// kms/daemon_impl.hpp: what a reload replaces.
//
// Source:  docs/kms.md, Reload.
// Owns:    the rules own their keys until apply() takes them.
#pragma once

#include "kms/daemon.hpp"

namespace li::kms {

struct Daemon::Rules {
  TicketService::Settings tickets;
  KeyService::Rules keys;
  LiList li_list;
  ops::LogLevel log_level = ops::LogLevel::info;
  std::string config_sha256, li_list_sha256;

  /// Says in the audit trail what came into force.
  [[nodiscard]] ops::Fields told() const;
  /// Clients of the LI list that may not ask at all: a line each.
  [[nodiscard]] Problems unknown_clients() const;
};

[[nodiscard]] std::string_view name(Daemon::Role role);

}  // namespace li::kms
