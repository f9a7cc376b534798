#include "lemf/receiver.hpp"

#include <algorithm>

namespace li::lemf {

namespace {

constexpr std::size_t kRoom = 64 * 1024;
constexpr std::size_t kGroup = 1024 * 1024;  // octets of one connection in one transaction, about
constexpr auto kRetry = std::chrono::milliseconds(500);

template <typename Event, typename... Values>
void tell(const Event& event, const Values&... values) {
  if (event) event(values...);
}

}  // namespace

class Receiver::Connection {
 public:
  Connection(Receiver& receiver, net::TlsStream& stream)
      : receiver_(receiver),
        stream_(stream),
        name_(receiver.name_of(stream.peer()).value_or(stream.peer().subject)),
        link_(receiver.settings_.link),
        room_(kRoom) {}

  void run() {
    tell(receiver_.events_.on_connection, name_, true);
    while (read() && store() && answer() && sound()) {
    }
    tell(receiver_.events_.on_connection, name_, false);
  }

 private:
  // What has come, up to a group. False at the end.
  bool read() {
    std::size_t total = 0;
    auto most = receiver_.settings_.silence;
    while (total < kGroup) {
      const auto received = stream_.receive(room_, most);
      if (!received) return ended(received.error());
      using What = net::Received::What;
      if (received->what == What::end) return over_ = true, total != 0;
      if (received->what == What::woken && stream_.stopping()) return over_ = true, total != 0;
      if (received->what == What::silence) return total != 0;
      if (received->what != What::octets) continue;
      if (!receiver_.name_of(stream_.peer())) return ousted();
      total += received->count;
      most = {};
      if (!feed(ByteView(room_).first(received->count))) break;
    }
    return true;
  }

  // What comes before a fault is stored and answered all the same.
  bool feed(ByteView octets) {
    auto steps = link_.feed(octets, receiver_.settings_.clock());
    if (!steps) return broken_ = steps.error(), false;
    for (auto& step : *steps) {
      if (step.store) delivery_.arrivals.push_back(arrival_of(std::move(*step.store), name_, receiver_.settings_.clock()));
      if (step.answer) append(answers_, *step.answer);
    }
    return true;
  }

  // On a full disk it waits, without reading on; the mediation function keeps what is not confirmed.
  bool store() {
    if (delivery_.arrivals.empty()) return true;
    for (auto waited = std::chrono::milliseconds(0);; waited += kRetry) {
      const auto outcome = receiver_.store_.put(delivery_);
      if (outcome) {
        delivery_.arrivals.clear();
        tell(receiver_.events_.on_stored, name_, *outcome);
        return true;
      }
      tell(receiver_.events_.on_fault, name_, outcome.error());
      if (outcome.error().kind != ErrorKind::limit || waited >= receiver_.settings_.patience || !receiver_.wait(kRetry)) return false;
    }
  }

  bool answer() {
    if (answers_.empty()) return true;
    const auto sent = stream_.send(answers_, receiver_.settings_.answering);
    answers_.clear();
    return sent.has_value() && !over_;
  }

  bool sound() {
    if (!broken_) broken_ = fault_behind();
    if (broken_) tell(receiver_.events_.on_broken, name_, *broken_);
    return !broken_ && !over_;
  }

  // The link tells a fault that comes behind good PDUs with the next call.
  std::optional<Error> fault_behind() {
    auto steps = link_.feed({}, receiver_.settings_.clock());
    if (!steps) return steps.error();
    return std::nullopt;
  }

  // A lost connection is nothing to tell: the mediation function comes again.
  bool ended(const Error&) {
    over_ = true;
    return !delivery_.arrivals.empty();
  }

  // Its octets came when its name was gone. The stream finds out as soon as it looks again, and tells.
  bool ousted() {
    static_cast<void>(stream_.receive(room_, {}));
    over_ = true;
    return !delivery_.arrivals.empty();
  }

  Receiver& receiver_;
  net::TlsStream& stream_;
  const std::string name_;
  delivery::ReceiverLink link_;
  RecordBytes room_;
  Delivery delivery_;
  RecordBytes answers_;
  std::optional<Error> broken_;
  bool over_ = false;
};

Receiver::Receiver(Store& store, ReceiverSettings settings, ReceiverEvents events)
    : store_(store), settings_(std::move(settings)), events_(std::move(events)), mediation_functions_(settings_.mediation_functions) {}

Result<std::unique_ptr<Receiver>> Receiver::start(Store& store, ReceiverSettings settings, ReceiverEvents events) {
  auto receiver = std::unique_ptr<Receiver>(new Receiver(store, std::move(settings), std::move(events)));
  auto listener = receiver->settings_.listener;
  listener.handler = [self = receiver.get()](net::TlsStream& stream) { self->serve(stream); };
  auto server = net::StreamServer::start(std::move(listener), {receiver->events_.on_refused, receiver->events_.on_failure});
  if (!server) return failure(server.error());
  receiver->server_ = std::move(*server);
  return receiver;
}

void Receiver::serve(net::TlsStream& stream) {
  const auto leave = [this](net::TlsStream* one) {
    const std::scoped_lock hold(lock_);
    streams_.erase(one);
  };
  const std::unique_ptr<net::TlsStream, decltype(leave)> served(&stream, leave);
  {
    const std::scoped_lock hold(lock_);
    streams_.insert(&stream);
  }
  Connection(*this, stream).run();
}

std::optional<std::string> Receiver::name_of(const net::PeerIdentity& peer) {
  const std::scoped_lock hold(lock_);
  const auto& known = mediation_functions_;
  if (known.empty()) return peer.names.empty() ? peer.subject : peer.names.front();
  const auto found = std::find_if(peer.names.begin(), peer.names.end(),
                                  [&](const auto& name) { return std::find(known.begin(), known.end(), name) != known.end(); });
  if (found == peer.names.end()) return std::nullopt;
  return *found;
}

// One that waits looks at its certificate when it is woken.
void Receiver::name_mediation_functions(std::vector<std::string> names) {
  const std::scoped_lock hold(lock_);
  mediation_functions_ = std::move(names);
  for (auto* stream : streams_) stream->wake();
}

bool Receiver::wait(std::chrono::milliseconds most) {
  std::unique_lock hold(lock_);
  wake_.wait_for(hold, most, [this] { return stopping_; });
  return !stopping_;
}

void Receiver::stop(std::chrono::milliseconds grace) {
  {
    const std::scoped_lock hold(lock_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (server_) server_->stop(grace);
}

}  // namespace li::lemf
