#include "ps/hi3.hpp"

#include "ps/hi3_impl.hpp"
#include "ps/members_impl.hpp"
#include "ps/values_impl.hpp"

namespace li::ps {
namespace {

// Domain identifier of r15 version-1, as content octets.
constexpr std::uint8_t kDomain[] = {0x04, 0x00, 0x02, 0x02, 0x04, 0x0C, 0x0F, 0x01};

class Reader : public schema::Visitor {
 public:
  void primitive(const schema::Node& node, const schema::Content& content) override { take_voip(packet, node, content.octets); }
  VoipCc packet;
};

}  // namespace

VoipMembers::VoipMembers() {
  header = type.find("voipLIC-header"), payload = type.find("payload");
  domain = header->type->find("hi3voipDomainId"), liid = header->type->find("lIID");
  correlation = header->type->find("voipCorrelationNumber"), time = header->type->find("timeStamp");
  utc_time = time->type->find("utcTime");
  sequence = header->type->find("sequence-number"), direction = header->type->find("t-PDU-direction");
}

const VoipMembers& voip() {
  static const VoipMembers kMembers;
  return kMembers;
}

void take_voip(VoipCc& packet, const schema::Node& node, ByteView octets) {
  const auto& m = voip();
  if (node.member == m.liid) packet.lawful_interception_identifier = to_bytes(octets);
  else if (node.member == m.correlation) packet.voip_correlation_number = to_bytes(octets);
  else if (node.member == m.sequence) packet.sequence_number = static_cast<std::uint16_t>(number_of(octets));
  else if (node.member == m.direction) packet.direction = static_cast<MediaDirection>(number_of(octets));
  else if (node.member == m.payload) packet.payload = to_record_bytes(octets);
  else if (node.member == m.utc_time && node.parent->member == m.time) {
    const auto calendar = parse_utc_time(as_text(octets));
    if (calendar) packet.time = instant_of(*calendar);
  }
}

Result<VoipCc> decode_voip_cc(ByteView octets) {
  Reader reader;
  if (auto walked = schema::walk(voip_cc_pdu_type(), octets, reader); !walked) return failure(std::move(walked.error()));
  return std::move(reader.packet);
}

Result<RecordBytes> encode_voip_cc(const VoipCc& packet) {
  const auto& m = voip();
  schema::Writer out(m.type);
  out.begin();
  out.member(*m.header);
  out.begin();
  out.member(*m.domain, ByteView(kDomain));
  if (packet.lawful_interception_identifier) out.member(*m.liid, *packet.lawful_interception_identifier);
  out.member(*m.correlation, packet.voip_correlation_number);
  if (packet.time) {
    out.member(*m.time);
    out.begin();
    out.member(*m.utc_time, as_bytes(to_utc_time(std::chrono::floor<std::chrono::milliseconds>(*packet.time))));
    out.end();
  }
  put_number(out, *m.sequence, packet.sequence_number);
  put_number(out, *m.direction, static_cast<std::uint64_t>(packet.direction));
  out.end();
  out.member(*m.payload, packet.payload);
  out.end();
  return out.finish();
}

}  // namespace li::ps
