#include "df2/x2_connection_impl.hpp"

#include <algorithm>

namespace li::df2 {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kRoom = 64 * 1024;
// More of them wait for nothing sensible.
constexpr std::size_t kMostKeepalives = 256;
// While the engine has no room, answers are looked after so often.
constexpr milliseconds kLookUp{50};

milliseconds until(steady_clock::time_point time) {
  return std::max(std::chrono::ceil<milliseconds>(time - steady_clock::now()), milliseconds(0));
}

}  // namespace

void Answers::release(const x2::Pdu& keepalive) {
  const std::scoped_lock hold(mutex_);
  ready_.push_back(keepalive);
  --expected_;
  changed_.notify_all();
  if (stream_ != nullptr) stream_->wake();
}

std::vector<x2::Pdu> Answers::take() {
  const std::scoped_lock hold(mutex_);
  return std::exchange(ready_, {});
}

bool Answers::expect() {
  const std::scoped_lock hold(mutex_);
  if (expected_ + ready_.size() >= kMostKeepalives) return false;
  ++expected_;
  return true;
}

bool Answers::wait(steady_clock::time_point until) {
  std::unique_lock hold(mutex_);
  changed_.wait_until(hold, until, [this] { return expected_ == 0 || !ready_.empty(); });
  return !ready_.empty();
}

void Answers::detach() {
  const std::scoped_lock hold(mutex_);
  stream_ = nullptr;
}

X2Connection::X2Connection(net::TlsStream& stream, Engine& engine, const IntakeSettings& settings, const IntakeEvents& events)
    : stream_(stream),
      engine_(engine),
      settings_(settings),
      events_(events),
      answers_(std::make_shared<Answers>(stream)),
      pdus_(settings.limits),
      heard_(steady_clock::now()) {
  room_.resize(kRoom);
  if (events_.on_connection) events_.on_connection(stream_.peer(), true);
}

X2Connection::~X2Connection() {
  answers_->detach();
  if (events_.on_connection) events_.on_connection(stream_.peer(), false);
}

void X2Connection::serve() {
  while (!stream_.stopping() && send_answers() && read_some()) {
  }
  finish();
}

// False when the connection is over.
bool X2Connection::read_some() {
  const auto got = stream_.receive(room_, until(heard_ + settings_.silence));
  if (!got) return false;
  switch (got->what) {
    case net::Received::What::octets:
      pdus_.feed(ByteView(room_).first(got->count));
      if (!take_pdus()) return false;
      heard_ = steady_clock::now();  // that we had no room is not the sender's silence
      return true;
    case net::Received::What::woken: return true;
    case net::Received::What::silence:
      if (until(heard_ + settings_.silence).count() > 0) return true;
      if (events_.on_silence) events_.on_silence(stream_.peer());
      return false;
    case net::Received::What::end: break;
  }
  if (pdus_.pending() > 0) malformed({ErrorKind::truncated, "the connection ended in the middle of a PDU", {}, {}, "TS 103 221-2 6.2"});
  return false;
}

bool X2Connection::take_pdus() {
  for (;;) {
    auto pdu = pdus_.next();
    if (!pdu) {
      malformed(pdu.error());
      if (pdus_.is_broken()) return false;
      continue;
    }
    if (!*pdu) return true;
    if (!take(**pdu)) return false;
  }
}

// What is no business of an MDF's X2 is counted and left: later versions may define more (5.2.1).
bool X2Connection::take(x2::Pdu& pdu) {
  const auto name = x2::name_of(pdu.type);
  if (events_.on_pdu) events_.on_pdu(name.empty() ? "unknown" : name);
  if (pdu.type == x2::PduType::x2) return push(pdu);
  if (pdu.type != x2::PduType::keepalive) return true;
  while (!answers_->expect()) {
    static_cast<void>(answers_->wait(steady_clock::now() + kLookUp));
    if (stream_.stopping() || !send_answers()) return false;
  }
  engine_.behind_all([answers = answers_, pdu] { answers->release(pdu); });
  return true;
}

// Waits while there is no room: the sender waits with us.
bool X2Connection::push(x2::Pdu& pdu) {
  const auto octets = pdu.header_length() + pdu.payload.size();
  while (!engine_.push(pdu, octets, kLookUp)) {
    if (stream_.stopping() || !send_answers()) return false;
  }
  return true;
}

bool X2Connection::send_answers() {
  for (const auto& keepalive : answers_->take()) {
    const auto octets = x2::encode(x2::acknowledgement(keepalive));
    if (!octets || !stream_.send(*octets, settings_.send_timeout)) return false;
  }
  return true;
}

// The keep-alives that came in are answered still, when their turn comes in time.
void X2Connection::finish() {
  const auto until = steady_clock::now() + settings_.grace;
  while (send_answers() && answers_->wait(until)) {
  }
  stream_.close();
}

void X2Connection::malformed(const Error& error) {
  if (events_.on_malformed) events_.on_malformed(stream_.peer(), error);
}

}  // namespace li::df2
