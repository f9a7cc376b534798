#include "lemf/decrypt.hpp"

#include "lemf/stream_impl.hpp"

namespace li::lemf {
namespace {

constexpr std::size_t kMaxStreams = 10'000;

}  // namespace

std::string_view to_string(StreamState state) {
  switch (state) {
    case StreamState::decrypted: return "decrypted";
    case StreamState::unverified: return "unverified";
    case StreamState::clear: return "clear";
    case StreamState::failed: return "failed";
    case StreamState::no_key: return "no key";
    case StreamState::unknown: return "unknown";
  }
  return "";
}

std::string_view to_string(Carrier::Direction direction) {
  constexpr std::string_view kNames[] = {"", "from target", "to target", "combined"};
  return kNames[static_cast<std::size_t>(direction)];
}

bool is_noise(const StreamSummary& stream) {
  constexpr std::uint64_t kFew = 3;
  return stream.state == StreamState::unknown && (stream.packets < kFew || stream.lost > stream.packets);
}

class Decrypter::Impl {
 public:
  Result<void> add(const hi2::IriRecord& record, const RecordCarrier& carrier) { return book_.add(record, carrier); }

  std::optional<ClearPacket> take(CarriedPacket carried) {
    seal();
    auto& packet = carried.packet;
    const auto kind = media::kind_of(packet.payload);
    if (kind == media::PacketKind::rtcp) return take_rtcp(std::move(carried));
    const auto header = kind == media::PacketKind::rtp ? media::decode_rtp(packet.payload) : failure(ErrorKind::unknown, {});
    const auto index = header ? find(header->ssrc, carried) : std::nullopt;
    if (!index) {
      ++other_;
      return std::nullopt;
    }
    auto& stream = streams_[*index];
    if (carried.timed) stream.anchor(header->timestamp, packet.time);
    else packet.time = stream.spaced(*header, latest_);
    latest_ = std::max(latest_, packet.time);
    auto clear = stream.take(*header, packet);
    if (!clear) return std::nullopt;
    packet.payload = std::move(*clear);
    return ClearPacket{*index, std::move(packet), false, stream.sound(header->payload_type)};
  }

  [[nodiscard]] const std::deque<Stream>& streams() const { return streams_; }
  [[nodiscard]] std::size_t keys() {
    seal();
    return book_.keys();
  }
  [[nodiscard]] std::uint64_t other() const { return other_; }

 private:
  using Id = std::tuple<std::uint32_t, media::Endpoint, media::Endpoint, Carrier>;

  void seal() {
    if (!sealed_) book_.seal();
    sealed_ = true;
  }

  std::optional<std::size_t> find(std::uint32_t ssrc, const CarriedPacket& carried) {
    const Id id{ssrc, carried.packet.from, carried.packet.to, carried.carrier};
    if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second;
    if (streams_.size() == kMaxStreams) return std::nullopt;
    by_id_.emplace(id, streams_.size());
    by_ssrc_.emplace(ssrc, streams_.size());
    streams_.emplace_back(book_, ssrc, carried);
    return streams_.size() - 1;
  }

  // RTCP is of the stream with its sender's SSRC, be it on the same port or on the next one.
  std::optional<ClearPacket> take_rtcp(CarriedPacket carried) {
    auto& packet = carried.packet;
    if (!carried.timed) packet.time = latest_;
    const auto [begin, end] = by_ssrc_.equal_range(media::rtcp_sender(packet.payload));
    for (auto one = begin; one != end; ++one) {
      auto& stream = streams_[one->second];
      if (stream.from().address != packet.from.address || stream.carrier() != carried.carrier) continue;
      if (auto clear = stream.take_rtcp(packet.payload)) {
        packet.payload = std::move(*clear);
        return ClearPacket{one->second, std::move(packet), true, std::nullopt};
      }
    }
    ++other_;
    return std::nullopt;
  }

  KeyBook book_;
  bool sealed_ = false;
  std::deque<Stream> streams_;
  std::map<Id, std::size_t> by_id_;
  std::multimap<std::uint32_t, std::size_t> by_ssrc_;
  std::uint64_t other_ = 0;
  media::PacketTime latest_;  // of all packets
};

Decrypter::Decrypter() : impl_(std::make_unique<Impl>()) {}
Decrypter::~Decrypter() = default;
Decrypter::Decrypter(Decrypter&&) noexcept = default;
Decrypter& Decrypter::operator=(Decrypter&&) noexcept = default;

Result<void> Decrypter::add(const hi2::IriRecord& record, const RecordCarrier& carrier) { return impl_->add(record, carrier); }
std::optional<ClearPacket> Decrypter::take_carried(CarriedPacket packet) { return impl_->take(std::move(packet)); }
StreamSummary Decrypter::stream(std::size_t index) const { return impl_->streams().at(index).summary(); }
std::size_t Decrypter::keys() const { return impl_->keys(); }
std::uint64_t Decrypter::other_packets() const { return impl_->other(); }

std::vector<StreamSummary> Decrypter::streams() const {
  std::vector<StreamSummary> out;
  for (const auto& stream : impl_->streams()) out.push_back(stream.summary());
  return out;
}

}  // namespace li::lemf
