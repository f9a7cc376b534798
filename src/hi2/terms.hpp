// hi2/terms.hpp: the words of an IMS IRI record as plain values.
//
// Source:  TS 33.108 Annex B.3 and B.9 (IRI-Parameters), TS 101 671 Annex D.5 (TimeStamp, Network-Identifier).
// Units:   octets as the standard codes them; times as written.
// Errors:  none.
// Owns:    each struct owns its data; keys are SecretBytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace li::hi2 {

enum class RecordType : std::uint8_t { begin = 1, end = 2, continue_ = 3, report = 4 };
[[nodiscard]] std::string_view to_string(RecordType type);  ///< "BEGIN", "END", "CONTINUE", "REPORT"

/// IMSevent; a value of a later release keeps its number.
enum class ImsEvent : std::int64_t {
  unfiltered_sip_message = 1,
  sip_header_only = 2,
  decryption_keys_available = 3,
  start_of_interception_for_ims_established_session = 4,
  xcap_request = 5,
  xcap_response = 6,
  cc_unavailable = 7,
  sms_over_ims = 8,  ///< this and the following: EpsHI2Operations only
  serving_system = 9,
  subscriber_record_change = 10,
  registration_termination = 11,
  location_information_request = 12,
};

enum class Initiator : std::int64_t { not_available = 0, originating_target = 1, terminating_target = 2 };

enum class WinterSummer : std::int64_t { not_provided = 0, winter_time = 1, summer_time = 2 };

/// TimeStamp: local time with its season, or UTC. The characters are those of the record.
struct TimeStamp {
  bool is_utc = false;
  std::string text;                                         ///< GeneralizedTime or UTCTime
  WinterSummer winter_summer = WinterSummer::not_provided;  ///< of local time
  [[nodiscard]] std::optional<CalendarTime> calendar() const;
};

struct NetworkIdentifier {
  std::string operator_identifier;             ///< 1..5 octets, ASCII
  std::optional<std::string> network_element;  ///< dNS-Format, e164-Format ..., or the text or octets of an IP address
};

/// PartyInformation: the identities of one party. Numbers are digits; octets of the record that are no digits stay out.
struct Party {
  std::optional<std::string> sip_uri;
  std::optional<std::string> tel_uri;
  std::optional<std::string> imei;
  std::optional<std::string> imsi;
  std::optional<std::string> msisdn;
};

/// CCKeyInfo: one key of one crypto session.
struct CCKeyInfo {
  Bytes cccsid;            ///< the CS ID of the MIKEY-TICKET exchange
  SecretBytes cc_dec_key;  ///< session key
  std::optional<SecretBytes> cc_salt;
};

/// CorrelationValues.
struct Correlation {
  std::optional<Bytes> iri_to_iri;
  std::vector<Bytes> cc;     ///< numbers of the contents of communication
  std::optional<Bytes> iri;  ///< of iri-to-CC: signalling carried with the content
};

}  // namespace li::hi2
