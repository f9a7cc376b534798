// The builder's second half: everything that is wrong, or the octets.
#include <algorithm>

#include "hi2/builder.hpp"
#include "hi2/fields_impl.hpp"
#include "hi2/rules_impl.hpp"
#include "hi2/validate.hpp"
#include "schema/value.hpp"
#include "schema/writer.hpp"

namespace li::hi2 {
namespace {

using schema::Member;
using schema::Severity;

// Domain identifiers of release 16 version-1, as content octets.
constexpr std::uint8_t kUmtsDomain[] = {0x04, 0x00, 0x02, 0x02, 0x04, 0x01, 0x10, 0x01};
constexpr std::uint8_t kEpsDomain[] = {0x04, 0x00, 0x02, 0x02, 0x04, 0x08, 0x10, 0x01};

// Members inside the members of IRI-Parameters, looked up once a module.
struct Inner {
  explicit Inner(Module module) {
    const auto& fields = fields_of(module);
    const auto& stamp = *fields.time_stamp->type;
    utc_time = stamp.find("utcTime");
    local_time = stamp.find("localTime");
    generalized_time = local_time->type->find("generalizedTime");
    winter_summer = local_time->type->find("winterSummerIndication");
    const auto& party = *fields.party_information->type->item().type;
    party_qualifier = party.find("party-Qualifier");
    party_identity = party.find("partyIdentity");
    imei = party_identity->type->find("imei");
    imsi = party_identity->type->find("imsi");
    msisdn = party_identity->type->find("msISDN");
    sip_uri = party_identity->type->find("sip-uri");
    tel_uri = party_identity->type->find("tel-uri");
    operator_identifier = fields.network_identifier->type->find("operator-Identifier");
    network_element = fields.network_identifier->type->find("network-Element-Identifier");
    dns_format = network_element->type->find("dNS-Format");
    const auto& correlation = *fields.correlation->type;
    iri_to_cc = correlation.find("iri-to-CC");
    iri_to_iri = correlation.find("iri-to-iri");
    both = correlation.find("both-IRI-CC");
    both_iri = both->type->find("iri-IRI");
    both_cc = both->type->find("iri-CC");
    cc = iri_to_cc->type->find("cc");
    const auto& key = *fields.media_decryption_info->type->item().type;
    cccsid = key.find("cCCSID");
    dec_key = key.find("cCDecKey");
    salt = key.find("cCSalt");
  }
  const Member *utc_time, *local_time, *generalized_time, *winter_summer, *party_qualifier, *party_identity, *imei, *imsi, *msisdn,
      *sip_uri, *tel_uri, *operator_identifier, *network_element, *dns_format, *iri_to_cc, *iri_to_iri, *both, *both_iri, *both_cc, *cc,
      *cccsid, *dec_key, *salt;
};

const Inner& inner_of(Module module) {
  static const Inner kUmts(Module::umts);
  static const Inner kEps(Module::eps);
  return module == Module::umts ? kUmts : kEps;
}

IriBuilder::Problems errors_of(ByteView octets, Module module) {
  auto findings = validate(octets, module);
  std::erase_if(findings, [](const auto& finding) { return finding.severity != Severity::error; });
  return findings;
}

bool fits_correlation_number(std::size_t octets) { return octets >= 8 && octets <= 20; }

}  // namespace

class IriBuilder::Encoder {
 public:
  explicit Encoder(const IriBuilder& from)
      : from_(from), fields_(fields_of(from.module_)), in_(inner_of(from.module_)), out_(content_type(from.module_)) {}

  Result<RecordBytes> run() {
    out_.reserve(256 + (from_.sip_message_ ? from_.sip_message_->size() : 0));
    out_.begin();
    out_.member(content_type(from_.module_).members[static_cast<std::size_t>(from_.type_) - 1]);
    out_.begin();
    out_.member(*fields_.domain_id, from_.module_ == Module::umts ? ByteView(kUmtsDomain) : ByteView(kEpsDomain));
    if (fields_.iri_version != nullptr) number(*fields_.iri_version, 8);  // lastVersion, whatever the release
    out_.member(*fields_.liid, *from_.liid_);
    time_stamp();
    if (from_.initiator_) number(*fields_.initiator, static_cast<std::int64_t>(*from_.initiator_));
    parties();
    if (from_.correlation_number_ && fits_correlation_number(from_.correlation_number_->size()))
      out_.member(*fields_.correlation_number, *from_.correlation_number_);
    network_identifier();
    if (const auto event = from_.event_ ? from_.event_ : from_.implied_event_)
      number(*fields_.ims_event, static_cast<std::int64_t>(*event));
    put(fields_.sip_message, from_.sip_message_);
    correlation();
    keys();
    put(fields_.sip_message_header_offer, from_.offer_header_);
    put(fields_.sip_message_header_answer, from_.answer_header_);
    put(fields_.sdp_offer, from_.sdp_offer_);
    put(fields_.sdp_answer, from_.sdp_answer_);
    if (from_.failure_) number(*fields_.media_sec_failure_indication, 0);
    put(fields_.xcap_message, from_.xcap_message_);
    put(fields_.cc_unavailable_reason, from_.cc_unavailable_reason_);
    for (const auto& extra : from_.extras_) out_.member(extra.name), out_.content(extra.content);
    out_.end();
    out_.end();
    return out_.finish();
  }

