// The typed accessors of IriRecord.
#include "hi2/record.hpp"

#include "hi2/fields_impl.hpp"
#include "schema/value.hpp"

namespace li::hi2 {
namespace {

using schema::Kind;

Fields look_up(Module module) {
  const auto& type = parameters_type(module);
  const auto find = [&](std::string_view umts, std::string_view eps = {}) {
    return type.find(module == Module::eps && !eps.empty() ? eps : umts);
  };
  return {find("hi2DomainId", "hi2epsDomainId"),
          find("iRIversion"),
          find("lawfulInterceptionIdentifier"),
          find("timeStamp"),
          find("initiator"),
          find("partyInformation"),
          find("gPRSCorrelationNumber", "ePSCorrelationNumber"),
          find("networkIdentifier"),
          find("iMSevent"),
          find("sIPMessage"),
          find("correlation"),
          find("mediaDecryption-info"),
          find("sipMessageHeaderOffer"),
          find("sipMessageHeaderAnswer"),
          find("sdpOffer"),
          find("sdpAnswer"),
          find("mediaSecFailureIndication"),
          find("xCAPmessage"),
          find("ccUnavailableReason")};
}

// TBCD (TS 29.002): two digits an octet, the first in the low half, F as filler.
std::optional<std::string> tbcd_digits(ByteView octets) {
  std::string digits;
  for (const auto octet : octets) {
    for (const int half : {octet & 0x0F, octet >> 4}) {
      if (half == 0x0F) continue;
      if (half > 9) return {};
      digits += static_cast<char>('0' + half);
    }
  }
  return digits;
}

// AddressString (TS 29.002): a nature octet, then TBCD; an international number gets its plus sign.
std::optional<std::string> address_digits(ByteView octets) {
  if (octets.empty()) return {};
  const auto digits = tbcd_digits(octets.subspan(1));
  if (!digits) return {};
  const bool international = (octets[0] & 0x70) == 0x10;
  return international ? "+" + *digits : *digits;
}

std::string text_of(ByteView octets) { return std::string(as_text(octets)); }

}  // namespace

const Fields& fields_of(Module module) {
  static const Fields kUmts = look_up(Module::umts);
  static const Fields kEps = look_up(Module::eps);
  return module == Module::umts ? kUmts : kEps;
}

std::string_view to_string(RecordType type) {
  switch (type) {
    case RecordType::begin: return "BEGIN";
    case RecordType::end: return "END";
    case RecordType::continue_: return "CONTINUE";
    case RecordType::report: return "REPORT";
  }
  return "";
}

std::optional<CalendarTime> TimeStamp::calendar() const { return is_utc ? parse_utc_time(text) : parse_generalized_time(text); }

std::string Value::text() const {
  std::string out;
  if (!schema::is_constructed(type->kind)) schema::append_value(out, *type, octets);
  return out;
}

std::optional<std::int64_t> Value::number() const {
  if (type->kind != Kind::integer && type->kind != Kind::enumerated) return {};
  std::int64_t value = !octets.empty() && (octets[0] & 0x80) != 0 ? -1 : 0;
  if (octets.size() > 8) return {};
  for (const auto octet : octets) value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 8 | octet);
  return value;
}

std::optional<ByteView> IriRecord::octets_of(const schema::Member* member) const {
  const auto* entry = field(member);
  return entry != nullptr ? std::optional(content(*entry)) : std::nullopt;
}

std::optional<std::int64_t> IriRecord::number_of(const schema::Member* member) const {
  const auto* entry = field(member);
  return entry != nullptr ? Value{entry->type(), content(*entry), entry->offset}.number() : std::nullopt;
}

std::string IriRecord::domain_id() const { return schema::oid_text(*octets_of(fields().domain_id)); }
ByteView IriRecord::lawful_interception_identifier() const { return *octets_of(fields().liid); }

TimeStamp IriRecord::time_stamp() const {
  const auto& stamp = *field(fields().time_stamp);
  if (const auto* utc = child(stamp, "utcTime")) return {true, text_of(content(*utc)), WinterSummer::not_provided};
  const auto& local = *child(stamp, "localTime");
  const auto& season = *child(local, "winterSummerIndication");
  const auto value = Value{season.type(), content(season), 0}.number().value_or(0);
  return {false, text_of(content(*child(local, "generalizedTime"))), static_cast<WinterSummer>(value)};
}

std::optional<Initiator> IriRecord::initiator() const {
  const auto value = number_of(fields().initiator);
  return value ? std::optional(static_cast<Initiator>(*value)) : std::nullopt;
}

