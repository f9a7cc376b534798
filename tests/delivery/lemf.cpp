#include "delivery/lemf.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>

#include "ps/records.hpp"
#include "ps/write.hpp"
#include "tests/ps/pdus.hpp"

namespace li::test {

using delivery::ReceiverLink;
using net::Received;

Certificates& certificates() {
  static Certificates one;
  return one;
}

std::shared_ptr<net::TlsContext> load(const net::TlsSettings& settings) { return net::TlsContext::load(settings).value(); }

RecordBytes iri(std::uint32_t number) {
  static const auto pdu = pdu_of("ps/hdr_min.ber");
  static const auto record = ps::items(pdu)[0].record.value();
  auto header = pdu.header;
  header.sequence_number = number;
  return ps::encode_iri(header, {{record.form, record.octets, {}}}).value();
}

void MemorySpool::add(std::uint32_t first, std::uint32_t count) {
  for (auto number = first; number < first + count; ++number) {
    auto octets = iri(number);
    const std::lock_guard lock(mutex_);
    entries_.emplace_back(++last_id_, std::move(octets));
  }
  if (on_entries) on_entries();
}

bool MemorySpool::wait_for_depth(std::size_t most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kGuard, [&] { return entries_.size() <= most; });
}

Result<std::vector<delivery::Waiting>> MemorySpool::read(std::string_view, std::int64_t after, std::size_t most, std::size_t) {
  if (failing_) return failure(ErrorKind::unexpected, "the disk is broken");
  const std::lock_guard lock(mutex_);
  std::vector<delivery::Waiting> found;
  for (const auto& [id, octets] : entries_) {
    if (id > after && found.size() < most) found.push_back({id, {}, octets, TimePoint(std::chrono::milliseconds(id))});
  }
  return found;
}

Result<void> MemorySpool::confirm(std::string_view, const std::vector<std::int64_t>& ids) {
  if (failing_) return failure(ErrorKind::unexpected, "the disk is broken");
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& one) { return std::find(ids.begin(), ids.end(), one.first) != ids.end(); });
  changed_.notify_all();
  return {};
}

Lemf::Lemf(bool acknowledgement, std::uint16_t port, const Identity& identity) : acknowledgement_(acknowledgement) {
  net::StreamListener listener;
  listener.port = port;
  listener.tls = load(certificates().authority.settings(identity));
  listener.handler = [this](net::TlsStream& stream) { serve(stream); };
  server_ = net::StreamServer::start(std::move(listener)).value();
}

void Lemf::serve(net::TlsStream& stream) {
  ++connections_;
  ReceiverLink link({acknowledgement_, 1'000'000});
  delivery::Framer framer(1'000'000);
  std::array<std::uint8_t, 5000> room{};
  while (!stream.stopping()) {
    if (manners_ == Manners::stalled) {
      std::this_thread::sleep_for(1ms);
      continue;
    }
    const auto got = stream.receive(room, kGuard);
    if (!got || got->what == Received::What::end) return;
    const auto octets = ByteView(room).first(got->count);
    if (!(manners_ == Manners::deaf ? take_deaf(stream, framer, octets) : take(stream, link, octets))) return;
  }
}

bool Lemf::take(net::TlsStream& stream, ReceiverLink& link, ByteView octets) {
  const auto steps = link.feed(octets, std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
  for (const auto& step : steps ? *steps : std::vector<ReceiverLink::Step>()) {
    if (step.store && manners_ == Manners::dies) throw std::runtime_error("dead");
    if (step.store) store(step.store->header.sequence_number);
    if (step.answer && manners_ != Manners::silent && !stream.send(*step.answer, kGuard)) return false;
  }
  return steps.has_value();
}

bool Lemf::take_deaf(net::TlsStream& stream, delivery::Framer& framer, ByteView octets) {
  framer.feed(octets);
  for (auto framed = framer.next(); framed && *framed; framed = framer.next()) {
    const auto pdu = ps::decode(**framed).value();
    if (!pdu.tri) store(pdu.header.sequence_number);
    if (pdu.tri != ps::Tri::keep_alive) continue;
    if (!stream.send(ps::encode_tri(pdu.header, ps::Tri::keep_alive_response).value(), kGuard)) return false;
  }
  return true;
}

void Lemf::store(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  if (std::find(numbers_.begin(), numbers_.end(), number) != numbers_.end()) ++repeated_;
  else numbers_.push_back(number);
  stored_.notify_all();
}

std::vector<std::uint32_t> Lemf::wait_for(std::size_t count) {
  std::unique_lock lock(mutex_);
  stored_.wait_for(lock, kGuard, [&] { return numbers_.size() >= count; });
  return numbers_;
}

std::size_t Lemf::repeated() {
  const std::lock_guard lock(mutex_);
  return repeated_;
}

}  // namespace li::test
