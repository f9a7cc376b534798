#include "hi2/media_pdus.hpp"

#include <map>

#include "capture/pdus.hpp"
#include "hi2/input.hpp"
#include "media/rtp.hpp"
#include "ps/encryption.hpp"
#include "ps/hi3.hpp"

namespace li::tool {
namespace {

using ps::FirstHeader;

// UDP without its IP header.
std::optional<media::UdpPacket> bare_udp(ByteView payload) {
  constexpr std::size_t kHeader = 8;
  const auto at = [&](std::size_t place) { return static_cast<std::uint16_t>(payload[place] << 8 | payload[place + 1]); };
  if (payload.size() <= kHeader || at(4) != payload.size()) return std::nullopt;
  if (media::kind_of(payload.subspan(kHeader)) == media::PacketKind::other) return std::nullopt;
  return media::UdpPacket{{}, {{}, at(0)}, {{}, at(2)}, to_bytes(payload.subspan(kHeader))};
}

bool starts_like_ip(ByteView payload) { return !payload.empty() && (payload[0] >> 4 == 4 || payload[0] >> 4 == 6); }

// Where nothing says what is in front: RTP starts with version 2, IP with 4 or 6.
Result<media::Unwrapped> unwrap(ByteView payload, FirstHeader first) {
  if (first == FirstHeader::udp || first == FirstHeader::unknown) {
    if (auto packet = bare_udp(payload)) return std::move(*packet);
  }
  if (first == FirstHeader::rtp || first == FirstHeader::unknown) {
    if (media::kind_of(payload) != media::PacketKind::other) return media::UdpPacket{{}, {}, {}, to_bytes(payload)};
  }
  if (first == FirstHeader::ip || (first == FirstHeader::unknown && starts_like_ip(payload))) return media::unwrap_ip(payload);
  return media::NotUdp::other_protocol;
}

lemf::Carrier::Direction direction_of(ps::MediaDirection direction) {
  using Direction = lemf::Carrier::Direction;
  switch (direction) {
    case ps::MediaDirection::from_target: return Direction::from_target;
    case ps::MediaDirection::to_target: return Direction::to_target;
    case ps::MediaDirection::combined: return Direction::combined;
    default: return Direction::unknown;
  }
}

// A PDU's packet before its headers come off.
struct Carried {
  lemf::Carrier carrier;
  std::optional<ps::Instant> time;
  ByteView payload;
  FirstHeader first = FirstHeader::unknown;
};

class MediaPdus {
 public:
  MediaPdus(std::string name, const MediaWork& work) : name_(std::move(name)), work_(work) {}

  bool run(std::istream& in, capture::Form form) {
    capture::PduReader reader(in, form);
    while (const auto item = reader.next()) {
      offset_ = item->offset;
      auto error = item->error ? item->error : form == capture::Form::hi3 ? hi3(item->octets) : ps_pdu(item->octets);
      if (!error) continue;
      if (!item->error) reader.reject();
      bad(std::move(*error));
    }
    end(form);
    return good_;
  }

 private:
  std::optional<Error> hi3(ByteView octets) {
    const auto cc = ps::decode_voip_cc(octets);
    if (!cc) return cc.error();
    const auto liid = cc->lawful_interception_identifier.value_or(Bytes());
    give({{std::string(as_text(liid)), cc->voip_correlation_number, {}, direction_of(cc->direction)}, cc->time, cc->payload});
    return {};
  }

  std::optional<Error> ps_pdu(ByteView octets) {
    auto pdu = ps::decode(octets);
    if (pdu && pdu->kind == ps::PayloadKind::encrypted) {
      const auto inner = ps::release(*pdu);
      if (!inner) return ++left_out_["encrypted payloads"], std::nullopt;
      pdu = ps::decode(*inner);
    }
    if (!pdu) return pdu.error();
    if (pdu->kind == ps::PayloadKind::cc) content(*pdu);
    return {};
  }

  void content(const ps::Pdu& pdu) {
    has_content_ = true;
    const auto& header = pdu.header;
    const std::string liid(as_text(header.lawful_interception_identifier));
    for (const auto& packet : ps::cc_packets(pdu)) {
      if (!packet.payload || packet.first_header == FirstHeader::other) {
        ++left_out_[packet.name.empty()                         ? "content that is not known"
                    : packet.first_header == FirstHeader::other ? std::string(packet.name) + " without RTP"
                                                                : std::string(packet.name)];
        continue;
      }
      auto correlation = packet.voip_correlation_number.empty() ? header.correlation.value_or(Bytes()) : packet.voip_correlation_number;
      give({{liid, std::move(correlation), communication_of(header), direction_of(packet.direction)},
            packet.time,
            *packet.payload,
            packet.first_header});
    }
  }

  void give(Carried carried) {
    auto frame = unwrap(carried.payload, carried.first);
    if (!frame) return frame.error().offset.reset(), bad(frame.error());
    if (auto* packet = std::get_if<media::UdpPacket>(&*frame)) {
      if (carried.time) packet->time = *carried.time;
      work_({std::move(*packet), std::move(carried.carrier), carried.time.has_value()});
    } else if (std::get<media::NotUdp>(*frame) == media::NotUdp::fragment) {
      ++fragments_;
    }
  }

  void bad(Error error) {
    error.offset = offset_;
    report(name_, error);
    good_ = false;
  }

  void end(capture::Form form) {
    if (fragments_ != 0) report_notice(name_, std::to_string(fragments_) + " fragments of UDP packets were left out");
    for (const auto& [what, count] : left_out_) {
      const auto packets = std::to_string(count) + (count == 1 ? " packet" : " packets");
      refuse(packets + " of " + what + " left out: voipCC-CC-PDU, iPMMCC with RTP, and iPCC are read");
    }
    if (form == capture::Form::hi3 || has_content_ || !good_) return;
    refuse("no PS-PDU in it holds content: cCPayloadSequence with voipCC-CC-PDU, iPMMCC or iPCC");
  }

  void refuse(std::string text) {
    report(name_, {ErrorKind::unexpected, std::move(text), {}, {}, {}});
    good_ = false;
  }

  std::string name_;
  const MediaWork& work_;
  std::size_t offset_ = 0;
  std::map<std::string, std::size_t> left_out_;
  std::size_t fragments_ = 0;
  bool has_content_ = false;
  bool good_ = true;
};

}  // namespace

bool packets_of_pdus(std::istream& in, const std::string& name, capture::Form form, const MediaWork& work) {
  return MediaPdus(name, work).run(in, form);
}

std::optional<lemf::Communication> communication_of(const ps::Header& header) {
  if (!header.communication_identity_number) return std::nullopt;
  return lemf::Communication{*header.communication_identity_number, header.operator_identifier,
                             header.network_element_identifier.value_or(Bytes()), header.delivery_country_code.value_or("")};
}

}  // namespace li::tool
