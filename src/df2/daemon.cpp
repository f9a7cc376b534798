#include "df2/daemon.hpp"

#include "ops/daemon_sections.hpp"
#include "ops/private_file.hpp"
#include "ops/user.hpp"

namespace li::df2 {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kPage = 4096;

tl::unexpected<Problems> problem(const Error& error) { return tl::unexpected(Problems{error.message()}); }

// Filled in when there is a daemon to tell.
using Telling = std::shared_ptr<std::function<void(const Error&)>>;
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

Telling silent() {
  return std::make_shared<std::function<void(const Error&)>>([](const Error&) {});
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

Daemon::Daemon(std::string config_path, Settings settings, const Surroundings& around, std::unique_ptr<delivery::SqliteSpool> spool,
               std::unique_ptr<ops::AuditLog> audit)
    : config_path_(std::move(config_path)),
      settings_(std::move(settings)),
      clock_(around.clock),
      grace_(around.grace),
      log_(around.log),
      audit_(std::move(audit)),
      watch_(log_, metrics_, *audit_, settings_.alarms_per_second),
      spool_(std::move(spool)) {
  log_.set_level(settings_.log_level);
}

Daemon::~Daemon() { stop(); }

tl::expected<std::unique_ptr<Daemon>, Problems> Daemon::start(const std::string& config_path, const Surroundings& around) {
  auto settings = load_settings(config_path);
  if (!settings) return tl::unexpected(settings.error());
  auto warrants = load_warrants(settings->warrants, settings->destinations());
  if (!warrants) return tl::unexpected(warrants.error());
  if (auto checked = ops::check_private(settings->spool.path); !checked) return problem(checked.error());
  const auto on_anchor_failure = silent();
  const auto watch = std::make_shared<std::atomic<Watch*>>(nullptr);
  auto spool = delivery::SqliteSpool::open(spool_options(settings->spool, watch), settings->spool.master_key);
  if (!spool) return problem(spool.error());
  settings->audit.clock = around.clock;
  settings->audit.on_anchor_failure = [on_anchor_failure](const Error& error) { (*on_anchor_failure)(error); };
  auto audit = ops::AuditLog::open(settings->audit);
  if (!audit) return problem(audit.error());
  const ops::Fields fields{{"config", config_path},
                           {"user", ops::user_of_process()},
                           {"config_sha256", settings->sha256},
                           {"warrants_sha256", warrants->sha256},
                           {"warrants", warrants->warrants.all().size()}};
  auto daemon = std::unique_ptr<Daemon>(new Daemon(config_path, std::move(*settings), around, std::move(*spool), std::move(*audit)));
  *watch = &daemon->watch_;
  *on_anchor_failure = [to = daemon.get()](const Error& error) { to->watch_.on_anchor_failure(error); };
  if (auto entry = daemon->audit_->append({"started", fields}); !entry) return problem(entry.error());
  if (auto made = daemon->assemble(std::make_shared<const Warrants>(std::move(warrants->warrants))); !made) return problem(made.error());
  daemon->tick();
  return daemon;
}

// From the back to the front: what takes is there before what gives.
Result<void> Daemon::assemble(std::shared_ptr<const Warrants> warrants) {
  auto deliveries = Deliveries::start(settings_.deliveries, *spool_, watch_, clock_);
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
  engine.stop_grace = grace_;
  auto made = Engine::make(*spool_, restore_pipeline(*spool_, std::make_shared<const PipelineRules>(settings_.rules)), warrants, clock_,
                           engine, std::move(events));
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
  keys_ = std::make_unique<XkKeySource>(std::move(kmss), settings_.rules.late_answer, clock_, std::move(events));
  return {};
}

Result<void> Daemon::listen() {
  auto tls = net::TlsContext::load(settings_.x2.tls);
  if (!tls) return failure(tls.error());
  x2_tls_ = *tls;
  IntakeSettings intake;
  intake.listener.address = settings_.x2.address.host;
  intake.listener.port = settings_.x2.address.port;
  intake.listener.tls = *tls;
  intake.listener.max_connections = settings_.x2.max_connections;
  intake.limits.max_payload = settings_.x2.max_payload;
  intake.silence = settings_.x2.silence;
  intake.grace = grace_;
  auto listening = Intake::start(std::move(intake), *engine_, watch_.intake_events());
  if (!listening) return failure(listening.error());
  intake_ = std::move(*listening);
  log_.info("listening", {{"listener", "x2"}, {"address", settings_.x2.address.host}, {"port", intake_->port()}});
  net::ListenerSettings pages;
  pages.address = settings_.metrics.host;
  pages.port = settings_.metrics.port;
  pages.body_limit = 4096;
  pages.handler = ops::status_pages([this] { return page(); }, [this] { return health(); });
  std::vector<net::ListenerSettings> all;
  all.push_back(std::move(pages));
  auto server = net::HttpServer::start(std::move(all));
  if (!server) return failure(server.error());
  pages_ = std::move(*server);
  log_.info("listening", {{"listener", "metrics"}, {"address", settings_.metrics.host}, {"port", pages_->port()}});
  return {};
}

// No more is read; keep-alives of what was taken are answered; the batch at work is committed; what is on its way arrives.
void Daemon::stop() {
  if (!audit_) return;
  if (intake_) intake_->stop();
  if (keys_) keys_->stop();
  if (engine_) engine_->stop();
  if (engine_ && engine_->failing())
    log_.critical("stopped with events that could not be committed: senders that had no answer to their keep-alives must send them again",
                  {{"problem", engine_->failing()->message()}});
  if (deliveries_) deliveries_->stop(grace_);
  if (pages_) pages_->stop();
  watch_.alarms().tell_counts();
  static_cast<void>(watch_.audit("stopped", {}));
  if (auto closed = audit_->close(); !closed) log_.error("the audit trail did not close", {{"problem", closed.error().message()}});
  intake_.reset();
  keys_.reset();
  pages_.reset();
  engine_.reset();
  deliveries_.reset();
  spool_.reset();
  audit_.reset();
  log_.info("stopped");
}

}  // namespace li::df2
