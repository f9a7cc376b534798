#include "lemf/daemon.hpp"

#include "ops/daemon_sections.hpp"

namespace li::lemf {

namespace {

constexpr double kAlarmsPerSecond = 20;  // of one reason that are audited one by one

}  // namespace

Daemon::Daemon(std::string config_path, Settings settings, std::unique_ptr<ops::DaemonFrame> frame, std::unique_ptr<Store> store)
    : config_path_(std::move(config_path)),
      settings_(std::move(settings)),
      frame_(std::move(frame)),
      store_(std::move(store)),
      alarms_(frame_->log, frame_->metrics, frame_->trail(), kAlarmsPerSecond, std::chrono::steady_clock::now) {
  frame_->log.set_level(settings_.log_level);
}

Daemon::~Daemon() { stop(); }

tl::expected<std::unique_ptr<Daemon>, Problems> Daemon::start(const std::string& config_path, const Surroundings& around) {
  auto settings = load_settings(config_path);
  if (!settings) return tl::unexpected(settings.error());
  auto store = Store::open(settings->store, settings->master_key);
  if (!store) return ops::problem(store.error());
  auto frame = ops::DaemonFrame::open({"hi2_lemf", "listener", ""}, around, settings->audit);
  if (!frame) return ops::problem(frame.error());
  const ops::Fields in_force{{"config_sha256", settings->sha256}};
  auto daemon = std::unique_ptr<Daemon>(new Daemon(config_path, std::move(*settings), std::move(*frame), std::move(*store)));
  if (auto entry = daemon->frame_->tell_start(config_path, in_force); !entry) return ops::problem(entry.error());
  if (auto serving = daemon->serve(); !serving) return ops::problem(serving.error());
  daemon->tick();
  return daemon;
}

Problems Daemon::check(const std::string& config_path) {
  const auto settings = load_settings(config_path);
  if (!settings) return settings.error();
  Problems problems;
  if (const auto store = Store::open(settings->store, settings->master_key); !store) problems.push_back(store.error().message());
  for (auto& line : ops::check_audit(*settings)) problems.push_back(line);
  if (settings->hi2.on) ops::try_tls(settings->hi2.tls, "[hi2]: ", problems);
  if (settings->drop_folder.on && !std::filesystem::is_directory(settings->drop_folder.path))
    problems.push_back("[drop_folder]: " + settings->drop_folder.path + " is no folder");
  return problems;
}

Result<void> Daemon::serve() {
  if (settings_.hi2.on) {
    if (auto done = receive(); !done) return done;
  }
  if (settings_.drop_folder.on) watch_folder();
  const auto render = [this] {
    count();
    return frame_->metrics.render();
  };
  auto pages = frame_->serve_pages(settings_.metrics, render, [this] { return health(); });
  if (!pages) return failure(pages.error());
  pages_ = std::move(*pages);
  return {};
}

Result<void> Daemon::receive() {
  auto tls = net::TlsContext::load(settings_.hi2.tls);
  if (!tls) return failure(tls.error());
  contexts_.push_back({"hi2", *tls});
  ReceiverSettings made;
  made.listener = ops::net_listener<net::StreamListener>(settings_.hi2);
  made.listener.tls = *tls;
  made.mediation_functions = settings_.hi2.tls.peer_names;
  made.link.acknowledgement = settings_.hi2.acknowledgement;
  made.link.max_pdu = settings_.hi2.max_pdu;
  made.silence = settings_.hi2.silence;
  made.patience = settings_.hi2.patience;
  made.clock = frame_->clock;
  auto receiver = Receiver::start(*store_, std::move(made), events());
  if (!receiver) return failure(receiver.error());
  receiver_ = std::move(*receiver);
  frame_->tell_listening("hi2", settings_.hi2.address, receiver_->port());
  return {};
}

void Daemon::watch_folder() {
  DropFolder::Options options;
  options.path = settings_.drop_folder.path;
  options.work = settings_.drop_folder.work;
  options.interval = settings_.drop_folder.interval;
  options.max_file = settings_.drop_folder.max_file;
  options.clock = frame_->clock;
  options.on_file = [this](const FileReport& report) { on_file(report); };
  folder_ = std::make_unique<DropFolder>(*store_, std::move(options));
  folder_->start([this](const Result<void>& looked) {
    const auto text = looked ? std::string() : looked.error().message();
    const std::scoped_lock hold(lock_);
    if (text != folder_problem_ && !text.empty()) frame_->log.error("the drop folder", {{"problem", text}});
    if (text.empty() && !folder_problem_.empty()) frame_->log.info("the drop folder is fine again");
    folder_problem_ = text;
  });
  frame_->log.info("watching", {{"folder", settings_.drop_folder.path}});
}

void Daemon::stop() {
  if (!pages_ && !receiver_ && !folder_) return;
  if (folder_) folder_->stop();
  if (receiver_) receiver_->stop(frame_->grace);
  if (pages_) pages_->stop(frame_->grace);
  folder_.reset();
  receiver_.reset();
  pages_.reset();
  alarms_.tell_counts();
  frame_->tell_stop();
  frame_->log.info("stopped");
}

Problems Daemon::take_over(const Settings& settings, const ops::Fields& who) {
  auto fields = who;
  fields.emplace_back("config_sha256", settings.sha256);
  if (auto entry = frame_->audit("reloaded", fields); !entry) return {entry.error().message()};
  frame_->log.set_level(settings.log_level);
  for (const auto& one : contexts_) {
    if (auto done = one.tls->reload(settings.hi2.tls.peer_names); !done) frame_->tell_kept(one, done.error());
  }
  if (receiver_) receiver_->name_mediation_functions(settings.hi2.tls.peer_names);
  return {};
}

// Everything is read and looked at before anything changes.
tl::expected<void, Problems> Daemon::reload(const ops::Fields& who) {
  const auto settings = load_settings(config_path_);
  auto problems = settings ? needs_restart(settings_, *settings) : settings.error();
  if (settings && settings->hi2.on) ops::try_tls(settings->hi2.tls, {}, problems);
  if (problems.empty()) problems = take_over(*settings, who);
  return frame_->tell_reload(problems, who);
}

void Daemon::tick() {
  alarms_.tell_counts();
  frame_->look_at_audit();
  frame_->look_at_certificates(contexts_);
  count();
}

void Daemon::count() {
  if (receiver_)
    frame_->metrics.gauge("hi2_lemf_connections", "Connections of mediation functions")
        .set(static_cast<double>(receiver_->open_connections()));
  const auto counts = store_->counts();
  if (!counts) return;
  frame_->metrics.gauge("hi2_lemf_items", "PDUs and records in the store").set(static_cast<double>(counts->items));
  frame_->metrics.gauge("hi2_lemf_gaps_open", "Runs of sequence numbers that have not come").set(static_cast<double>(counts->gaps_open));
}

std::vector<std::string> Daemon::health() const {
  std::vector<std::string> wrong;
  {
    const std::scoped_lock hold(lock_);
    if (!store_problem_.empty()) wrong.push_back(store_problem_);
    if (!folder_problem_.empty()) wrong.push_back("the drop folder: " + folder_problem_);
  }
  const auto of_trail = frame_->health();
  wrong.insert(wrong.end(), of_trail.begin(), of_trail.end());
  return wrong;
}

}  // namespace li::lemf
