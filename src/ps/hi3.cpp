#include "ps/hi3.hpp"

#include "ps/members_impl.hpp"
#include "ps/values_impl.hpp"

namespace li::ps {
namespace {

// Domain identifier of r15 version-1, as content octets.
constexpr std::uint8_t kDomain[] = {0x04, 0x00, 0x02, 0x02, 0x04, 0x0C, 0x0F, 0x01};

struct VoipMembers {
  const schema::Type& type = voip_cc_pdu_type();
  const schema::Member *header = type.find("voipLIC-header"), *payload = type.find("payload");
  const schema::Member *domain = header->type->find("hi3voipDomainId"), *liid = header->type->find("lIID"),
                       *correlation = header->type->find("voipCorrelationNumber"), *sequence = header->type->find("sequence-number"),
                       *direction = header->type->find("t-PDU-direction");
};

const VoipMembers& voip() {
  static const VoipMembers kMembers;
  return kMembers;
}

class Reader : public schema::Visitor {
 public:
  void primitive(const schema::Node& node, const schema::Content& content) override {
    const auto& m = voip();
    if (node.member == m.liid) packet.lawful_interception_identifier = to_bytes(content.octets);
    else if (node.member == m.correlation) packet.voip_correlation_number = to_bytes(content.octets);
    else if (node.member == m.sequence) packet.sequence_number = static_cast<std::uint16_t>(number_of(content.octets));
    else if (node.member == m.direction) packet.direction = static_cast<MediaDirection>(number_of(content.octets));
    else if (node.member == m.payload) packet.payload = to_record_bytes(content.octets);
  }
  VoipCc packet;
};

}  // namespace

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
  put_number(out, *m.sequence, packet.sequence_number);
  put_number(out, *m.direction, static_cast<std::uint64_t>(packet.direction));
  out.end();
  out.member(*m.payload, packet.payload);
  out.end();
  return out.finish();
}

}  // namespace li::ps
