#include "kms/daemon_impl.hpp"

namespace li::kms {

// Everything is read and looked at before anything changes.
tl::expected<Daemon::Rules, Problems> Daemon::prepare_reload() const {
  auto settings = load_settings(config_path_);
  if (!settings) return tl::unexpected(settings.error());
  auto problems = needs_restart(settings_, *settings);
  auto rules = read_rules(std::move(*settings), frame_->clock);
  if (!rules) problems.insert(problems.end(), rules.error().begin(), rules.error().end());
  for (const Listener* listener : {static_cast<const Listener*>(&settings_.ue), static_cast<const Listener*>(&settings_.xk),
                                   static_cast<const Listener*>(&settings_.peers), static_cast<const Listener*>(&settings_.bsf)}) {
    if (listener->on) ops::try_tls(listener->tls, {}, problems);
  }
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return rules;
}

// The entry comes first: nothing is in force that the trail does not know.
Problems Daemon::take_over(Rules rules, const ops::Fields& who) {
  auto fields = who;
  const auto in_force = rules.told();
  fields.insert(fields.end(), in_force.begin(), in_force.end());
  if (auto entry = frame_->audit("reloaded", fields); !entry) return {entry.error().message()};
  for (const auto& one : contexts_) {
    if (auto done = one.tls->reload(); !done) frame_->tell_kept(one, done.error());
  }
  apply(std::move(rules));
  return {};
}

tl::expected<void, Problems> Daemon::reload(const ops::Fields& who) {
  auto rules = prepare_reload();
  return frame_->tell_reload(rules ? take_over(std::move(*rules), who) : rules.error(), who);
}

}  // namespace li::kms
