#include "ps/pdu.hpp"

#include "ps/members_impl.hpp"
#include "ps/values_impl.hpp"

namespace li::ps {
namespace {

using schema::Member;

// Takes the header as it goes by, and the alternatives of the payload.
class HeaderReader : public schema::Visitor {
 public:
  explicit HeaderReader(Pdu& pdu) : pdu_(pdu), m_(members()) {}

  void enter(const schema::Node& node) override { alternative(node); }

  void primitive(const schema::Node& node, const schema::Content& content) override {
    alternative(node);
    const auto* member = node.member;
    auto& header = pdu_.header;
    if (member == m_.liid) header.lawful_interception_identifier = to_bytes(content.octets);
    else if (member == m_.authorization_country) header.authorization_country_code = std::string(as_text(content.octets));
    else if (member == m_.operator_id) header.operator_identifier = to_bytes(content.octets);
    else if (member == m_.network_element) header.network_element_identifier = to_bytes(content.octets);
    else if (member == m_.neid_dns && node.parent->member == m_.neid) header.network_element_dns = std::string(as_text(content.octets));
    else if (member == m_.cin) header.communication_identity_number = static_cast<std::uint32_t>(number_of(content.octets));
    else if (member == m_.delivery_country) header.delivery_country_code = std::string(as_text(content.octets));
    else if (member == m_.iri_to_iri && node.parent->member == m_.cin_extension) header.correlation = to_bytes(content.octets);
    else if (member == m_.sequence) header.sequence_number = static_cast<std::uint32_t>(number_of(content.octets));
    else if (member == m_.time) header.time_stamp = std::string(as_text(content.octets));
    else if (node.parent->member == m_.micro) micro(member, number_of(content.octets));
  }

  void unknown(const schema::Node& parent, std::size_t /*offset*/, ByteView /*tlv*/) override {
    if (parent.member == m_.tri) pdu_.tri = Tri::unknown;
  }

 private:
  void alternative(const schema::Node& node) {
    if (node.parent == nullptr) return;
    if (node.parent->member == m_.payload) pdu_.kind = static_cast<PayloadKind>(node.member->index);
    if (node.parent->member == m_.tri) pdu_.tri = static_cast<Tri>(node.member->index);
  }

  void micro(const Member* member, std::uint64_t value) {
    auto& stamp = pdu_.header.micro_second_time_stamp;
    if (!stamp) stamp.emplace();
    if (member == m_.seconds) stamp->seconds = value;
    if (member == m_.micro_seconds) stamp->micro_seconds = static_cast<std::uint32_t>(value);
  }

  Pdu& pdu_;
  const Members& m_;
};

const Member* need(const schema::Type& type, std::string_view name) {
  const auto* found = type.find(name);
  if (found == nullptr) throw std::logic_error("no member " + std::string(name) + " in " + std::string(type.name));
  return found;
}

std::string_view name_at(const schema::Type& type, std::size_t index) {
  return index < type.members.size() ? type.members[index].name : std::string_view("?");
}

}  // namespace

Members::Members() {
  const auto type_of = [](std::string_view name, std::string_view module = "LI-PS-PDU") { return &schema::get(name, module); };
  pdu = type_of("PS-PDU");
  encrypted_payload = type_of("EncryptedPayload");
  voip = type_of("Voip-CC-PDU", "VoIP-HI3-IMS");
  header = need(*pdu, "pSHeader"), payload = need(*pdu, "payload");
  header_type = header->type, payload_type = payload->type;
  domain = need(*header_type, "li-psDomainId"), liid = need(*header_type, "lawfulInterceptionIdentifier");
  authorization_country = need(*header_type, "authorizationCountryCode"), communication = need(*header_type, "communicationIdentifier");
  sequence = need(*header_type, "sequenceNumber"), time = need(*header_type, "timeStamp"),
  micro = need(*header_type, "microSecondTimeStamp");
  network = need(*communication->type, "networkIdentifier"), cin = need(*communication->type, "communicationIdentityNumber");
  delivery_country = need(*communication->type, "deliveryCountryCode"), cin_extension = need(*communication->type, "cINExtension");
  iri_to_iri = need(*cin_extension->type, "iri-to-iri");
  operator_id = need(*network->type, "operatorIdentifier"), network_element = need(*network->type, "networkElementIdentifier");
  neid = need(*network->type, "eTSI671NEID"), neid_dns = need(*neid->type, "dNS-Format");
  seconds = need(*micro->type, "seconds"), micro_seconds = need(*micro->type, "microSeconds");
  iri_sequence = need(*payload_type, "iRIPayloadSequence"), cc_sequence = need(*payload_type, "cCPayloadSequence");
  tri = need(*payload_type, "tRIPayload"), encryption = need(*payload_type, "encryptionContainer");
  const auto& iri = *iri_sequence->type->item().type;
  iri_type = need(iri, "iRIType"), iri_time = need(iri, "timeStamp"), iri_contents = need(iri, "iRIContents");
  iri_contents_type = iri_contents->type;
  cc_contents_type = need(*cc_sequence->type->item().type, "cCContents")->type;
  umts_iri = need(*iri_contents_type, "uMTSIRI"), eps_iri = need(*iri_contents_type, "ePSIRI");
  umts_parameters = need(*umts_iri->type, "iRI-Parameters"), eps_parameters = need(*eps_iri->type, "iRI-EPS-Parameters");
  tri_type = tri->type;
  integrity = need(*tri_type, "integrityCheck"), check_type = integrity->type;
  included = need(*check_type, "includedSequenceNumbers"), check_kind = need(*check_type, "checkType");
  data_type = need(*check_type, "dataType"), check_value = need(*check_type, "checkValue");
  hash_algorithm = need(*check_type, "hashAlgorithm");
  option_request = need(*tri_type, "optionRequest"), option_response = need(*tri_type, "optionResponse");
  requested = need(*option_request->type, "requestedOptions");
  accepted = need(*option_response->type, "acceptedOptions"), declined = need(*option_response->type, "declinedOptions");
  option_type = requested->type->item().type;
  acknowledgement = need(*option_type, "pDUAcknowledgement");
  container_type = encryption->type;
  encryption_type = need(*container_type, "encryptionType"), encrypted = need(*container_type, "encryptedPayload");
  encrypted_type = need(*container_type, "encryptedPayloadType");
  byte_counter = need(*encrypted_payload, "byteCounter"), inner_payload = need(*encrypted_payload, "payload");
}

const Members& members() {
  static const Members kMembers;
  return kMembers;
}

Result<Pdu> decode(ByteView octets, const schema::WalkOptions& options) {
  Pdu pdu;
  HeaderReader reader(pdu);
  if (auto walked = schema::walk(pdu_type(), octets, reader, options); !walked) return failure(std::move(walked.error()));
  pdu.octets = to_record_bytes(octets);
  return pdu;
}

std::string_view name_of(PayloadKind kind) { return name_at(*members().payload_type, static_cast<std::size_t>(kind)); }
std::string_view name_of(Tri tri) { return name_at(*members().tri_type, static_cast<std::size_t>(tri)); }

const schema::Type& pdu_type() { return *members().pdu; }
const schema::Type& encrypted_payload_type() { return *members().encrypted_payload; }
const schema::Type& voip_cc_pdu_type() { return *members().voip; }

}  // namespace li::ps
