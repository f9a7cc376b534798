#include "hi2-callsim/poi.hpp"

#include <algorithm>
#include <thread>

namespace li::callsim {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kRoom = 16 * 1024;
constexpr std::size_t kBatch = 64 * 1024;  // octets in one write
constexpr milliseconds kConnectTimeout{5'000};
constexpr milliseconds kSendTimeout{30'000};  // a DF2 that slows us down is no failure for so long

class TlsWire : public Wire {
 public:
  explicit TlsWire(std::unique_ptr<net::TlsStream> stream) : stream_(std::move(stream)) {}
  Result<void> send(ByteView octets) override { return stream_->send(octets, kSendTimeout); }
  Result<Bytes> receive(milliseconds most) override {
    Bytes room(kRoom);
    const auto got = stream_->receive(room, most);
    if (!got) return failure(got.error());
    if (got->what == net::Received::What::end) return failure(ErrorKind::truncated, "the DF2 has ended the connection");
    room.resize(got->what == net::Received::What::octets ? got->count : 0);
    return room;
  }

 private:
  std::unique_ptr<net::TlsStream> stream_;
};

}  // namespace

RecordBytes to_pdu(const Event& event, const x2::Xid& xid, const std::string& target, const std::string& network_element,
                   std::uint32_t number, TimePoint time) {
  using x2::AttributeType;
  x2::Pdu pdu;
  pdu.format = event.format;
  pdu.direction = event.direction;
  pdu.xid = xid;
  const auto since = time.time_since_epoch();
  const auto seconds = duration_cast<std::chrono::seconds>(since);
  const auto rest = duration_cast<std::chrono::nanoseconds>(since - seconds);
  pdu.attributes.push_back(x2::attribute(AttributeType::network_function_id, as_bytes(network_element)));
  pdu.attributes.push_back(x2::sequence_number(number));
  pdu.attributes.push_back(x2::timestamp({static_cast<std::uint32_t>(seconds.count()), static_cast<std::uint32_t>(rest.count())}));
  const auto name = target.starts_with("tel:") ? "telUri" : "sipUri";
  const auto matched = std::string("<") + name + ">" + target + "</" + name + ">";
  pdu.attributes.push_back(x2::attribute(AttributeType::matched_target_identifier, as_bytes(matched)));
  pdu.payload = event.payload;
  auto octets = x2::encode(pdu);
  if (!octets) throw std::logic_error(octets.error().message());
  return std::move(*octets);
}

Connect connect_over_tls(const X2Settings& settings, std::shared_ptr<net::TlsContext> tls) {
  return [target = net::TlsStream::Target{settings.address.host, settings.address.port, std::move(tls),
                                          settings.server_name}]() -> Result<std::unique_ptr<Wire>> {
    auto stream = net::TlsStream::connect(target, kConnectTimeout);
    if (!stream) return failure(stream.error());
    return std::make_unique<TlsWire>(std::move(*stream));
  };
}

Poi::Poi(const X2Settings& settings, Connect connect, Steady steady, std::function<void(milliseconds)> sleep)
    : settings_(settings), connect_(std::move(connect)), steady_(std::move(steady)), sleep_(std::move(sleep)) {
  if (!sleep_) sleep_ = [](milliseconds time) { std::this_thread::sleep_for(time); };
  last_answer_ = last_keepalive_ = asked_ = steady_();
}

void Poi::keep_alive(bool now) {
  const auto time = steady_();
  if (!outbox_.awaits_answer()) asked_ = time;
  if (!now && time - last_keepalive_ < settings_.keepalive) return;
  outbox_.add_keepalive();
  last_keepalive_ = time;
}

Result<void> Poi::open() {
  auto wire = connect_();
  if (!wire) return failure(wire.error());
  wire_ = std::move(*wire);
  in_ = x2::Stream();
  outbox_.reconnected();
  last_keepalive_ = asked_ = steady_();
  ++connections_;
  return {};
}

Result<void> Poi::send_all() {
  RecordBytes batch;
  while (const auto next = outbox_.next()) {
    append(batch, *next);
    if (batch.size() < kBatch) continue;
    if (auto sent = wire_->send(batch); !sent) return sent;
    batch.clear();
  }
  return batch.empty() ? Result<void>{} : wire_->send(batch);
}

Result<void> Poi::take_in(ByteView octets) {
  in_.feed(octets);
  for (;;) {
    auto pdu = in_.next();
    if (!pdu) return failure(pdu.error());
    if (!*pdu) return {};
    if ((*pdu)->type != x2::PduType::keepalive_acknowledgement) continue;
    if (auto known = outbox_.answered((*pdu)->sequence_number().value_or(0)); !known) return known;
    last_answer_ = asked_ = steady_();
    ++keepalives_;
  }
}

Result<void> Poi::exchange(milliseconds most) {
  if (auto sent = send_all(); !sent) return sent;
  auto octets = wire_->receive(most);
  if (!octets) return failure(octets.error());
  if (auto taken = take_in(*octets); !taken) return taken;
  if (outbox_.awaits_answer() && steady_() - asked_ > settings_.answer_timeout)
    return failure(ErrorKind::missing, "a Keepalive was not answered in time");
  return {};
}

// One connection after the other, until the time to give up has come.
Result<void> Poi::step(milliseconds most) {
  auto done = wire_ ? Result<void>{} : open();
  const bool connected = done.has_value();
  if (connected) {
    keep_alive(false);
    done = exchange(most);
  }
  if (done) return done;
  wire_.reset();
  last_failure_ = done.error().message();
  if (steady_() - last_answer_ > settings_.give_up) return failure(ErrorKind::missing, "X2: given up: " + last_failure_);
  if (!connected) sleep_(settings_.retry);
  return {};
}

Result<void> Poi::run_until(std::chrono::steady_clock::time_point until) {
  do {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_());
    const auto most = std::clamp(left, milliseconds(0), std::max(settings_.keepalive / 4, milliseconds(1)));
    if (auto done = step(most); !done) return done;
  } while (steady_() < until);
  return {};
}

Result<void> Poi::drain(std::size_t unanswered) {
  while (outbox_.unanswered() > unanswered) {
    keep_alive(true);
    if (auto done = step(settings_.keepalive); !done) return done;
  }
  return {};
}

Result<void> Poi::finish() { return drain(0); }

}  // namespace li::callsim
