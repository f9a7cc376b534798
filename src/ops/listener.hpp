// ops/listener.hpp: a listener as the configurations of all daemons have it.
//
// Source:  none.
// Units:   connections.
// Errors:  noted in the configuration.
// Owns:    plain values.
#pragma once

#include "net/tls.hpp"
#include "ops/config.hpp"

namespace li::ops {

struct Listener {
  bool on = false;  ///< its section stands in the file
  Address address;
  net::TlsSettings tls;
  std::size_t max_connections = 0;
  std::size_t max_handshakes = 0;
  std::size_t max_per_address = 0;  ///< 0: any number
};

struct ListenerDefaults {
  std::string_view listen;
  std::int64_t connections;
  std::int64_t most_connections;  ///< that may be configured
  std::int64_t handshakes;
  std::int64_t per_address;
  bool needed = false;  ///< the section must be there
};

/// Keys listen, max_connections, max_handshakes, max_per_address, and those of TLS, which must be given where the section is. Without
/// `peers` it is plain HTTP.
[[nodiscard]] Listener read_listener(const ConfigSection& section, const ListenerDefaults& defaults, std::optional<net::TlsPeers> peers);

/// As net::HttpServer and net::StreamServer want it: what is configured, without TLS and handler.
template <typename NetListener>
[[nodiscard]] NetListener net_listener(const Listener& settings) {
  NetListener made;
  made.address = settings.address.host;
  made.port = settings.address.port;
  made.max_connections = settings.max_connections;
  made.max_handshakes = settings.max_handshakes;
  made.max_per_address = settings.max_per_address;
  return made;
}

}  // namespace li::ops
