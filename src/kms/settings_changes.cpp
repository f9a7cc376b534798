// What a reload can't change.
#include "kms/settings.hpp"
#include "ops/changes.hpp"

namespace li::kms {

namespace {

using ops::Changes;

void look_at_listener(Changes& changes, const std::string& name, const Listener& now, const Listener& next) {
  changes.look_at_listener(name, now, next);
  changes.look(name + ".threads", now.threads, next.threads);
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
  changes.look_at_trail(now.audit, next.audit);
  changes.look("audit.refusals_per_second", now.audited_refusals_per_second, next.audited_refusals_per_second);
  return changes.lines;
}

}  // namespace li::kms
