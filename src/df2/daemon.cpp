#include "df2/daemon.hpp"

#include "ops/private_file.hpp"

namespace li::df2 {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kPage = 4096;

// Filled in when there is a daemon to tell.
using Watching = std::shared_ptr<std::atomic<Watch*>>;

delivery::SqliteSpool::Options spool_options(const Settings::Store& spool, const Watching& watch) {
  delivery::SqliteSpool::Options options;
  options.path = spool.path;
  options.max_pages = spool.max_octets / kPage;
  options.on_fault = [watch](const Error& error) {
    if (auto* to = watch->load()) to->on_spool_fault(error);
  };
  options.on_unreadable = [watch](const delivery::SqliteSpool::Unreadable& row) {
    if (auto* to = watch->load()) to->on_unreadable(row);
  };
  return options;
}

KmsSettings kms_settings(const KmsEntry& entry, std::shared_ptr<net::TlsContext> tls) {
  KmsSettings kms;
  kms.name = entry.name;
  kms.domains = entry.domains;
  kms.way.host = entry.address.host;
  kms.way.port = entry.address.port;
  kms.way.tls = std::move(tls);
  kms.way.server_name = entry.server_name;
  kms.way.max_connections = entry.threads;
  kms.path = entry.path;
  kms.threads = entry.threads;
  kms.timeout = entry.timeout;
  kms.retries = entry.retries;
  kms.most_questions = entry.most_questions;
  return kms;
}

}  // namespace

Daemon::Daemon(std::string config_path, Settings settings, std::unique_ptr<ops::DaemonFrame> frame,
               std::unique_ptr<delivery::SqliteSpool> spool)
    : config_path_(std::move(config_path)),
      settings_(std::move(settings)),
      frame_(std::move(frame)),
      watch_(*frame_, settings_.alarms_per_second),
      spool_(std::move(spool)) {
  frame_->log.set_level(settings_.log_level);
}

Daemon::~Daemon() { stop(); }

tl::expected<std::unique_ptr<Daemon>, Problems> Daemon::start(const std::string& config_path, const Surroundings& around) {
  auto settings = load_settings(config_path);
  if (!settings) return tl::unexpected(settings.error());
  auto warrants = load_warrants(settings->warrants, settings->destinations());
  if (!warrants) return tl::unexpected(warrants.error());
  if (auto checked = ops::check_private(settings->spool.path); !checked) return ops::problem(checked.error());
  const auto watch = std::make_shared<std::atomic<Watch*>>(nullptr);
  auto spool = delivery::SqliteSpool::open(spool_options(settings->spool, watch), settings->spool.master_key);
  if (!spool) return ops::problem(spool.error());
  auto frame = ops::DaemonFrame::open({"hi2_df2", "of", ": no keys are asked for"}, around, settings->audit);
  if (!frame) return ops::problem(frame.error());
  const ops::Fields in_force{
      {"config_sha256", settings->sha256}, {"warrants_sha256", warrants->sha256}, {"warrants", warrants->warrants.all().size()}};
  auto daemon = std::unique_ptr<Daemon>(new Daemon(config_path, std::move(*settings), std::move(*frame), std::move(*spool)));
  *watch = &daemon->watch_;
  if (auto entry = daemon->frame_->tell_start(config_path, in_force); !entry) return ops::problem(entry.error());
  if (auto made = daemon->assemble(std::make_shared<const Warrants>(std::move(warrants->warrants))); !made)
    return ops::problem(made.error());
  daemon->tick();
  return daemon;
}

// From the back to the front: what takes is there before what gives.
Result<void> Daemon::assemble(std::shared_ptr<const Warrants> warrants) {
  auto deliveries = Deliveries::start(settings_.deliveries, *spool_, watch_, frame_->clock);
  if (!deliveries) return failure(deliveries.error());
  deliveries_ = std::move(*deliveries);
  spool_->on_entries = [this] { deliveries_->wake(); };
  auto events = watch_.engine_events();
  events.ask = [this](std::vector<KeyQuestion> questions) {
    for (auto& one : questions) keys_->ask(std::move(one));
  };
  events.withdraw = [this](const std::vector<std::string>& ids) {
    for (const auto& id : ids) keys_->withdraw(id);
  };
  EngineSettings engine;
  engine.most_octets = settings_.x2.queue;
  engine.stop_grace = frame_->grace;
  auto made = Engine::make(*spool_, restore_pipeline(*spool_, std::make_shared<const PipelineRules>(settings_.rules)), warrants,
                           frame_->clock, engine, std::move(events));
  if (!made) return failure(made.error());
  engine_ = std::move(*made);
  use(std::move(warrants));
  if (auto keys = make_keys(); !keys) return keys;
  engine_->start();
  return listen();
}

Result<void> Daemon::make_keys() {
  std::vector<KmsSettings> kmss;
  for (const auto& entry : settings_.kmss) {
    auto tls = net::TlsContext::load(entry.tls);
    if (!tls) return failure(tls.error());
    kms_tls_.push_back({"kms_" + entry.name, *tls});
    kmss.push_back(kms_settings(entry, *tls));
  }
  auto events = watch_.key_events();
  events.answer = [this](KeyAnswer answer) { engine_->answer(std::move(answer)); };
  keys_ = std::make_unique<XkKeySource>(std::move(kmss), settings_.rules.late_answer, frame_->clock, std::move(events));
  return {};
}

Result<void> Daemon::listen() {
  auto tls = net::TlsContext::load(settings_.x2.tls);
  if (!tls) return failure(tls.error());
  x2_tls_ = *tls;
  IntakeSettings intake;
  intake.listener = ops::net_listener<net::StreamListener>(settings_.x2);
  intake.listener.tls = *tls;
  intake.limits.max_payload = settings_.x2.max_payload;
  intake.silence = settings_.x2.silence;
  intake.grace = frame_->grace;
  auto listening = Intake::start(std::move(intake), *engine_, watch_.intake_events());
  if (!listening) return failure(listening.error());
  intake_ = std::move(*listening);
  frame_->tell_listening("x2", settings_.x2.address, intake_->port());
  auto pages = frame_->serve_pages(
      settings_.metrics, [this] { return page(); }, [this] { return health(); });
  if (!pages) return failure(pages.error());
  pages_ = std::move(*pages);
  return {};
}

// No more is read; keep-alives of what was taken are answered; the batch at work is committed; what is on its way arrives.
void Daemon::stop() {
  if (std::exchange(stopped_, true)) return;
  if (intake_) intake_->stop();
  if (keys_) keys_->stop();
  if (engine_) engine_->stop();
  if (engine_ && engine_->failing())
    frame_->log.critical(
        "stopped with events that could not be committed: senders that had no answer to their keep-alives must send them again",
        {{"problem", engine_->failing()->message()}});
  if (deliveries_) deliveries_->stop(frame_->grace);
  if (pages_) pages_->stop();
  watch_.alarms().tell_counts();
  frame_->tell_stop();
  intake_.reset();
  keys_.reset();
  pages_.reset();
  engine_.reset();
  deliveries_.reset();
  spool_.reset();
  frame_->log.info("stopped");
}

}  // namespace li::df2
