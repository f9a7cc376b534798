#include "x2/pdu.hpp"

#include <algorithm>

#include "x2/big_endian_impl.hpp"

namespace li::x2 {
namespace {

constexpr std::string_view kPduTypes[] = {"", "x2", "x3", "keepalive", "keepaliveAcknowledgement"};
constexpr std::string_view kFormats[] = {
    "keep-alive", "TS 102 232-1", "TS 33.128", "TS 33.108", "proprietary", "IPv4",          "IPv6", "Ethernet",         "RTP",
    "SIP",        "DHCP",         "RADIUS",    "GTP-U",     "MSRP",        "EpsIRIContent", "MIME", "3GPP unstructured"};
constexpr std::string_view kDirections[] = {"keep-alive", "unknown", "to target", "from target", "more than one", "not applicable"};
constexpr std::string_view kAttributes[] = {"",
                                            "ETSI102232-1",
                                            "3GPP33128",
                                            "3GPP33108",
                                            "proprietary",
                                            "domainId",
                                            "networkFunctionId",
                                            "interceptionPointId",
                                            "sequenceNumber",
                                            "timestamp",
                                            "sourceIPv4",
                                            "destinationIPv4",
                                            "sourceIPv6",
                                            "destinationIPv6",
                                            "sourcePort",
                                            "destinationPort",
                                            "ipProtocol",
                                            "matchedTargetIdentifier",
                                            "otherTargetIdentifier",
                                            "mimeContentType",
                                            "mimeContentTransferEncoding",
                                            "additionalXid",
                                            "sdpSessionDescription"};

template <std::size_t N, typename Enum>
std::string_view name_in(const std::string_view (&names)[N], Enum value) {
  const auto number = static_cast<std::size_t>(value);
  return number < N ? names[number] : std::string_view();
}

}  // namespace

const Attribute* Pdu::find(AttributeType wanted) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(), [wanted](const auto& one) { return one.type == wanted; });
  return found == attributes.end() ? nullptr : &*found;
}

std::optional<std::uint32_t> Pdu::sequence_number() const {
  const auto* found = find(AttributeType::sequence_number);
  if (found == nullptr || found->contents.size() != 4) return {};
  return get<std::uint32_t>(found->contents);
}

std::optional<Timestamp> Pdu::timestamp() const {
  const auto* found = find(AttributeType::timestamp);
  if (found == nullptr || found->contents.size() != 8) return {};
  return Timestamp{get<std::uint32_t>(found->contents), get<std::uint32_t>(found->contents, 4)};
}

std::uint64_t Pdu::header_length() const {
  std::uint64_t length = kFixedHeader;
  for (const auto& one : attributes) length += 4 + one.contents.size();
  return length;
}

Attribute attribute(AttributeType type, ByteView contents) { return {type, to_record_bytes(contents)}; }

Attribute sequence_number(std::uint32_t number) {
  Attribute one{AttributeType::sequence_number, {}};
  put(one.contents, number);
  return one;
}

Attribute timestamp(const Timestamp& time) {
  Attribute one{AttributeType::timestamp, {}};
  put(one.contents, time.seconds);
  put(one.contents, time.nanoseconds);
  return one;
}

Pdu keepalive(std::uint32_t number) {
  Pdu pdu;
  pdu.type = PduType::keepalive;
  pdu.format = PayloadFormat::keepalive;
  pdu.direction = Direction::keepalive;
  pdu.attributes.push_back(sequence_number(number));
  return pdu;
}

Pdu acknowledgement(const Pdu& keepalive) {
  auto pdu = x2::keepalive(keepalive.sequence_number().value_or(0));
  pdu.type = PduType::keepalive_acknowledgement;
  pdu.minor = keepalive.minor;
  return pdu;
}

std::string to_string(const Xid& xid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < xid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[xid[i] >> 4];
    text += kDigits[xid[i] & 15];
  }
  return text;
}

std::optional<Xid> to_xid(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return {};
    if (!dash) digits += text[i];
  }
  const auto octets = from_hex(digits);
  Xid xid{};
  if (!octets || octets->size() != xid.size()) return {};
  std::copy(octets->begin(), octets->end(), xid.begin());
  return xid;
}

std::string_view name_of(PduType type) { return name_in(kPduTypes, type); }
std::string_view name_of(PayloadFormat format) { return name_in(kFormats, format); }
std::string_view name_of(Direction direction) { return name_in(kDirections, direction); }
std::string_view name_of(AttributeType type) { return name_in(kAttributes, type); }

}  // namespace li::x2
