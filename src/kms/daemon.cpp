#include "kms/daemon.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include "kms/daemon_impl.hpp"

namespace li::kms {

namespace {

constexpr std::array kRoles{"ue", "xk", "peers", "bsf", "metrics"};

}  // namespace

std::string_view name(Daemon::Role role) { return kRoles.at(static_cast<std::size_t>(role)); }

Daemon::Daemon(std::string config_path, Settings settings, std::unique_ptr<ops::DaemonFrame> frame, std::unique_ptr<Store> store)
    : config_path_(std::move(config_path)),
      settings_(std::move(settings)),
      frame_(std::move(frame)),
      store_(std::move(store)),
      budget_(settings_.audited_refusals_per_second, std::chrono::steady_clock::now),
      tickets_(*store_, journal(true), frame_->clock, crypto::random),
      keys_(*store_, journal(false), frame_->clock) {}

Daemon::~Daemon() { stop(); }

tl::expected<std::unique_ptr<Daemon>, Problems> Daemon::start(const std::string& config_path, const Surroundings& around) {
  auto settings = load_settings(config_path);
  if (!settings) return tl::unexpected(settings.error());
  auto rules_settings = load_settings(config_path);
  if (!rules_settings) return tl::unexpected(rules_settings.error());
  const auto now = std::chrono::floor<seconds>(around.clock());
  auto store = Store::open(settings->store, settings->master_key);
  if (!store) return ops::problem(store.error());
  auto frame = ops::DaemonFrame::open({"hi2_kms", "listener", ": no keys are given"}, around, settings->audit);
  if (!frame) return ops::problem(frame.error());
  auto daemon = std::unique_ptr<Daemon>(new Daemon(config_path, std::move(*settings), std::move(*frame), std::move(*store)));
  auto rules = read_rules(std::move(*rules_settings), around.clock);
  if (!rules) return tl::unexpected(rules.error());
  const auto in_force = rules->told();
  daemon->apply(std::move(*rules));
  daemon->rotate(now);
  if (auto entry = daemon->frame_->tell_start(config_path, in_force); !entry) return ops::problem(entry.error());
  if (auto serving = daemon->serve(); !serving) return tl::unexpected(serving.error());
  daemon->frame_->look_at_certificates(daemon->contexts_);
  daemon->frame_->look_at_audit();
  return daemon;
}

// All listeners at once: each waits for its own requests, and the slowest says how long it takes.
void Daemon::stop() {
  if (listeners_.empty()) return;
  std::vector<std::thread> stopping;
  for (const auto& listening : listeners_) stopping.emplace_back([this, &server = *listening.server] { server.stop(frame_->grace); });
  for (auto& thread : stopping) thread.join();
  listeners_.clear();
  audit_counts();
  frame_->tell_stop();
  frame_->log.info("stopped");
}

std::uint16_t Daemon::port(Role role) const {
  const auto found = std::find_if(listeners_.begin(), listeners_.end(), [role](const auto& one) { return one.role == role; });
  return found == listeners_.end() ? std::uint16_t{0} : found->server->port();
}

void Daemon::tick() {
  const auto now = std::chrono::floor<seconds>(frame_->clock());
  audit_counts();
  frame_->look_at_audit();
  rotate(now);
  purge(now);
  frame_->look_at_certificates(contexts_);
}

std::vector<std::string> Daemon::health() const {
  auto wrong = frame_->health();
  const std::scoped_lock hold(store_lock_);
  if (!store_problem_.empty()) wrong.insert(wrong.begin(), store_problem_);
  return wrong;
}

}  // namespace li::kms
