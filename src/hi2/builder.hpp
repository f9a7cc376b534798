// hi2/builder.hpp: IRI records from plain values. What comes out may be sent.
//
// Source:  TS 33.108 Annex B.3, B.9 for the members, TS 33.107 clauses 7A.3 and 7A.7.2 and TS 101 671 Annex H for what a
//          record must hold; TS 29.002 for the coding of IMEI, IMSI and MSISDN.
// Units:   identities as people write them; keys and numbers as octets; times as time points.
// Errors:  build() gives the record or everything that is wrong with it, each with path and clause. Setters never fail.
// Owns:    the builder owns copies of what it was given. Keys move in and are wiped with it.
#pragma once

#include "hi2/record.hpp"

namespace li::hi2 {

/// The clock at the place of interception: the host's time zone is never asked.
struct LocalClock {
  std::chrono::minutes east_of_utc{0};
  WinterSummer winter_summer = WinterSummer::winter_time;
};

class IriBuilder {
 public:
  /// Everything that is wrong; never empty.
  using Problems = std::vector<schema::Finding>;

  [[nodiscard]] static IriBuilder begin(Module module) { return IriBuilder(module, RecordType::begin); }
  [[nodiscard]] static IriBuilder end(Module module) { return IriBuilder(module, RecordType::end); }
  [[nodiscard]] static IriBuilder continue_(Module module) { return IriBuilder(module, RecordType::continue_); }
  [[nodiscard]] static IriBuilder report(Module module) { return IriBuilder(module, RecordType::report); }

  IriBuilder& lawful_interception_identifier(std::string_view liid);
  IriBuilder& lawful_interception_identifier(ByteView liid);

  /// Local time with milliseconds and its season.
  IriBuilder& time_stamp(TimePoint time, LocalClock clock);
  /// UTC, to the second, which is all that UTCTime can say.
  IriBuilder& utc_time_stamp(TimePoint time);
  /// The characters of a time stamp received elsewhere.
  IriBuilder& time_stamp(TimeStamp stamp);

  IriBuilder& initiator(Initiator initiator);

  /// Identities of the target, all in one PartyInformation.
  IriBuilder& observed_sip_uri(std::string_view uri);    ///< sip: or sips:
  IriBuilder& observed_tel_uri(std::string_view uri);    ///< tel:
  IriBuilder& observed_imei(std::string_view digits);    ///< 15 or 16
  IriBuilder& observed_imsi(std::string_view digits);    ///< 6 to 15
  IriBuilder& observed_msisdn(std::string_view digits);  ///< international, with or without the plus; up to 16

  IriBuilder& network_identifier(std::string_view operator_identifier);
  IriBuilder& network_element_dns(std::string_view name);

  /// Ties the record to its session: correlation iri-to-iri and, when it has 8 to 20 octets, the correlation number [18].
  IriBuilder& correlation_number(ByteView number);
  /// Numbers of the contents of communication: makes correlation iri-to-CC, or both-IRI-CC with correlation_number().
  IriBuilder& correlation_to_cc(std::vector<Bytes> numbers);

  /// Without it the event follows from what is given: keys or failure first, else what was given last.
  IriBuilder& ims_event(ImsEvent event);
  IriBuilder& sip_message(std::string_view message);  ///< and unfilteredSIPmessage, unless ims_event() says otherwise
  IriBuilder& sip_message(ByteView message);

  IriBuilder& media_decryption_info(std::vector<CCKeyInfo> keys);  ///< and decryptionKeysAvailable, likewise
  IriBuilder& media_sec_failure_indication();                      ///< likewise

  /// Of a running session, and startOfInterceptionForIMSEstablishedSession likewise.
  IriBuilder& sip_message_header_offer(std::string_view header);
  IriBuilder& sip_message_header_answer(std::string_view header);
  IriBuilder& sdp_offer(std::string_view sdp);
  IriBuilder& sdp_answer(std::string_view sdp);

  IriBuilder& xcap_message(std::string_view message);
  IriBuilder& cc_unavailable_reason(std::string_view reason);

  /// Any other member of IRI-Parameters with a simple value, by its content octets. The record is validated as a whole then.
  IriBuilder& member(std::string_view name, ByteView content);

  /// The record's octets, or everything that is wrong.
  [[nodiscard]] tl::expected<RecordBytes, Problems> encode() const;
  /// The same as a record.
  [[nodiscard]] tl::expected<IriRecord, Problems> build() const;

  /// Moves only: it may hold keys.
  IriBuilder(IriBuilder&&) noexcept = default;
  IriBuilder& operator=(IriBuilder&&) noexcept = default;
  IriBuilder(const IriBuilder&) = delete;
  IriBuilder& operator=(const IriBuilder&) = delete;

 private:
  IriBuilder(Module module, RecordType type) : module_(module), type_(type) {}

  class Encoder;
  struct Extra {
    std::string name;
    RecordBytes content;
  };
  void wrong(std::string_view member, std::string text, std::string clause);
  void right(std::string_view member);
  IriBuilder& event_unless_said(ImsEvent event);
  void check(Problems& problems) const;

  Module module_;
  RecordType type_;
  Problems problems_;                // noted by the setters
  std::optional<std::string> liid_;  // octets: short ones need no memory of their own
  std::optional<TimeStamp> time_stamp_;
  std::optional<Initiator> initiator_;
  std::optional<std::string> sip_uri_, tel_uri_, imei_, imsi_, msisdn_;
  std::optional<std::string> operator_identifier_, network_element_;
  std::optional<std::string> correlation_number_;
  std::vector<Bytes> cc_numbers_;
  std::optional<ImsEvent> event_;
  std::optional<ImsEvent> implied_event_;
  std::optional<RecordBytes> sip_message_, offer_header_, answer_header_, sdp_offer_, sdp_answer_;
  std::vector<CCKeyInfo> keys_;
  bool keys_given_ = false;
  bool failure_ = false;
  std::optional<std::string> xcap_message_, cc_unavailable_reason_;
  std::vector<Extra> extras_;
};

/// One line a problem, for logs and messages.
[[nodiscard]] std::string to_string(const IriBuilder::Problems& problems);

}  // namespace li::hi2
