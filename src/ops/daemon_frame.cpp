#include "ops/daemon_frame.hpp"

#include "ops/daemon_sections.hpp"
#include "ops/user.hpp"

namespace li::ops {

namespace {

constexpr auto kWarnEvery = std::chrono::hours(24);

}  // namespace

void try_tls(const net::TlsSettings& settings, const std::string& where, Problems& problems) {
  if (auto loaded = net::TlsContext::load(settings); !loaded) problems.push_back(where + loaded.error().message());
}

Result<std::unique_ptr<DaemonFrame>> DaemonFrame::open(const Words& words, const Surroundings& around, AuditOptions trail) {
  auto frame = std::unique_ptr<DaemonFrame>(new DaemonFrame(words, around));
  trail.clock = around.clock;
  trail.on_anchor_failure = [to = frame.get()](const Error& error) { to->on_anchor_failure(error); };
  auto opened = AuditLog::open(std::move(trail));
  if (!opened) return failure(opened.error());
  frame->trail_ = std::move(*opened);
  return frame;
}

void DaemonFrame::on_anchor_failure(const Error& error) {
  log.critical("the anchor of the audit trail can't be written", {{"problem", error.message()}});
  metrics.counter("hi2_audit_anchor_failures_total", "times that the anchor of the audit trail could not be written").add();
}

Result<void> DaemonFrame::audit(const std::string& event, const Fields& fields) {
  auto entry = trail_->append({event, fields});
  note_audit(entry.has_value());
  if (entry) return {};
  log.critical("the audit trail can't be written" + std::string(words_.without_audit),
               {{"event", event}, {"problem", entry.error().message()}});
  metrics.counter("hi2_audit_failures_total", "entries that could not be written to the audit trail").add();
  return failure(entry.error());
}

Problems DaemonFrame::health() const {
  Problems wrong;
  const auto state = trail_->state();
  if (state.broken) wrong.push_back("the audit trail can't be written: " + state.broken->message());
  else if (audit_fails_) wrong.emplace_back("the audit trail can't be written");
  if (state.anchor_failed) wrong.push_back("the anchor of the audit trail can't be written: " + state.anchor_failed->message());
  return wrong;
}

Result<std::unique_ptr<net::HttpServer>> DaemonFrame::serve_pages(const Address& address, std::function<std::string()> render,
                                                                  std::function<Problems()> health) {
  net::ListenerSettings pages;
  pages.address = address.host;
  pages.port = address.port;
  pages.body_limit = 4096;
  pages.handler = status_pages(std::move(render), std::move(health));
  std::vector<net::ListenerSettings> all;
  all.push_back(std::move(pages));
  auto server = net::HttpServer::start(std::move(all));
  if (server) tell_listening("metrics", address, (*server)->port());
  return server;
}

void DaemonFrame::tell_listening(std::string_view listener, const Address& address, std::uint16_t port) const {
  log.info("listening", {{"listener", listener}, {"address", address.host}, {"port", port}});
}

Result<void> DaemonFrame::tell_start(const std::string& config_path, const Fields& in_force) {
  Fields fields{{"config", config_path}, {"user", user_of_process()}};
  fields.insert(fields.end(), in_force.begin(), in_force.end());
  return audit("started", fields);
}

tl::expected<void, Problems> DaemonFrame::tell_reload(const Problems& problems, const Fields& who) {
  if (problems.empty()) {
    log.info("reloaded");
    return {};
  }
  for (const auto& line : problems) log.error("not reloaded", {{"problem", line}});
  auto fields = who;
  fields.emplace_back("problem", problems.front());
  static_cast<void>(audit("reload_failed", fields));
  return tl::unexpected(problems);
}

void DaemonFrame::tell_kept(const NamedTls& one, const Error& why) {
  static_cast<void>(security().raise("certificates_kept", {{std::string(words_.tls), one.name}, {"detail", why.message()}}));
}

void DaemonFrame::tell_stop() {
  static_cast<void>(audit("stopped", {}));
  if (auto closed = trail_->close(); !closed) log.error("the audit trail did not close", {{"problem", closed.error().message()}});
}

void DaemonFrame::look_at_audit() {
  trail_->tick();
  const auto state = trail_->state();
  metrics.gauge("hi2_audit_anchor_age_seconds", "age of the anchor on the disk; 0 while it knows every entry")
      .set(std::chrono::duration<double>(state.anchor_age).count());
  metrics.gauge("hi2_audit_broken", "1 when nothing can be written to the audit trail before a restart").set(state.broken ? 1 : 0);
  if (state.broken && !was_broken_)
    log.critical("the audit trail can't be written" + std::string(words_.without_audit), {{"problem", state.broken->message()}});
  was_broken_ = state.broken.has_value();
}

// What ends, when it is too late to take one's time, and how that is told.
struct DaemonFrame::Ending {
  const char *metric, *help, *warning;
  std::chrono::seconds soon;
};

void DaemonFrame::look_at_certificates(const std::vector<NamedTls>& contexts) {
  static const Ending certificate{"_certificate_seconds_left", "Until our certificate ends", "a certificate ends soon",
                                  std::chrono::days(14)};
  static const Ending crl{"_crl_seconds_left", "Until the first of our CRLs must have been replaced", "a CRL must be replaced soon",
                          std::chrono::days(1)};
  for (const auto& [name, tls] : contexts) {
    look_at(certificate, name, tls->certificate_expiry());
    if (const auto end = tls->crl_expiry()) look_at(crl, name, *end);
  }
}

void DaemonFrame::look_at(const Ending& what, const std::string& name, std::chrono::sys_seconds end) {
  const auto now = clock();
  const auto left = end - std::chrono::floor<std::chrono::seconds>(now);
  const std::string label(words_.tls);
  metrics.gauge(std::string(words_.metrics) + what.metric, what.help, {{label, name}}).set(static_cast<double>(left.count()));
  if (left > what.soon) return;
  auto& warned = warned_[name + what.metric];
  if (warned && now - *warned < kWarnEvery) return;
  warned = now;
  log.warning(what.warning, {{label, name}, {"hours", left.count() / 3600}});
}

}  // namespace li::ops
