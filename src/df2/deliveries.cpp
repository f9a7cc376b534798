#include "df2/deliveries.hpp"

#include "delivery/file_sender.hpp"

namespace li::df2 {

namespace {

delivery::PsSenderSettings settings_of(const DeliveryEntry& entry, const PsDelivery& ps, std::shared_ptr<net::TlsContext> tls) {
  delivery::PsSenderSettings settings;
  settings.destination = entry.name;
  settings.target = {entry.address.host, entry.address.port, std::move(tls), entry.server_name};
  settings.identity.operator_identifier = to_bytes(ps.operator_identifier);
  if (!ps.network_element.empty()) settings.identity.network_element_identifier = to_bytes(ps.network_element);
  settings.times = ps.times;
  settings.window = ps.window;
  settings.negotiate = ps.negotiate;
  settings.connecting = ps.connecting;
  settings.retry = ps.retry;
  return settings;
}

delivery::PsSenderEvents events_of(const std::string& name, Watch& watch, const ops::Clock& clock) {
  delivery::PsSenderEvents events;
  events.on_connected = [name, &watch](const net::PeerIdentity& peer, bool acknowledges) { watch.on_lemf(name, peer, acknowledges); };
  events.on_refused = [name, &watch](const std::string& why) { watch.on_lemf_refused(name, why); };
  events.on_lost = [name, &watch](const std::string& why) { watch.on_lemf_lost(name, why); };
  events.on_fault = [name, &watch](const std::string& why) { watch.on_delivery_fault(name, why); };
  events.on_delivered = [name, &watch, clock](const std::vector<TimePoint>& when) { watch.on_delivered(name, when, clock()); };
  return events;
}

delivery::FileSenderSettings settings_of(const DeliveryEntry& entry, const FileDelivery& files) {
  delivery::FileSenderSettings settings;
  settings.destination = entry.name;
  auto& target = settings.target;
  target.host = entry.address.host;
  target.port = entry.address.port;
  target.server_name = entry.server_name;
  target.user = files.user;
  target.password = files.password.copy();
  target.directory = files.folder;
  target.tls = files.tls;
  target.connecting = files.connecting;
  target.answer = files.answer;
  settings.naming = files.naming;
  settings.close_after = files.close_after;
  settings.close_at = files.close_at;
  settings.retry = files.retry;
  return settings;
}

delivery::FileSenderEvents file_events_of(const std::string& name, Watch& watch, const ops::Clock& clock) {
  delivery::FileSenderEvents events;
  events.on_connected = [name, &watch] { watch.on_lemf(name, {}, false); };
  events.on_refused = [name, &watch](const std::string& why) { watch.on_lemf_refused(name, why); };
  events.on_lost = [name, &watch](const std::string& why) { watch.on_lemf_lost(name, why); };
  events.on_fault = [name, &watch](const std::string& why) { watch.on_delivery_fault(name, why); };
  events.on_delivered = [name, &watch, clock](const std::string&, const std::vector<TimePoint>& when) {
    watch.on_delivered(name, when, clock());
  };
  return events;
}

}  // namespace

struct Deliveries::Senders {
  std::vector<std::unique_ptr<delivery::PsSender>> ps;
  std::vector<std::unique_ptr<delivery::FileSender>> files;
};

Result<std::unique_ptr<Deliveries>> Deliveries::start(const std::vector<DeliveryEntry>& entries, delivery::Spool& spool, Watch& watch,
                                                      const ops::Clock& clock) {
  auto made = std::unique_ptr<Deliveries>(new Deliveries);
  made->senders_ = std::make_unique<Senders>();
  for (const auto& entry : entries) {
    const auto* ps = std::get_if<PsDelivery>(&entry.way);
    const auto* files = std::get_if<FileDelivery>(&entry.way);
    auto tls = net::TlsContext::load(ps != nullptr ? ps->tls : files->tls);
    if (!tls) return failure(tls.error());
    made->contexts_.push_back({"delivery_" + entry.name, *tls});
    auto& senders = *made->senders_;
    if (ps != nullptr) watch.expect_lemf(entry.name);
    if (ps != nullptr)
      senders.ps.push_back(std::make_unique<delivery::PsSender>(settings_of(entry, *ps, *tls), spool, events_of(entry.name, watch, clock)));
    else
      senders.files.push_back(
          std::make_unique<delivery::FileSender>(settings_of(entry, *files), spool, file_events_of(entry.name, watch, clock)));
  }
  return made;
}

Deliveries::~Deliveries() { stop(std::chrono::milliseconds(0)); }

void Deliveries::wake() {
  for (const auto& one : senders_->ps) one->wake();
  for (const auto& one : senders_->files) one->wake();
}

void Deliveries::reload() {
  for (const auto& one : senders_->files) one->reload();
}

void Deliveries::stop(std::chrono::milliseconds grace) {
  for (const auto& one : senders_->ps) one->begin_stop(grace);
  for (const auto& one : senders_->files) one->begin_stop(grace);
  for (const auto& one : senders_->ps) one->stop(grace);
  for (const auto& one : senders_->files) one->stop(grace);
}

}  // namespace li::df2
