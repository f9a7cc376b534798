#include "lemf/daemon.hpp"

#include "ops/daemon_sections.hpp"
#include "ops/user.hpp"

namespace li::lemf {

namespace {

constexpr auto kWarnBefore = std::chrono::days(14);

tl::unexpected<Problems> problem(const Error& error) { return tl::unexpected(Problems{error.message()}); }

}  // namespace

Daemon::Daemon(std::string config_path, Settings settings, const Surroundings& around, std::unique_ptr<Store> store,
               std::unique_ptr<ops::AuditLog> audit)
    : config_path_(std::move(config_path)),
      settings_(std::move(settings)),
      clock_(around.clock),
      grace_(around.grace),
      log_(around.log),
      store_(std::move(store)),
      audit_(std::move(audit)),
      security_(log_, metrics_, *audit_) {}

Daemon::~Daemon() { stop(); }

tl::expected<std::unique_ptr<Daemon>, Problems> Daemon::start(const std::string& config_path, const Surroundings& around) {
  auto settings = load_settings(config_path);
  if (!settings) return tl::unexpected(settings.error());
  auto store = Store::open(settings->store, settings->master_key);
  if (!store) return problem(store.error());
  settings->audit.clock = around.clock;
  const auto told = std::make_shared<std::function<void(const Error&)>>([](const Error&) {});
  settings->audit.on_anchor_failure = [told](const Error& error) { (*told)(error); };
  auto audit = ops::AuditLog::open(settings->audit);
  if (!audit) return problem(audit.error());
  auto daemon = std::unique_ptr<Daemon>(new Daemon(config_path, std::move(*settings), around, std::move(*store), std::move(*audit)));
  *told = [to = daemon.get()](const Error& error) {
    to->log_.critical("the anchor of the audit trail can't be written", {{"problem", error.message()}});
  };
  daemon->log_.set_level(daemon->settings_.log_level);
  const ops::Fields fields{{"config", config_path}, {"user", ops::user_of_process()}, {"config_sha256", daemon->settings_.sha256}};
  if (auto entry = daemon->audit_->append({"started", fields}); !entry) return problem(entry.error());
  if (auto serving = daemon->serve(); !serving) return problem(serving.error());
  daemon->tick();
  return daemon;
}

Problems Daemon::check(const std::string& config_path) {
  const auto settings = load_settings(config_path);
  if (!settings) return settings.error();
  Problems problems;
  if (const auto store = Store::open(settings->store, settings->master_key); !store) problems.push_back(store.error().message());
  for (auto& line : ops::check_audit(settings->audit.key_file, {&settings->audit, &settings->admin_audit})) problems.push_back(line);
  if (settings->hi2.on) {
    if (const auto tls = net::TlsContext::load(settings->hi2.tls); !tls) problems.push_back("[hi2]: " + tls.error().message());
  }
  if (settings->drop_folder.on && !std::filesystem::is_directory(settings->drop_folder.path))
    problems.push_back("[drop_folder]: " + settings->drop_folder.path + " is no folder");
  return problems;
}

Result<void> Daemon::serve() {
  if (settings_.hi2.on) {
    if (auto done = receive(); !done) return done;
  }
  if (settings_.drop_folder.on) watch_folder();
  net::ListenerSettings pages;
  pages.address = settings_.metrics.host;
  pages.port = settings_.metrics.port;
  pages.body_limit = 4096;
  pages.handler = ops::status_pages(
      [this] {
        count();
        return metrics_.render();
      },
      [this] { return health(); });
  auto server = net::HttpServer::start({std::move(pages)});
  if (!server) return failure(server.error());
  pages_ = std::move(*server);
  log_.info("listening", {{"listener", "metrics"}, {"address", settings_.metrics.host}, {"port", pages_->port()}});
  return {};
}

Result<void> Daemon::receive() {
  auto tls = net::TlsContext::load(settings_.hi2.tls);
  if (!tls) return failure(tls.error());
  tls_ = *tls;
  ReceiverSettings made;
  made.address = settings_.hi2.address.host;
  made.port = settings_.hi2.address.port;
  made.tls = tls_;
  made.mediation_functions = settings_.hi2.tls.peer_names;
  made.max_connections = settings_.hi2.max_connections;
  made.link.acknowledgement = settings_.hi2.acknowledgement;
  made.link.max_pdu = settings_.hi2.max_pdu;
  made.silence = settings_.hi2.silence;
  made.patience = settings_.hi2.patience;
  made.clock = clock_;
  auto receiver = Receiver::start(*store_, std::move(made), events());
  if (!receiver) return failure(receiver.error());
  receiver_ = std::move(*receiver);
  log_.info("listening", {{"listener", "hi2"}, {"address", settings_.hi2.address.host}, {"port", receiver_->port()}});
  return {};
}

void Daemon::watch_folder() {
  DropFolder::Options options;
  options.path = settings_.drop_folder.path;
  options.work = settings_.drop_folder.work;
  options.interval = settings_.drop_folder.interval;
  options.max_file = settings_.drop_folder.max_file;
  options.clock = clock_;
  options.on_file = [this](const FileReport& report) { on_file(report); };
  folder_ = std::make_unique<DropFolder>(*store_, std::move(options));
  folder_->start([this](const Result<void>& looked) {
    const auto text = looked ? std::string() : looked.error().message();
    const std::scoped_lock hold(lock_);
    if (text != folder_problem_ && !text.empty()) log_.error("the drop folder", {{"problem", text}});
    if (text.empty() && !folder_problem_.empty()) log_.info("the drop folder is fine again");
    folder_problem_ = text;
  });
  log_.info("watching", {{"folder", settings_.drop_folder.path}});
}

void Daemon::stop() {
  if (!pages_ && !receiver_ && !folder_) return;
  if (folder_) folder_->stop();
  if (receiver_) receiver_->stop(grace_);
  if (pages_) pages_->stop(grace_);
  folder_.reset();
  receiver_.reset();
  pages_.reset();
  static_cast<void>(audit_->append({"stopped", {}}));
  if (auto closed = audit_->close(); !closed) log_.error("the audit trail did not close", {{"problem", closed.error().message()}});
  log_.info("stopped");
}

Problems Daemon::take_over(const Settings& settings, const ops::Fields& who) {
  auto fields = who;
  fields.emplace_back("config_sha256", settings.sha256);
  if (auto entry = audit_->append({"reloaded", fields}); !entry) return {entry.error().message()};
  log_.set_level(settings.log_level);
  if (!tls_) return {};
  const auto& names = settings.hi2.tls.peer_names;
  if (auto done = tls_->reload(names); !done) {
    log_.critical("reloaded, but the listener keeps its old certificates", {{"problem", done.error().message()}});
    return {done.error().message()};
  }
  receiver_->name_mediation_functions(names);
  return {};
}

// Everything is read and looked at before anything changes.
tl::expected<void, Problems> Daemon::reload(const ops::Fields& who) {
  const auto settings = load_settings(config_path_);
  auto problems = settings ? needs_restart(settings_, *settings) : settings.error();
  if (settings && settings->hi2.on) {
    if (auto tls = net::TlsContext::load(settings->hi2.tls); !tls) problems.push_back(tls.error().message());
  }
  if (problems.empty()) problems = take_over(*settings, who);
  if (problems.empty()) {
    log_.info("reloaded");
    return {};
  }
  for (const auto& line : problems) log_.error("not reloaded", {{"problem", line}});
  auto fields = who;
  fields.emplace_back("problem", problems.front());
  static_cast<void>(audit_->append({"reload_failed", fields}));
  return tl::unexpected(problems);
}

void Daemon::tick() {
  audit_->tick();
  look_at_audit();
  look_at_certificates();
  count();
}

void Daemon::look_at_certificates() {
  if (!tls_) return;
  const auto now = clock_();
  const auto left = tls_->certificate_expiry() - std::chrono::floor<std::chrono::seconds>(now);
  metrics_.gauge("hi2_lemf_certificate_seconds_left", "Until our certificate ends").set(static_cast<double>(left.count()));
  if (left > kWarnBefore || (warned_ && now - *warned_ < std::chrono::hours(24))) return;
  warned_ = now;
  log_.warning("a certificate ends soon", {{"listener", "hi2"}, {"hours", left.count() / 3600}});
}

void Daemon::look_at_audit() {
  const auto state = audit_->state();
  metrics_.gauge("hi2_audit_broken", "1 when nothing can be written to the audit trail before a restart").set(state.broken ? 1 : 0);
  metrics_.gauge("hi2_audit_anchor_age_seconds", "age of the anchor on the disk; 0 while it knows every entry")
      .set(std::chrono::duration<double>(state.anchor_age).count());
}

void Daemon::count() {
  if (receiver_)
    metrics_.gauge("hi2_lemf_connections", "Connections of mediation functions").set(static_cast<double>(receiver_->open_connections()));
  const auto counts = store_->counts();
  if (!counts) return;
  metrics_.gauge("hi2_lemf_items", "PDUs and records in the store").set(static_cast<double>(counts->items));
  metrics_.gauge("hi2_lemf_gaps_open", "Runs of sequence numbers that have not come").set(static_cast<double>(counts->gaps_open));
}

std::vector<std::string> Daemon::health() const {
  std::vector<std::string> wrong;
  {
    const std::scoped_lock hold(lock_);
    if (!store_problem_.empty()) wrong.push_back(store_problem_);
    if (!folder_problem_.empty()) wrong.push_back("the drop folder: " + folder_problem_);
  }
  const auto trail = audit_->state();
  if (trail.broken) wrong.push_back("the audit trail can't be written: " + trail.broken->message());
  if (trail.anchor_failed) wrong.push_back("the anchor of the audit trail can't be written: " + trail.anchor_failed->message());
  return wrong;
}

}  // namespace li::lemf