 private:
  void number(const Member& member, std::int64_t value) {
    const auto octet = static_cast<std::uint8_t>(value);
    if (value >= 0 && value < 0x80) out_.member(member, ByteView(&octet, 1));
    else out_.member(member, schema::number_content(value));
  }

  void put(const Member* member, const std::optional<RecordBytes>& octets) {
    if (octets) out_.member(*member, ByteView(*octets));
  }
  void put(const Member* member, const std::optional<std::string>& octets) {
    if (octets) out_.member(*member, *octets);
  }

  void time_stamp() {
    const auto& stamp = *from_.time_stamp_;
    out_.member(*fields_.time_stamp);
    out_.begin();
    if (stamp.is_utc) {
      out_.member(*in_.utc_time, stamp.text);
    } else {
      out_.member(*in_.local_time);
      out_.begin();
      out_.member(*in_.generalized_time, stamp.text);
      number(*in_.winter_summer, static_cast<std::int64_t>(stamp.winter_summer));
      out_.end();
    }
    out_.end();
  }

  void parties() {
    constexpr std::int64_t kTarget = 3;
    if (!from_.imei_ && !from_.imsi_ && !from_.msisdn_ && !from_.sip_uri_ && !from_.tel_uri_) return;
    out_.member(*fields_.party_information);
    out_.begin();
    out_.item();
    out_.begin();
    number(*in_.party_qualifier, kTarget);
    out_.member(*in_.party_identity);
    out_.begin();
    put(in_.imei, from_.imei_);
    put(in_.imsi, from_.imsi_);
    put(in_.msisdn, from_.msisdn_);
    put(in_.sip_uri, from_.sip_uri_);
    put(in_.tel_uri, from_.tel_uri_);
    out_.end();
    out_.end();
    out_.end();
  }

  void network_identifier() {
    if (!from_.operator_identifier_) return;
    out_.member(*fields_.network_identifier);
    out_.begin();
    out_.member(*in_.operator_identifier, *from_.operator_identifier_);
    if (from_.network_element_) {
      out_.member(*in_.network_element);
      out_.begin();
      out_.member(*in_.dns_format, *from_.network_element_);
      out_.end();
    }
    out_.end();
  }

  void correlation() {
    const bool iri = from_.correlation_number_.has_value();
    const bool cc = !from_.cc_numbers_.empty();
    if (!iri && !cc) return;
    out_.member(*fields_.correlation);
    out_.begin();
    if (iri && cc) {
      out_.member(*in_.both);
      out_.begin();
      cc_numbers(*in_.both_cc);
      out_.member(*in_.both_iri, *from_.correlation_number_);
      out_.end();
    } else if (iri) {
      out_.member(*in_.iri_to_iri, *from_.correlation_number_);
    } else {
      cc_numbers(*in_.iri_to_cc);
    }
    out_.end();
  }

  void cc_numbers(const Member& member) {
    out_.member(member);
    out_.begin();
    out_.member(*in_.cc);
    out_.begin();
    for (const auto& number : from_.cc_numbers_) out_.item(), out_.content(number);
    out_.end();
    out_.end();
  }

  void keys() {
    if (from_.keys_.empty()) return;
    out_.member(*fields_.media_decryption_info);
    out_.begin();
    for (const auto& key : from_.keys_) {
      out_.item();
      out_.begin();
      out_.member(*in_.cccsid, key.cccsid);
      out_.member(*in_.dec_key, key.cc_dec_key.reveal());
      if (key.cc_salt) out_.member(*in_.salt, key.cc_salt->reveal());
      out_.end();
    }
    out_.end();
  }

