#include "hi2/builder.hpp"

#include <algorithm>

#include "hi2/rules_impl.hpp"

namespace li::hi2 {
namespace {

using schema::Severity;

bool has_scheme(std::string_view uri, std::string_view scheme) {
  return uri.size() > scheme.size() && std::equal(scheme.begin(), scheme.end(), uri.begin(),
                                                  [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b); });
}

bool is_one_word(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// TBCD (TS 29.002): two digits an octet, the first in the low half, F where the number is odd.
std::string tbcd(std::string_view digits) {
  std::string octets;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int low = digits[i] - '0';
    const int high = i + 1 < digits.size() ? digits[i + 1] - '0' : 0x0F;
    octets.push_back(static_cast<char>(high << 4 | low));
  }
  return octets;
}

}  // namespace

// A setter that is called again says anew what is wrong.
void IriBuilder::right(std::string_view member) {
  if (problems_.empty()) return;
  const auto path = std::string(alternative_name(type_)) + "." + std::string(member);
  std::erase_if(problems_, [&](const auto& problem) { return problem.path == path; });
}

void IriBuilder::wrong(std::string_view member, std::string text, std::string clause) {
  problems_.push_back(
      {Severity::error, std::string(alternative_name(type_)) + "." + std::string(member), 0, std::move(text), std::move(clause)});
}

// Keys or their failure make a key record whatever else stands in it.
IriBuilder& IriBuilder::event_unless_said(ImsEvent event) {
  if (implied_event_ != ImsEvent::decryption_keys_available) implied_event_ = event;
  return *this;
}

IriBuilder& IriBuilder::lawful_interception_identifier(ByteView liid) { return lawful_interception_identifier(as_text(liid)); }
IriBuilder& IriBuilder::lawful_interception_identifier(std::string_view liid) {
  liid_ = liid;
  return *this;
}

IriBuilder& IriBuilder::time_stamp(TimePoint time, LocalClock clock) {
  return time_stamp({false, to_generalized_local(time, clock.east_of_utc), clock.winter_summer});
}
IriBuilder& IriBuilder::utc_time_stamp(TimePoint time) {
  using namespace std::chrono;
  right("timeStamp");
  const auto year = year_month_day(floor<days>(time)).year();
  if (year < std::chrono::year(1950) || year > std::chrono::year(2049))
    wrong("timeStamp", "UTCTime has two digits for the year: 1950 to 2049", "X.680 47");
  return time_stamp({true, to_utc_time(time), WinterSummer::not_provided});
}
IriBuilder& IriBuilder::time_stamp(TimeStamp stamp) {
  time_stamp_ = std::move(stamp);
  return *this;
}

IriBuilder& IriBuilder::initiator(Initiator initiator) {
  initiator_ = initiator;
  return *this;
}

IriBuilder& IriBuilder::observed_sip_uri(std::string_view uri) {
  right("partyInformation[0].partyIdentity.sip-uri");
  if ((!has_scheme(uri, "sip:") && !has_scheme(uri, "sips:")) || !is_one_word(uri))
    wrong("partyInformation[0].partyIdentity.sip-uri", "not a SIP URI: it must start with sip: or sips:", "RFC 3261 19.1");
  sip_uri_ = uri;
  return *this;
}

IriBuilder& IriBuilder::observed_tel_uri(std::string_view uri) {
  right("partyInformation[0].partyIdentity.tel-uri");
  if (!has_scheme(uri, "tel:") || !is_one_word(uri))
    wrong("partyInformation[0].partyIdentity.tel-uri", "not a TEL URI: it must start with tel:", "RFC 3966");
  tel_uri_ = uri;
  return *this;
}

IriBuilder& IriBuilder::observed_imei(std::string_view digits) {
  right("partyInformation[0].partyIdentity.imei");
  if (!all_digits(digits) || digits.size() < 15 || digits.size() > 16) {
    wrong("partyInformation[0].partyIdentity.imei", "an IMEI has 15 digits, an IMEISV 16", "TS 23.003 6.2");
    return *this;
  }
  imei_ = tbcd(digits);
  return *this;
}

