#include "ps/hi3_impl.hpp"
#include "ps/members_impl.hpp"
#include "ps/values_impl.hpp"

namespace li::ps {
namespace {

struct CcMembers {
  const schema::Type& item = *members().cc_sequence->type->item().type;
  const schema::Type& contents = *members().cc_contents_type;
  const schema::Member *direction = item.find("payloadDirection"), *time = item.find("timeStamp"),
                       *micro = item.find("microSecondTimeStamp");
  const schema::Member* voip = contents.find("voipCC-CC-PDU");
  const schema::Type& multimedia = *contents.find("iPMMCC")->type;
  const schema::Member *frame = multimedia.find("mMCCContents"), *frame_type = multimedia.find("frameType");
  const schema::Member* packets = contents.find("iPCC")->type->find("iPCCContents")->type->find("iPPackets");
};

const CcMembers& cc() {
  static const CcMembers kMembers;
  return kMembers;
}

// fromTarget, toTarget, indeterminate, combined, notapplicable.
MediaDirection direction_of(std::uint64_t number) {
  using enum MediaDirection;
  constexpr MediaDirection kDirections[] = {from_target, to_target, unknown, combined, unknown};
  return number < std::size(kDirections) ? kDirections[number] : unknown;
}

// ipFrame, udpFrame, rtpFrame, audioFrame, tcpFrame, artificialRtpFrame ...
FirstHeader header_of(std::uint64_t frame_type) {
  using enum FirstHeader;
  constexpr FirstHeader kHeaders[] = {ip, udp, rtp, other, other, rtp};
  return frame_type < std::size(kHeaders) ? kHeaders[frame_type] : other;
}

class PacketCollector : public schema::Visitor {
 public:
  void enter(const schema::Node& node) override {
    if (node.parent != nullptr && node.parent->member == members().cc_sequence) items_.emplace_back();
    alternative(node);
  }

  void primitive(const schema::Node& node, const schema::Content& content) override {
    alternative(node);
    if (items_.empty() || node.parent == nullptr) return;
    auto& [packet, voip_cc, micro, payload_direction] = items_.back();
    const auto& m = cc();
    const auto* member = node.member;
    if (member == m.direction) payload_direction = direction_of(number_of(content.octets));
    else if (member == m.time) packet.time = instant_of_generalized(as_text(content.octets));
    else if (member == m.frame_type) packet.first_header = header_of(number_of(content.octets));
    else if (member == m.frame || member == m.packets) packet.payload = to_record_bytes(content.octets);
    else if (node.parent->member == m.micro) take_micro(micro, *member, number_of(content.octets));
    if (member == m.packets) packet.first_header = FirstHeader::ip;
    take_voip(voip_cc, node, content.octets);
  }

  [[nodiscard]] std::vector<CcPacket> take(const Header& header) {
    std::vector<CcPacket> packets;
    for (auto& item : items_) packets.push_back(whole(std::move(item), header));
    return packets;
  }

 private:
  struct Item {
    CcPacket packet;
    VoipCc voip;
    std::optional<MicroSecondTimeStamp> micro;
    std::optional<MediaDirection> direction;
  };

  void alternative(const schema::Node& node) {
    if (!items_.empty() && node.parent != nullptr && node.parent->type == &cc().contents) items_.back().packet.name = node.member->name;
  }

  static void take_micro(std::optional<MicroSecondTimeStamp>& stamp, const schema::Member& member, std::uint64_t value) {
    if (!stamp) stamp.emplace();
    if (&member == members().seconds) stamp->seconds = value;
    else stamp->micro_seconds = static_cast<std::uint32_t>(value);
  }

  static CcPacket whole(Item item, const Header& header) {
    auto packet = std::move(item.packet);
    auto& inner = item.voip;
    const bool is_voip = packet.name == cc().voip->name;
    if (is_voip) {
      packet.lawful_interception_identifier = std::move(inner.lawful_interception_identifier);
      packet.voip_correlation_number = std::move(inner.voip_correlation_number);
      packet.payload = std::move(inner.payload);
    }
    packet.direction = item.direction ? *item.direction : is_voip ? inner.direction : MediaDirection::unknown;
    if (item.micro) packet.time = instant_of(*item.micro);
    if (!packet.time) packet.time = inner.time;
    if (!packet.time) packet.time = instant_of(header);
    return packet;
  }

  std::vector<Item> items_;
};

}  // namespace

std::vector<CcPacket> cc_packets(const Pdu& pdu) {
  PacketCollector collector;
  static_cast<void>(schema::walk(pdu_type(), pdu.octets, collector));
  return collector.take(pdu.header);
}

}  // namespace li::ps
