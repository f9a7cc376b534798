// kms/settings.hpp: the configuration of hi2-kms as values.
//
// Source:  samples/kms/hi2-kms.toml shows every key; read_settings() is where they are declared.
// Units:   as the members say.
// Errors:  everything that is wrong with the file, a line each.
// Owns:    plain values; the keys in them are SecretBytes, and move.
#pragma once

#include "kms/ticket_service.hpp"
#include "ops/daemon_sections.hpp"
#include "ops/listener.hpp"

namespace li::kms {

struct Listener : ops::Listener {
  unsigned threads = 2;
};

struct PeerSettings {
  PeerKms kms;  ///< without its way there
  ops::Address address;
  std::string server_name;  ///< in its certificate
  std::string path;
  std::chrono::milliseconds timeout{};
};

struct Settings : ops::DaemonSettings {
  Store::Options store;
  SecretBytes master_key;
  TicketRules tickets;
  std::chrono::seconds rotate_after{};
  struct {
    std::string key_file;    ///< RSA, PEM; empty: no public-key mode
    std::string roots_file;  ///< of subscribers' certificates, PEM
  } public_key;

  struct Ue : Listener {
    std::string path, parameter, ticket_request, ticket_resolve;
    std::size_t body_limit = 0;
  } ue;
  struct Xk : Listener {
    std::vector<std::string> clients;
    std::string li_list;
    double requests_per_second = 0, burst = 0;
    bool allow_missing_resp = false;
  } xk;
  struct Peers : Listener {
    std::string path;
    std::chrono::seconds cache_lifetime{};
    std::vector<PeerSettings> kmss;
  } peers;
  struct Bsf : Listener {
    std::vector<std::string> clients;
    std::string path;
    std::chrono::seconds longest{};
  } bsf;
  Listener metrics;

  double audited_refusals_per_second = 0;
};

/// Declares every key; what is wrong is noted in the configuration.
[[nodiscard]] Settings read_settings(const ops::Config& config);

/// The same for a file, which must be private to us.
[[nodiscard]] tl::expected<Settings, std::vector<std::string>> load_settings(const std::string& path);

/// The keys whose values differ and can't change while the daemon runs, a line each.
[[nodiscard]] std::vector<std::string> needs_restart(const Settings& now, const Settings& next);

/// A file to begin with: each key with what it means and its default.
[[nodiscard]] std::string describe_settings();

}  // namespace li::kms
