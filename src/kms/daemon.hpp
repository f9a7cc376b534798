// kms/daemon.hpp: a KMS as it runs: store, services, listeners, audit trail, log and metrics.
//
// Source:  docs/kms.md, docs/decisions.md.
// Units:   as the parts have it.
// Errors:  start() and reload() say everything that is wrong, a line each. A reload that fails changes nothing, unless a certificate's
//          files change between the look at them and their use, which is a critical line in the log.
// Owns:    all of it. stop() or the destructor ends it: requests that have begun are answered.
#pragma once

#include "kms/endpoints.hpp"
#include "ops/audit_budget.hpp"
#include "ops/daemon_frame.hpp"
#include "xk/endpoint.hpp"

namespace li::kms {

using ops::Problems;

class Daemon {
 public:
  using Surroundings = ops::Surroundings;
  [[nodiscard]] static tl::expected<std::unique_ptr<Daemon>, Problems> start(const std::string& config_path, const Surroundings& around);
  /// What a start would say about the configuration and the files that it names, without one.
  [[nodiscard]] static Problems check(const std::string& config_path);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Reads again: rules, LI list, peers, certificates, log level. A changed key that stays as it was at the start is a problem. `who` tells
  /// by whose order, for the audit trail.
  [[nodiscard]] tl::expected<void, Problems> reload(const ops::Fields& who = {});

  /// Makes a new TPK when it is time, erases what has expired, writes the anchor, looks at certificates. Every few seconds.
  void tick();

  void stop();

  enum class Role { ue, xk, peers, bsf, metrics };
  /// 0 when there is no such listener.
  [[nodiscard]] std::uint16_t port(Role role) const;
  [[nodiscard]] const ops::Log& log() const { return frame_->log; }
  /// What is wrong now; nothing is fine.
  [[nodiscard]] std::vector<std::string> health() const;

 private:
  struct Listening {
    Role role;
    std::unique_ptr<net::HttpServer> server;
  };
  struct Rules;

  Daemon(std::string config_path, Settings settings, std::unique_ptr<ops::DaemonFrame> frame, std::unique_ptr<Store> store);
  [[nodiscard]] tl::expected<void, Problems> serve();
  [[nodiscard]] tl::expected<void, Problems> listen(Role role, const Listener& settings, const net::HttpHandler& handler,
                                                    std::size_t body_limit);
  [[nodiscard]] static tl::expected<Rules, Problems> read_rules(Settings settings, const ops::Clock& clock);
  [[nodiscard]] tl::expected<Rules, Problems> prepare_reload() const;
  [[nodiscard]] Problems take_over(Rules rules, const ops::Fields& who);
  void apply(Rules rules);
  [[nodiscard]] Journal journal(bool limited);
  void alarm(const Origin& from, std::string_view reason, ops::Fields fields, bool limited);
  void audit_counts();
  [[nodiscard]] net::HttpHandler watched(Role role, net::HttpHandler handler);
  [[nodiscard]] net::ServerEvents events_of(Role role);
  void on_bad_request(Role role, unsigned status, const net::PeerIdentity& peer);
  void on_refused(Role role, net::Refusal refusal, const std::string& address);
  void on_failure(Role role, const std::string& what);
  void rotate(Time now);
  void purge(Time now);

  const std::string config_path_;
  const Settings settings_;  ///< as at the start
  const std::unique_ptr<ops::DaemonFrame> frame_;
  std::unique_ptr<Store> store_;
  ops::AuditBudget budget_;
  mutable std::mutex store_lock_;
  std::string store_problem_;  ///< at the last tick, for health() must not wait for the store
  TicketService tickets_;
  KeyService keys_;
  std::unique_ptr<xk::Endpoint> xk_;
  std::vector<Listening> listeners_;
  std::vector<ops::NamedTls> contexts_;  ///< of the listeners
  Time purged_{};
};

}  // namespace li::kms
