#include "ops/listener.hpp"

#include "ops/daemon_sections.hpp"

namespace li::ops {

Listener read_listener(const ConfigSection& section, const ListenerDefaults& defaults, std::optional<net::TlsPeers> peers) {
  const ConfigSection::Integers most{1, defaults.most_connections};
  Listener made;
  made.on = section.given();
  made.address = section.address("listen", defaults.listen, "address and port");
  made.max_connections =
      static_cast<std::size_t>(section.integer("max_connections", defaults.connections, most, "more are closed at once"));
  if (peers)
    made.max_handshakes = static_cast<std::size_t>(section.integer(
        "max_handshakes", defaults.handshakes, most, "beside them, those whose handshake is not done; the oldest gives way to one more"));
  made.max_per_address = static_cast<std::size_t>(
      section.integer("max_per_address", defaults.per_address, {0, 2 * defaults.most_connections},
                      "of both kinds from one address, or /64 of IPv6: raise it where many come through one NAT; 0: any number"));
  if (peers) made.tls = read_tls(section, *peers, made.on || defaults.needed);
  return made;
}

}  // namespace li::ops
