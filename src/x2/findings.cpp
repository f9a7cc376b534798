// What a PDU says that its text does not allow, though it can be read.
#include <algorithm>

#include "base/text.hpp"
#include "x2/codec.hpp"

namespace li::x2 {
namespace {

struct Size {
  AttributeType type;
  std::size_t octets;
};
constexpr Size kSizes[] = {
    {AttributeType::sequence_number, 4},  {AttributeType::timestamp, 8},        {AttributeType::source_ipv4, 4},
    {AttributeType::destination_ipv4, 4}, {AttributeType::source_ipv6, 16},     {AttributeType::destination_ipv6, 16},
    {AttributeType::source_port, 2},      {AttributeType::destination_port, 2}, {AttributeType::ip_protocol, 1},
};

// Owner, with a length of one octet, and value.
bool owner_fits(ByteView octets) { return !octets.empty() && octets[0] != 0 && octets[0] < octets.size(); }

bool is_element(ByteView contents) {
  const auto text = as_text(contents);
  return is_utf8(contents) && text.starts_with('<') && text.ends_with('>') && text.size() > 2;
}

bool well_formed(const Attribute& one) {
  const auto size = one.contents.size();
  const auto* fixed = std::find_if(std::begin(kSizes), std::end(kSizes), [&](const auto& entry) { return entry.type == one.type; });
  if (fixed != std::end(kSizes)) return size == fixed->octets;
  switch (one.type) {
    case AttributeType::proprietary: return owner_fits(one.contents);
    case AttributeType::matched_target_identifier:
    case AttributeType::other_target_identifier: return is_element(one.contents);
    case AttributeType::additional_xid: return size == 24 || size == 28;
    case AttributeType::mime_content_type:
    case AttributeType::mime_content_transfer_encoding:
    case AttributeType::sdp_session_description: return is_utf8(one.contents);
    default: return true;
  }
}

void judge_keepalive(const Pdu& pdu, std::vector<std::string>& found) {
  if (pdu.format != PayloadFormat::keepalive || pdu.direction != Direction::keepalive || pdu.xid != Xid{} || pdu.correlation_id != 0)
    found.emplace_back("a keep-alive whose format, direction, XID and correlation ID are not all zero (TS 103 221-2 6.2)");
  if (!pdu.payload.empty()) found.emplace_back("a keep-alive with a payload (TS 103 221-2 6.2)");
}

void judge_event(const Pdu& pdu, std::vector<std::string>& found) {
  if (name_of(pdu.format).empty())
    found.push_back("payload format " + std::to_string(static_cast<unsigned>(pdu.format)) + " is not known (TS 103 221-2 5.4)");
  if (name_of(pdu.direction).empty() || pdu.direction == Direction::keepalive)
    found.push_back("payload direction " + std::to_string(static_cast<unsigned>(pdu.direction)) + " (TS 103 221-2 5.2.6)");
  if (pdu.xid == Xid{}) found.emplace_back("the XID is zero (TS 103 221-2 5.2.7)");
  if (pdu.format == PayloadFormat::proprietary && !owner_fits(pdu.payload))
    found.emplace_back("a proprietary payload whose owner does not fit (TS 103 221-2 5.4.5)");
}

}  // namespace

std::vector<std::string> findings(const Pdu& pdu) {
  std::vector<std::string> found;
  if (name_of(pdu.type).empty())
    found.push_back("PDU type " + std::to_string(static_cast<unsigned>(pdu.type)) + " is not known (TS 103 221-2 5.2.2)");
  else if (pdu.is_keepalive()) judge_keepalive(pdu, found);
  else judge_event(pdu, found);
  for (const auto& one : pdu.attributes) {
    if (!well_formed(one))
      found.push_back("attribute " + std::to_string(static_cast<unsigned>(one.type)) + " (" + std::string(name_of(one.type)) + ") of " +
                      std::to_string(one.contents.size()) + " octets has not the form of its type (TS 103 221-2 5.3)");
  }
  return found;
}

}  // namespace li::x2
