#include "capture/secrets.hpp"

#include <algorithm>

#include "capture/form.hpp"
#include "hi2/module.hpp"
#include "ps/pdu.hpp"
#include "schema/redact.hpp"

namespace li::capture {
namespace {

using Ranges = std::vector<schema::Range>;

Ranges secrets_in_payload(const x2::Pdu& pdu) {
  if (const auto* type = payload_type(pdu)) {
    auto found = schema::secrets_in_value(*type, pdu.payload);
    if (!found.empty()) return found;
  }
  return schema::secrets_in(schema::Secrecy::sip, pdu.payload);
}

void mask_in(RecordBytes& octets, const Ranges& ranges) {
  for (const auto& range : ranges) std::fill_n(octets.begin() + static_cast<std::ptrdiff_t>(range.begin), range.end - range.begin, '*');
}

bool hidden(ByteView octets, const Ranges& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
    const auto secret = octets.subspan(range.begin, range.end - range.begin);
    return !secret.empty() && std::all_of(secret.begin(), secret.end(), [](auto octet) { return octet == '*'; });
  });
}

}  // namespace

const schema::Type* payload_type(const x2::Pdu& pdu) {
  const auto start = ByteView(pdu.payload).first(std::min(pdu.payload.size(), kStart));
  switch (pdu.format) {
    case x2::PayloadFormat::eps_iri_content: return &hi2::contents_type(hi2::Module::eps);
    case x2::PayloadFormat::ts_33_108: {
      if (const auto module = hi2::look(start).module) return &hi2::contents_type(*module);
      return form_of(start) == Form::hi3 ? &ps::voip_cc_pdu_type() : nullptr;
    }
    case x2::PayloadFormat::ts_102_232_1: return form_of(start) == Form::ps ? &ps::pdu_type() : nullptr;
    default: return nullptr;
  }
}

x2::Pdu masked(const x2::Pdu& pdu) {
  auto copy = pdu;
  mask_in(copy.payload, secrets_in_payload(pdu));
  for (auto& one : copy.attributes) mask_in(one.contents, schema::secrets_in(schema::Secrecy::sip, one.contents));
  return copy;
}

bool was_masked(const x2::Pdu& pdu) {
  if (hidden(pdu.payload, secrets_in_payload(pdu))) return true;
  return std::any_of(pdu.attributes.begin(), pdu.attributes.end(),
                     [](const auto& one) { return hidden(one.contents, schema::secrets_in(schema::Secrecy::sip, one.contents)); });
}

}  // namespace li::capture