  const IriBuilder& from_;
  const Fields& fields_;
  const Inner& in_;
  schema::Writer out_;
};

// Everything that can be said before a single octet is written. What validate() warns of between members is refused here, but for a
// failure beside keys, which a partial answer of the KMS gives.
void IriBuilder::check(Problems& problems) const {
  const auto add = [&](std::string_view member, std::string text, std::string clause) {
    problems.push_back(
        {Severity::error, std::string(alternative_name(type_)) + "." + std::string(member), 0, std::move(text), std::move(clause)});
  };
  if (!liid_) {
    add("lawfulInterceptionIdentifier", "missing", "TS 101 671 D.5, LawfulInterceptionIdentifier");
  } else if (liid_->empty() || liid_->size() > 25) {
    add("lawfulInterceptionIdentifier", std::to_string(liid_->size()) + " octets, allowed 1..25",
        "TS 101 671 D.5, LawfulInterceptionIdentifier");
  }
  if (!time_stamp_) add("timeStamp", "missing", "TS 33.108 B.3, B.9, IRI-Parameters");
  else if (!(time_stamp_->is_utc ? is_utc_time(time_stamp_->text) : is_generalized_time(time_stamp_->text)))
    add("timeStamp", "not a time", "X.680 46, 47");
  const auto season = time_stamp_ ? static_cast<std::int64_t>(time_stamp_->winter_summer) : 0;
  if (season < 0 || season > 2)
    add("timeStamp.localTime.winterSummerIndication", "value " + std::to_string(season) + " is not known",
        "TS 101 671 D.5, LocalTimeStamp");
  if (operator_identifier_ && (operator_identifier_->empty() || operator_identifier_->size() > 5)) {
    add("networkIdentifier.operator-Identifier", std::to_string(operator_identifier_->size()) + " octets, allowed 1..5",
        "TS 101 671 D.5, Network-Identifier");
  }
  if (network_element_ && !operator_identifier_)
    add("networkIdentifier.operator-Identifier", "missing beside the network element", "TS 101 671 D.5, Network-Identifier");
  if (network_element_ && (network_element_->empty() || network_element_->size() > 25)) {
    add("networkIdentifier.network-Element-Identifier.dNS-Format", std::to_string(network_element_->size()) + " octets, allowed 1..25",
        "TS 101 671 D.5, Network-Element-Identifier");
  }
  if (correlation_number_ && correlation_number_->empty()) add("correlation", "an empty correlation number", "TS 33.107 7A.7.2");
  const auto event = event_ ? event_ : implied_event_;
  if (event_ && *event_ != ImsEvent::sms_over_ims &&
      fields_of(Module::eps).ims_event->type->find_value(static_cast<std::int64_t>(*event)) == nullptr) {
    add("iMSevent", "value " + std::to_string(static_cast<std::int64_t>(*event)) + " is not in the enumeration",
        "TS 33.108 B.3, B.9, IMSevent");
  }
  if (initiator_ && fields_of(module_).initiator->type->find_value(static_cast<std::int64_t>(*initiator_)) == nullptr) {
    add("initiator", "value " + std::to_string(static_cast<std::int64_t>(*initiator_)) + " is not in the enumeration",
        "TS 33.108 B.3, B.9, IRI-Parameters");
  }
  const bool sip_event = event == ImsEvent::unfiltered_sip_message || event == ImsEvent::sip_header_only;
  if (sip_event && !sip_message_) add("sIPMessage", "missing in a SIP event", "TS 101 671 H.1.3");
  if (sip_message_ && sip_message_->empty()) add("sIPMessage", "an empty SIP message", "TS 101 671 H.1.3");

  Outline outline;
  outline.module = module_;
  outline.type = type_;
  if (event) outline.event = static_cast<std::int64_t>(*event);
  outline.network_identifier = operator_identifier_ || network_element_;
  outline.correlation = correlation_number_.has_value() || !cc_numbers_.empty();
  for (std::size_t i = 0; i < keys_.size(); ++i) outline.key(i, keys_[i].cccsid.size(), keys_[i].cc_dec_key.size());
  outline.media_sec_failure = failure_ && !outline.media_decryption_info;
  outline.offer_or_answer = offer_header_ || answer_header_ || sdp_offer_ || sdp_answer_;
  outline.xcap_message = xcap_message_.has_value();
  outline.cc_unavailable_reason = cc_unavailable_reason_.has_value();
  const bool party = imei_ || imsi_ || msisdn_ || sip_uri_ || tel_uri_;
  outline.any_optional = event || sip_message_ || party || initiator_ || operator_identifier_ || outline.correlation || keys_given_ ||
                         failure_ || outline.offer_or_answer || xcap_message_ || cc_unavailable_reason_ || !extras_.empty();
  apply_rules(outline, problems);
}

tl::expected<RecordBytes, IriBuilder::Problems> IriBuilder::encode() const {
  auto problems = problems_;
  check(problems);
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  auto octets = Encoder(*this).run();
  if (octets) {
    if (!extras_.empty()) problems = errors_of(*octets, module_);  // members given by name have passed no rule yet
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return std::move(*octets);
  }
  const auto& error = octets.error();
  return tl::unexpected(Problems{{Severity::error, error.path, 0, error.text, error.clause}});
}

tl::expected<IriRecord, IriBuilder::Problems> IriBuilder::build() const {
  const auto octets = encode();
  if (!octets) return tl::unexpected(octets.error());
  auto record = decode(*octets, module_);
  if (record) return std::move(*record);
  const auto& error = record.error();
  return tl::unexpected(Problems{{Severity::error, error.path, error.offset.value_or(0), error.text, error.clause}});
}

}  // namespace li::hi2
