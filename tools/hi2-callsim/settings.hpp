// hi2-callsim/settings.hpp: who takes part in the calls, their KMSs, and where the X2 PDUs go.
//
// Source:  docs/callsim.md.
// Units:   milliseconds.
// Errors:  load_settings() gives everything that is wrong, a line each.
// Owns:    plain values; keys of UEs are wiped.
#pragma once

#include "net/tls.hpp"
#include "ops/config.hpp"

namespace li::callsim {

struct KmsSettings {
  std::string identity;  ///< IDRkms
  ops::Address address;
  std::string server_name, path;
  net::TlsSettings tls;
  std::chrono::milliseconds timeout{};
};

/// Somebody who may take part. Scenarios know them by name: alice, bob ...
struct Subscriber {
  std::string name, identity, key_id, kms;
  SecretBytes key;
};

struct X2Settings {
  bool given = false;
  ops::Address address;
  std::string server_name;
  net::TlsSettings tls;
  std::string network_element;
  std::filesystem::path state;  ///< a folder: the next sequence number of each XID, over runs
  std::chrono::milliseconds keepalive{}, answer_timeout{}, give_up{}, retry{};
  std::size_t max_unanswered = 0;
};

/// What stands between DF2 and KMS when a scenario needs a KMS that misbehaves.
struct XkStubSettings {
  bool given = false;
  ops::Address listen, kms;
  net::TlsSettings server, client;
  std::string server_name;
  std::chrono::milliseconds timeout{};
};

struct Settings {
  std::vector<KmsSettings> kmss;
  std::vector<Subscriber> subscribers;
  X2Settings x2;
  XkStubSettings stub;

  [[nodiscard]] const Subscriber* subscriber(std::string_view name) const;
  [[nodiscard]] const KmsSettings* kms(std::string_view identity) const;
};

using SettingsResult = tl::expected<Settings, std::vector<std::string>>;

[[nodiscard]] SettingsResult load_settings(const std::string& path);
[[nodiscard]] std::string describe_settings();

/// The identity of somebody where no configuration says another: "sip:alice@home1.example".
[[nodiscard]] std::string default_identity(std::string_view name);

}  // namespace li::callsim
