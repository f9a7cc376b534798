#include "df2/daemon.hpp"
#include "ops/daemon_sections.hpp"
#include "ops/private_file.hpp"

namespace li::df2 {

namespace {

void try_certificates(const Settings& settings, Problems& problems) {
  ops::try_tls(settings.x2.tls, "[x2]: ", problems);
  for (const auto& kms : settings.kmss) ops::try_tls(kms.tls, "[[kms]] " + kms.name + ": ", problems);
  for (const auto& delivery : settings.deliveries) {
    const auto& tls = std::visit([](const auto& way) -> const net::TlsSettings& { return way.tls; }, delivery.way);
    ops::try_tls(tls, "[[delivery]] " + delivery.name + ": ", problems);
  }
}

void append(Problems& problems, const Problems& more) { problems.insert(problems.end(), more.begin(), more.end()); }

}  // namespace

Problems Daemon::check(const std::string& config_path) {
  const auto settings = load_settings(config_path);
  if (!settings) return settings.error();
  Problems problems;
  delivery::SqliteSpool::Options options;
  options.path = settings->spool.path;
  if (auto checked = ops::check_private(options.path); !checked) problems.push_back(checked.error().message());
  const auto spool = delivery::SqliteSpool::open(options, settings->spool.master_key, delivery::SqliteSpool::Role::administration);
  if (!spool) problems.push_back(spool.error().message());
  else if (auto pipeline = Pipeline::restore(**spool, std::make_shared<const PipelineRules>(settings->rules), {}); !pipeline)
    problems.push_back(pipeline.error().message());
  append(problems, ops::check_audit(*settings));
  try_certificates(*settings, problems);
  if (const auto warrants = load_warrants(settings->warrants, settings->destinations()); !warrants) append(problems, warrants.error());
  return problems;
}

void Daemon::use(std::shared_ptr<const Warrants> warrants) {
  engine_->set_warrants(warrants);
  const std::scoped_lock hold(mutex_);
  warrants_ = std::move(warrants);
}

// The entry comes first: nothing is in force that the trail does not know. Files that have become bad since they were tried don't undo it:
// what stays is an alarm of its own.
Problems Daemon::take_over(Settings settings, WarrantFile warrants, const ops::Fields& who) {
  auto fields = who;
  fields.insert(fields.end(),
                {{"config_sha256", settings.sha256}, {"warrants_sha256", warrants.sha256}, {"warrants", warrants.warrants.all().size()}});
  if (auto entry = frame_->audit("reloaded", fields); !entry) return {entry.error().message()};
  for (const auto& one : contexts()) {
    if (auto done = one.tls->reload(); !done) frame_->tell_kept(one, done.error());
  }
  deliveries_->reload();
  frame_->log.set_level(settings.log_level);
  use(std::make_shared<const Warrants>(std::move(warrants.warrants)));
  return {};
}

tl::expected<void, Problems> Daemon::reload(const ops::Fields& who) {
  auto settings = load_settings(config_path_);
  auto problems = settings ? needs_restart(settings_, *settings) : settings.error();
  if (settings) {
    try_certificates(*settings, problems);
    auto warrants = load_warrants(settings->warrants, settings->destinations());
    if (!warrants) append(problems, warrants.error());
    if (problems.empty()) problems = take_over(std::move(*settings), std::move(*warrants), who);
  }
  return frame_->tell_reload(problems, who);
}

}  // namespace li::df2
