// What a reload can't change.
#include "df2/settings.hpp"
#include "ops/changes.hpp"

namespace li::df2 {

namespace {

using ops::Changes;

void look_at_pipeline(Changes& changes, const PipelineRules& now, const PipelineRules& next) {
  changes.look("pipeline.key_timer", now.key_timer, next.key_timer);
  changes.look("pipeline.late_answer", now.late_answer, next.late_answer);
  changes.look("pipeline.ask_again", now.ask_again, next.ask_again);
  changes.look("pipeline.session_lifetime", now.session_lifetime, next.session_lifetime);
  changes.look("pipeline.ended_lifetime", now.ended_lifetime, next.ended_lifetime);
  changes.look("pipeline.max_sessions", now.max_sessions, next.max_sessions);
  changes.look("pipeline.flood_tickets", now.flood_tickets, next.flood_tickets);
  changes.look("pipeline.flood_window", now.flood_window, next.flood_window);
  changes.look("pipeline.allow_unprotected", now.allow_unprotected, next.allow_unprotected);
  changes.look("pipeline.utc_time_stamps", now.utc_time_stamps, next.utc_time_stamps);
  changes.look("pipeline.zone", now.zone, next.zone);
  changes.look("pipeline.gateways", now.gateways, next.gateways);
}

void look_at_kmss(Changes& changes, const std::vector<KmsEntry>& now, const std::vector<KmsEntry>& next) {
  changes.look("[[kms]]", now.size(), next.size());
  for (std::size_t i = 0; i < std::min(now.size(), next.size()); ++i) {
    const auto name = "kms[" + std::to_string(i + 1) + "]";
    const auto &a = now[i], &b = next[i];
    changes.look(name, std::tie(a.name, a.address, a.server_name, a.path, a.domains, a.threads, a.timeout, a.retries, a.most_questions),
                 std::tie(b.name, b.address, b.server_name, b.path, b.domains, b.threads, b.timeout, b.retries, b.most_questions));
    changes.look_at_tls(name, a.tls, b.tls);
  }
}

void look_at_way(Changes& changes, const std::string& name, const PsDelivery& a, const PsDelivery& b) {
  changes.look_at_tls(name, a.tls, b.tls);
  changes.look(name, std::tie(a.operator_identifier, a.network_element, a.negotiate, a.connecting, a.retry),
               std::tie(b.operator_identifier, b.network_element, b.negotiate, b.connecting, b.retry));
  changes.look(name,
               std::tie(a.times.keep_alive, a.times.answer, a.times.acknowledge, a.times.negotiation, a.window.entries, a.window.octets),
               std::tie(b.times.keep_alive, b.times.answer, b.times.acknowledge, b.times.negotiation, b.window.entries, b.window.octets));
}

void look_at_way(Changes& changes, const std::string& name, const FileDelivery& a, const FileDelivery& b) {
  changes.look_at_tls(name, a.tls, b.tls);
  changes.look(name, std::tie(a.user, a.folder, a.password, a.naming.method, a.naming.operator_id, a.naming.node_id),
               std::tie(b.user, b.folder, b.password, b.naming.method, b.naming.operator_id, b.naming.node_id));
  changes.look(name, std::tie(a.connecting, a.answer, a.close_after, a.close_at, a.retry),
               std::tie(b.connecting, b.answer, b.close_after, b.close_at, b.retry));
}

void look_at_deliveries(Changes& changes, const std::vector<DeliveryEntry>& now, const std::vector<DeliveryEntry>& next) {
  changes.look("[[delivery]]", now.size(), next.size());
  for (std::size_t i = 0; i < std::min(now.size(), next.size()); ++i) {
    const auto name = "delivery[" + std::to_string(i + 1) + "]";
    const auto &a = now[i], &b = next[i];
    changes.look(name, std::tie(a.name, a.address, a.server_name), std::tie(b.name, b.address, b.server_name));
    const auto *ps = std::get_if<PsDelivery>(&a.way), *next_ps = std::get_if<PsDelivery>(&b.way);
    changes.look(name + ".kind", ps == nullptr, next_ps == nullptr);
    if (ps != nullptr && next_ps != nullptr) look_at_way(changes, name, *ps, *next_ps);
    if (ps == nullptr && next_ps == nullptr) look_at_way(changes, name, std::get<FileDelivery>(a.way), std::get<FileDelivery>(b.way));
  }
}

}  // namespace

std::vector<std::string> needs_restart(const Settings& now, const Settings& next) {
  Changes changes;
  changes.look_at_listener("x2", now.x2, next.x2);
  changes.look("x2.clients", now.x2.tls.peer_names, next.x2.tls.peer_names);
  changes.look("x2.silence", now.x2.silence, next.x2.silence);
  changes.look("x2.max_payload", now.x2.max_payload, next.x2.max_payload);
  changes.look("x2.queue", now.x2.queue, next.x2.queue);
  changes.look("warrants.path", now.warrants, next.warrants);
  changes.look("warrants.late_events", now.rules.late_events, next.rules.late_events);
  changes.look("spool.path", now.spool.path, next.spool.path);
  changes.look("spool.master_key", now.spool.master_key, next.spool.master_key);
  changes.look("spool.max_size", now.spool.max_octets, next.spool.max_octets);
  changes.look("spool.remember", now.spool.sightings, next.spool.sightings);
  look_at_pipeline(changes, now.rules, next.rules);
  look_at_kmss(changes, now.kmss, next.kmss);
  look_at_deliveries(changes, now.deliveries, next.deliveries);
  changes.look("metrics.listen", now.metrics, next.metrics);
  changes.look_at_trail(now.audit, next.audit);
  changes.look("audit.alarms_per_second", now.alarms_per_second, next.alarms_per_second);
  return changes.lines;
}

}  // namespace li::df2
