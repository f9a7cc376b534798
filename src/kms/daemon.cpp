#include "kms/daemon.hpp"

#include <algorithm>
#include <thread>

#include "kms/daemon_impl.hpp"
#include "ops/user.hpp"

namespace li::kms {

namespace {

constexpr std::array kRoles{"ue", "xk", "peers", "bsf", "metrics"};

}  // namespace

std::string_view name(Daemon::Role role) { return kRoles.at(static_cast<std::size_t>(role)); }

Daemon::Daemon(std::string config_path, Settings settings, const Surroundings& around, std::unique_ptr<Store> store,
               std::unique_ptr<ops::AuditLog> audit)
    : config_path_(std::move(config_path)),
      settings_(std::move(settings)),
      clock_(around.clock),
      grace_(around.grace),
      log_(around.log),
      store_(std::move(store)),
      audit_(std::move(audit)),
      events_(log_, metrics_, *audit_),
      budget_(settings_.audited_refusals_per_second, std::chrono::steady_clock::now),
      tickets_(*store_, journal(true), clock_, crypto::random),
      keys_(*store_, journal(false), clock_) {}

Daemon::~Daemon() { stop(); }

tl::expected<std::unique_ptr<Daemon>, Problems> Daemon::start(const std::string& config_path, const Surroundings& around) {
  auto settings = load_settings(config_path);
  if (!settings) return tl::unexpected(settings.error());
  auto rules_settings = load_settings(config_path);
  if (!rules_settings) return tl::unexpected(rules_settings.error());
  const auto now = std::chrono::floor<seconds>(around.clock());
  auto store = Store::open(settings->store, settings->master_key, now);
  if (!store) return problem(store.error());
  settings->audit.clock = around.clock;
  const auto told = std::make_shared<std::function<void(const Error&)>>([](const Error&) {});
  settings->audit.on_anchor_failure = [told](const Error& error) { (*told)(error); };
  auto audit = ops::AuditLog::open(settings->audit);
  if (!audit) return problem(audit.error());
  auto daemon = std::unique_ptr<Daemon>(new Daemon(config_path, std::move(*settings), around, std::move(*store), std::move(*audit)));
  *told = [to = daemon.get()](const Error& error) { to->on_anchor_failure(error); };
  auto rules = read_rules(std::move(*rules_settings), around.clock);
  if (!rules) return tl::unexpected(rules.error());
  ops::Fields fields{{"config", config_path}, {"user", ops::user_of_process()}};
  const auto in_force = rules->told();
  fields.insert(fields.end(), in_force.begin(), in_force.end());
  daemon->apply(std::move(*rules));
  daemon->rotate(now);
  if (auto entry = daemon->audit_->append({"started", fields}); !entry) return problem(entry.error());
  if (auto serving = daemon->serve(); !serving) return tl::unexpected(serving.error());
  daemon->look_at_certificates(now);
  daemon->look_at_audit();
  return daemon;
}

// All listeners at once: each waits for its own requests, and the slowest says how long it takes.
void Daemon::stop() {
  if (listeners_.empty()) return;
  std::vector<std::thread> stopping;
  for (const auto& listening : listeners_) stopping.emplace_back([this, &server = *listening.server] { server.stop(grace_); });
  for (auto& thread : stopping) thread.join();
  listeners_.clear();
  audit_counts();
  static_cast<void>(audit_->append({"stopped", {}}));
  if (auto closed = audit_->close(); !closed) log_.error("the audit trail did not close", {{"problem", closed.error().message()}});
  log_.info("stopped");
}

std::uint16_t Daemon::port(Role role) const {
  const auto found = std::find_if(listeners_.begin(), listeners_.end(), [role](const auto& one) { return one.role == role; });
  return found == listeners_.end() ? std::uint16_t{0} : found->server->port();
}

void Daemon::tick() {
  const auto now = std::chrono::floor<seconds>(clock_());
  audit_counts();
  audit_->tick();
  look_at_audit();
  rotate(now);
  purge(now);
  look_at_certificates(now);
}

std::vector<std::string> Daemon::health() const {
  std::vector<std::string> wrong;
  {
    const std::scoped_lock hold(store_lock_);
    if (!store_problem_.empty()) wrong.push_back(store_problem_);
  }
  const auto trail = audit_->state();
  if (trail.broken) wrong.push_back("the audit trail can't be written: " + trail.broken->message());
  else if (audit_fails_) wrong.emplace_back("the audit trail can't be written");
  if (trail.anchor_failed) wrong.push_back("the anchor of the audit trail can't be written: " + trail.anchor_failed->message());
  return wrong;
}

}  // namespace li::kms