IriBuilder& IriBuilder::observed_imsi(std::string_view digits) {
  right("partyInformation[0].partyIdentity.imsi");
  if (!all_digits(digits) || digits.size() < 6 || digits.size() > 15) {
    wrong("partyInformation[0].partyIdentity.imsi", "an IMSI has 6 to 15 digits", "TS 23.003 2.2");
    return *this;
  }
  imsi_ = tbcd(digits);
  return *this;
}

IriBuilder& IriBuilder::observed_msisdn(std::string_view digits) {
  right("partyInformation[0].partyIdentity.msISDN");
  constexpr char kInternationalE164 = '\x91';  // TS 29.002, AddressString: no extension, international, ISDN
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (!all_digits(digits) || digits.empty() || digits.size() > 16) {
    wrong("partyInformation[0].partyIdentity.msISDN", "an MSISDN has up to 16 digits", "TS 29.002, AddressString");
    return *this;
  }
  msisdn_ = kInternationalE164 + tbcd(digits);
  return *this;
}

IriBuilder& IriBuilder::network_identifier(std::string_view operator_identifier) {
  operator_identifier_ = operator_identifier;
  return *this;
}
IriBuilder& IriBuilder::network_element_dns(std::string_view name) {
  network_element_ = name;
  return *this;
}

IriBuilder& IriBuilder::correlation_number(ByteView number) {
  correlation_number_ = as_text(number);
  return *this;
}
IriBuilder& IriBuilder::correlation_to_cc(std::vector<Bytes> numbers) {
  // SET OF: in the order of their encodings (X.690 11.6), which is that of length, then octets.
  std::ranges::sort(numbers, [](const Bytes& a, const Bytes& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; });
  cc_numbers_ = std::move(numbers);
  return *this;
}

IriBuilder& IriBuilder::ims_event(ImsEvent event) {
  event_ = event;
  return *this;
}

IriBuilder& IriBuilder::sip_message(std::string_view message) {
  sip_message_ = to_record_bytes(as_bytes(message));
  return event_unless_said(ImsEvent::unfiltered_sip_message);
}
IriBuilder& IriBuilder::sip_message(ByteView message) { return sip_message(as_text(message)); }

IriBuilder& IriBuilder::media_decryption_info(std::vector<CCKeyInfo> keys) {
  keys_ = std::move(keys);
  keys_given_ = true;
  return event_unless_said(ImsEvent::decryption_keys_available);
}
IriBuilder& IriBuilder::media_sec_failure_indication() {
  failure_ = true;
  return event_unless_said(ImsEvent::decryption_keys_available);
}

IriBuilder& IriBuilder::sip_message_header_offer(std::string_view header) {
  offer_header_ = to_record_bytes(as_bytes(header));
  return event_unless_said(ImsEvent::start_of_interception_for_ims_established_session);
}
IriBuilder& IriBuilder::sip_message_header_answer(std::string_view header) {
  answer_header_ = to_record_bytes(as_bytes(header));
  return event_unless_said(ImsEvent::start_of_interception_for_ims_established_session);
}
IriBuilder& IriBuilder::sdp_offer(std::string_view sdp) {
  sdp_offer_ = to_record_bytes(as_bytes(sdp));
  return event_unless_said(ImsEvent::start_of_interception_for_ims_established_session);
}
IriBuilder& IriBuilder::sdp_answer(std::string_view sdp) {
  sdp_answer_ = to_record_bytes(as_bytes(sdp));
  return event_unless_said(ImsEvent::start_of_interception_for_ims_established_session);
}

IriBuilder& IriBuilder::xcap_message(std::string_view message) {
  xcap_message_ = message;
  return *this;
}
IriBuilder& IriBuilder::cc_unavailable_reason(std::string_view reason) {
  cc_unavailable_reason_ = reason;
  return event_unless_said(ImsEvent::cc_unavailable);
}

IriBuilder& IriBuilder::member(std::string_view name, ByteView content) {
  extras_.push_back({std::string(name), to_record_bytes(content)});
  return *this;
}

std::string to_string(const IriBuilder::Problems& problems) {
  std::string text;
  for (const auto& problem : problems)
    text += (text.empty() ? "" : "\n") + Error{ErrorKind::out_of_range, problem.text, {}, problem.path, problem.clause}.message();
  return text;
}

}  // namespace li::hi2
