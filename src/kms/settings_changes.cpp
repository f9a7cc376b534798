// What a reload can't change.
#include <algorithm>

#include "kms/settings.hpp"

namespace li::kms {

namespace {

/// Notes keys whose values differ.
struct Changes {
  std::vector<std::string> lines;

  template <typename T>
  void look(const std::string& key, const T& now, const T& next) {
    if (!(now == next)) lines.push_back(key + ": a change needs a restart");
  }
  void look_for_new(const std::string& key, const std::vector<std::string>& now, const std::vector<std::string>& next) {
    for (const auto& name : next) {
      if (std::find(now.begin(), now.end(), name) == now.end()) lines.push_back(key + ": a new name needs a restart: " + name);
    }
  }
};

void look_at_listener(Changes& changes, const std::string& name, const Listener& now, const Listener& next) {
  changes.look("[" + name + "]", now.on, next.on);
  changes.look(name + ".listen", now.address, next.address);
  changes.look(name + ".threads", now.threads, next.threads);
  changes.look(name + ".max_connections", now.max_connections, next.max_connections);
  changes.look(name + ".certificate", now.tls.certificate_file, next.tls.certificate_file);
  changes.look(name + ".key", now.tls.key_file, next.tls.key_file);
  changes.look(name + ".ca", now.tls.ca_file, next.tls.ca_file);
  changes.look(name + ".crl", now.tls.crl_file, next.tls.crl_file);
}

void look_at_listeners(Changes& changes, const Settings& now, const Settings& next) {
  look_at_listener(changes, "ue", now.ue, next.ue);
  look_at_listener(changes, "xk", now.xk, next.xk);
  look_at_listener(changes, "peers", now.peers, next.peers);
  look_at_listener(changes, "bsf", now.bsf, next.bsf);
  look_at_listener(changes, "metrics", now.metrics, next.metrics);
  changes.look("ue.path", now.ue.path, next.ue.path);
  changes.look("ue.request_parameter", now.ue.parameter, next.ue.parameter);
  changes.look("ue.ticket_request", now.ue.ticket_request, next.ue.ticket_request);
  changes.look("ue.ticket_resolve", now.ue.ticket_resolve, next.ue.ticket_resolve);
  changes.look("ue.body_limit", now.ue.body_limit, next.ue.body_limit);
  changes.look("xk.requests_per_second", now.xk.requests_per_second, next.xk.requests_per_second);
  changes.look("xk.burst", now.xk.burst, next.xk.burst);
  changes.look_for_new("xk.clients", now.xk.clients, next.xk.clients);
  changes.look("peers.path", now.peers.path, next.peers.path);
  // Without a name in force TLS lets in all whom the CA knows, and the key of the two KMSs decides.
  if (!now.peers.tls.peer_names.empty()) changes.look_for_new("peer.names", now.peers.tls.peer_names, next.peers.tls.peer_names);
  changes.look("bsf.clients", now.bsf.clients, next.bsf.clients);
  changes.look("bsf.path", now.bsf.path, next.bsf.path);
  changes.look("bsf.longest", now.bsf.longest, next.bsf.longest);
}

void look_at_audit(Changes& changes, const Settings& now, const Settings& next) {
  changes.look("audit.trail", now.audit.path, next.audit.path);
  changes.look("audit.key", now.audit.key_file, next.audit.key_file);
  changes.look("audit.anchor", now.audit.anchor, next.audit.anchor);
  changes.look("audit.refusals_per_second", now.audited_refusals_per_second, next.audited_refusals_per_second);
}

}  // namespace

std::vector<std::string> needs_restart(const Settings& now, const Settings& next) {
  Changes changes;
  changes.look("store.path", now.store.path, next.store.path);
  changes.look("store.master_key", now.master_key, next.master_key);
  changes.look("store.max_seen_messages", now.store.max_replays, next.store.max_replays);
  changes.look("tpk.rotate_after", now.rotate_after, next.rotate_after);
  changes.look("tpk.li_retention", now.store.keep_retired - now.tickets.lifetime, next.store.keep_retired - next.tickets.lifetime);
  // How long retired TPKs are kept was settled at the start.
  if (next.tickets.lifetime > now.tickets.lifetime) changes.lines.emplace_back("tickets.lifetime: a longer one needs a restart");
  look_at_listeners(changes, now, next);
  look_at_audit(changes, now, next);
  return changes.lines;
}

}  // namespace li::kms
