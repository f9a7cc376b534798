// kms/daemon_impl.hpp: what a reload replaces.
#pragma once

#include "kms/daemon.hpp"

namespace li::kms {

struct Daemon::Rules {
  TicketService::Settings tickets;
  KeyService::Rules keys;
  LiList li_list;
  ops::LogLevel log_level = ops::LogLevel::info;
};

}  // namespace li::kms
