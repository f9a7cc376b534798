#include <algorithm>

#include "hi2/rules_impl.hpp"

namespace li::hi2 {
namespace {

using schema::Finding;
using schema::Severity;

class Rules {
 public:
  Rules(const Outline& outline, std::vector<Finding>& findings) : outline_(outline), findings_(findings) {}

  void record_type() {
    if (outline_.type != RecordType::end && !outline_.any_optional) {
      add(Severity::error, "", std::string(to_string(outline_.type)) + " record without any optional parameter",
          "TS 33.108 B.3, UmtsIRIContent; B.9, EpsIRIContent");
    }
  }

  void ims_record() {
    if (!outline_.event) return;
    if (outline_.type != RecordType::report) {
      add(Severity::warning, "iMSevent",
          "an IMS event in a " + std::string(to_string(outline_.type)) + " record; IMS events are REPORT records", "TS 101 671 H.1.1");
    }
    if (!outline_.network_identifier)
      add(Severity::warning, "networkIdentifier", "missing; the network identifier is mandatory for IMS events", "TS 101 671 H.1.2");
  }

  void key_record() {
    if (outline_.event != static_cast<std::int64_t>(ImsEvent::decryption_keys_available)) return;
    if (!outline_.media_decryption_info && !outline_.media_sec_failure) {
      add(Severity::error, "iMSevent", "decryptionKeysAvailable with neither mediaDecryption-info nor mediaSecFailureIndication",
          "TS 33.107 7A.7.2");
    }
    if (outline_.media_decryption_info && outline_.media_sec_failure) {
      add(Severity::warning, "mediaSecFailureIndication",
          "beside keys: the failure concerns other crypto sessions, or one of the two is wrong", "TS 33.107 7A.7.2");
    }
    if (!outline_.correlation) {
      add(Severity::error, "correlation", "missing; keys must be tied to their session by correlation or the correlation number",
          "TS 33.107 7A.7.2");
    }
  }

  void other_events() {
    const auto event = static_cast<ImsEvent>(outline_.event.value_or(0));
    if (event == ImsEvent::start_of_interception_for_ims_established_session && !outline_.offer_or_answer) {
      add(Severity::warning, "iMSevent", "start of interception without header or SDP of offer or answer", "TS 33.107 7A.3.1");
    }
    if ((event == ImsEvent::xcap_request || event == ImsEvent::xcap_response) && !outline_.xcap_message) {
      add(Severity::warning, "xCAPmessage", "missing in an XCAP event", "TS 33.108 B.3, xCAPmessage");
    }
    if (event == ImsEvent::cc_unavailable && !outline_.cc_unavailable_reason) {
      add(Severity::warning, "ccUnavailableReason", "missing in a ccUnavailable event", "TS 33.107 15.2.4");
    }
    const auto value = outline_.event.value_or(0);
    if (outline_.module == Module::umts && value >= static_cast<std::int64_t>(ImsEvent::sms_over_ims) &&
        value <= static_cast<std::int64_t>(ImsEvent::location_information_request)) {
      add(Severity::error, "iMSevent", "value " + std::to_string(value) + " exists in EpsHI2Operations only", "TS 33.108 B.9, IMSevent");
    }
  }

  void keys() {
    for (const auto& key : outline_.bad_keys) {
      const auto item = "mediaDecryption-info[" + std::to_string(key.index) + "].";
      if (key.no_cccsid)
        add(Severity::error, item + "cCCSID", "empty; it must name the crypto session", "TS 33.108 B.3, CCKeyInfo; RFC 6043");
      if (key.no_key) add(Severity::error, item + "cCDecKey", "an empty key", "TS 33.108 B.3, CCKeyInfo");
    }
  }

 private:
  void add(Severity severity, const std::string& member, std::string text, std::string clause) {
    auto path = std::string(alternative_name(outline_.type));
    if (!member.empty()) path += "." + member;
    findings_.push_back({severity, std::move(path), 0, std::move(text), std::move(clause)});
  }

  const Outline& outline_;
  std::vector<Finding>& findings_;
};

}  // namespace

std::string_view alternative_name(RecordType type) {
  switch (type) {
    case RecordType::begin: return "iRI-Begin-record";
    case RecordType::end: return "iRI-End-record";
    case RecordType::continue_: return "iRI-Continue-record";
    case RecordType::report: return "iRI-Report-record";
  }
  return "";
}

void apply_rules(const Outline& outline, std::vector<Finding>& findings) {
  Rules rules(outline, findings);
  rules.record_type();
  rules.ims_record();
  rules.key_record();
  rules.other_events();
  rules.keys();
}

bool has_recommended_alphabet(ByteView liid) {
  return std::ranges::all_of(liid, [](auto c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

}  // namespace li::hi2