std::vector<Party> IriRecord::party_information() const {
  std::vector<Party> parties;
  const auto* list = field(fields().party_information);
  if (list == nullptr) return parties;
  for (auto i = static_cast<std::size_t>(list - entries_.data()) + 1; i < list->end; i = entries_[i].end) {
    auto& party = parties.emplace_back();
    const auto* identity = child(entries_[i], "partyIdentity");
    if (identity == nullptr) continue;
    if (const auto* uri = child(*identity, "sip-uri")) party.sip_uri = text_of(content(*uri));
    if (const auto* uri = child(*identity, "tel-uri")) party.tel_uri = text_of(content(*uri));
    if (const auto* imei = child(*identity, "imei")) party.imei = tbcd_digits(content(*imei));
    if (const auto* imsi = child(*identity, "imsi")) party.imsi = tbcd_digits(content(*imsi));
    if (const auto* msisdn = child(*identity, "msISDN")) party.msisdn = address_digits(content(*msisdn));
  }
  return parties;
}

std::optional<NetworkIdentifier> IriRecord::network_identifier() const {
  const auto* network = field(fields().network_identifier);
  if (network == nullptr) return {};
  NetworkIdentifier result{text_of(content(*child(*network, "operator-Identifier"))), {}};
  if (const auto* element = child(*network, "network-Element-Identifier"); element != nullptr) {
    for (auto i = static_cast<std::size_t>(element - entries_.data()) + 1; i < element->end; ++i) {  // the first string in it
      if (entries_[i].type() == nullptr || !schema::is_string(entries_[i].type()->kind)) continue;
      result.network_element = text_of(content(entries_[i]));
      break;
    }
  }
  return result;
}

std::optional<ImsEvent> IriRecord::ims_event() const {
  const auto value = number_of(fields().ims_event);
  return value ? std::optional(static_cast<ImsEvent>(*value)) : std::nullopt;
}

std::optional<std::string_view> IriRecord::ims_event_name() const {
  const auto value = number_of(fields().ims_event);
  const auto* known = value ? fields().ims_event->type->find_value(*value) : nullptr;
  return known != nullptr ? std::optional(known->name) : std::nullopt;
}

std::optional<Correlation> IriRecord::correlation() const {
  const auto* entry = field(fields().correlation);
  if (entry == nullptr) return {};
  Correlation result;
  const auto read_cc = [&](const Entry& to_cc) {
    if (const auto* list = child(to_cc, "cc")) {
      for (auto i = static_cast<std::size_t>(list - entries_.data()) + 1; i < list->end; ++i)
        result.cc.push_back(to_bytes(content(entries_[i])));
    }
    if (const auto* iri = child(to_cc, "iri")) result.iri = to_bytes(content(*iri));
  };
  if (const auto* to_iri = child(*entry, "iri-to-iri")) result.iri_to_iri = to_bytes(content(*to_iri));
  if (const auto* to_cc = child(*entry, "iri-to-CC")) read_cc(*to_cc);
  if (const auto* both = child(*entry, "both-IRI-CC")) {
    if (const auto* to_iri = child(*both, "iri-IRI")) result.iri_to_iri = to_bytes(content(*to_iri));
    if (const auto* to_cc = child(*both, "iri-CC")) read_cc(*to_cc);
  }
  return result;
}

std::vector<CCKeyInfo> IriRecord::media_decryption_info() const {
  std::vector<CCKeyInfo> keys;
  const auto* list = field(fields().media_decryption_info);
  if (list == nullptr) return keys;
  for (auto i = static_cast<std::size_t>(list - entries_.data()) + 1; i < list->end; i = entries_[i].end) {
    auto& key = keys.emplace_back();
    key.cccsid = to_bytes(content(*child(entries_[i], "cCCSID")));
    key.cc_dec_key = SecretBytes(content(*child(entries_[i], "cCDecKey")));
    if (const auto* salt = child(entries_[i], "cCSalt")) key.cc_salt = SecretBytes(content(*salt));
  }
  return keys;
}

bool IriRecord::has_media_decryption_info() const { return field(fields().media_decryption_info) != nullptr; }
std::optional<ByteView> IriRecord::sip_message() const { return octets_of(fields().sip_message); }
std::optional<ByteView> IriRecord::correlation_number() const { return octets_of(fields().correlation_number); }
std::optional<std::int64_t> IriRecord::media_sec_failure_indication() const { return number_of(fields().media_sec_failure_indication); }
std::optional<ByteView> IriRecord::sip_message_header_offer() const { return octets_of(fields().sip_message_header_offer); }
std::optional<ByteView> IriRecord::sip_message_header_answer() const { return octets_of(fields().sip_message_header_answer); }
std::optional<ByteView> IriRecord::sdp_offer() const { return octets_of(fields().sdp_offer); }
std::optional<ByteView> IriRecord::sdp_answer() const { return octets_of(fields().sdp_answer); }
std::optional<ByteView> IriRecord::xcap_message() const { return octets_of(fields().xcap_message); }

std::optional<std::string_view> IriRecord::cc_unavailable_reason() const {
  const auto octets = octets_of(fields().cc_unavailable_reason);
  return octets ? std::optional(as_text(*octets)) : std::nullopt;
}

}  // namespace li::hi2
