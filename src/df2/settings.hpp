// df2/settings.hpp: the configuration of hi2-df2 as values.
//
// Source:  samples/df2/hi2-df2.toml shows every key; read_settings() is where they are declared.
// Units:   as the members say.
// Errors:  everything that is wrong with the file, a line each.
// Owns:    plain values; the keys in them are SecretBytes, and move.
#pragma once

#include "delivery/file_name.hpp"
#include "delivery/link.hpp"
#include "df2/key_queue.hpp"
#include "ops/daemon_sections.hpp"
#include "ops/listener.hpp"

namespace li::df2 {

struct KmsEntry {
  std::string name;
  ops::Address address;
  std::string server_name;  ///< in its certificate
  net::TlsSettings tls;
  std::string path;
  std::vector<std::string> domains;  ///< none: all others
  unsigned threads = 4;
  std::chrono::milliseconds timeout{};
  Retries retries;
  std::size_t most_questions = 0;
};

/// A LEMF that takes PS-PDUs over TLS.
struct PsDelivery {
  net::TlsSettings tls;
  delivery::LinkTimes times;
  delivery::LinkWindow window;
  std::string operator_identifier, network_element;  ///< of keep-alives
  bool negotiate = true;
  std::chrono::milliseconds connecting{}, retry{};
};

/// A LEMF that takes files over FTPS.
struct FileDelivery {
  net::TlsSettings tls;
  std::string user, folder;
  SecretBytes password;
  delivery::FileNaming naming;
  std::chrono::milliseconds connecting{}, answer{}, close_after{}, retry{};
  std::size_t close_at = 0;
};

struct DeliveryEntry {
  std::string name;
  ops::Address address;
  std::string server_name;  ///< in its certificate
  std::variant<PsDelivery, FileDelivery> way;
};

struct Settings : ops::DaemonSettings {
  struct X2 : ops::Listener {  ///< its TLS with the names of those who may come
    std::size_t max_payload = 0, queue = 0;
    std::chrono::milliseconds silence{};
  } x2;
  std::string warrants;
  struct Store {
    std::string path;
    SecretBytes master_key;
    std::uint64_t max_octets = 0;  ///< 0: as the disk has
    std::chrono::milliseconds sightings{};
  } spool;
  PipelineRules rules;
  std::vector<KmsEntry> kmss;
  std::vector<DeliveryEntry> deliveries;
  ops::Address metrics;
  double alarms_per_second = 0;  ///< that are audited one by one

  [[nodiscard]] std::vector<std::string> destinations() const;
};

/// Declares every key; what is wrong is noted in the configuration.
[[nodiscard]] Settings read_settings(const ops::Config& config);

/// The same for a file, which must be private to us.
[[nodiscard]] tl::expected<Settings, std::vector<std::string>> load_settings(const std::string& path);

/// The keys whose values differ and can't change while the daemon runs, a line each.
[[nodiscard]] std::vector<std::string> needs_restart(const Settings& now, const Settings& next);

/// A file to begin with: each key with what it means and its default.
[[nodiscard]] std::string describe_settings();

}  // namespace li::df2
