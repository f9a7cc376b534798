#include "df2/records_impl.hpp"

#include <algorithm>

#include "df2/filter_impl.hpp"
#include "df2/rehead_impl.hpp"
#include "df2/uri_impl.hpp"

namespace li::df2 {
namespace {

bool is_clean(std::string_view uri) {
  return std::none_of(uri.begin(), uri.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
}

// The first of each kind counts.
class Observed {
 public:
  void add(std::string_view uri) {
    if (!is_clean(uri)) return;
    if (has_scheme(uri, "sip:") || has_scheme(uri, "sips:")) set(sip_, uri);
    if (has_scheme(uri, "tel:")) set(tel_, uri);
    set(imei_, imei_digits(uri));
  }
  [[nodiscard]] bool empty() const { return sip_.empty() && tel_.empty() && imei_.empty(); }
  void tell(hi2::IriBuilder& builder) const {
    if (!sip_.empty()) builder.observed_sip_uri(sip_);
    if (!tel_.empty()) builder.observed_tel_uri(tel_);
    if (!imei_.empty()) builder.observed_imei(imei_);
  }

 private:
  static void set(std::string& to, std::string_view value) {
    if (to.empty()) to = value;
  }
  std::string sip_, tel_, imei_;
};

bool names(const std::vector<std::string>& named, const std::string& target) {
  const auto imei = imei_digits(target);
  return std::any_of(named.begin(), named.end(),
                     [&](const auto& uri) { return imei.empty() ? same_user(uri, target) : imei_digits(uri) == imei; });
}

// What the network says it matched, and what the message itself names of the targets; all of the warrant when neither tells.
Observed observed(const Warrant& warrant, const Event* event) {
  Observed seen;
  if (event != nullptr) {
    for (const auto& uri : event->matched) {  // one of another warrant's, when they share the PDU, is none of this LEMF's business
      const auto is_own = [&](const auto& target) { return names({uri}, target); };
      if (std::any_of(warrant.targets.begin(), warrant.targets.end(), is_own)) seen.add(uri);
    }
    const auto named = event->sip.message ? named_in(*event->sip.message) : std::vector<std::string>{};
    for (const auto& target : warrant.targets) {
      if (names(named, target)) seen.add(target);
    }
  }
  if (seen.empty()) std::for_each(warrant.targets.begin(), warrant.targets.end(), [&](const auto& target) { seen.add(target); });
  return seen;
}

// Keys in SDP are for nobody who is not to decrypt.
bool hides_keys(const Warrant& warrant) { return warrant.network_decrypts || warrant.scope == Scope::iri_only; }

RecordBytes shown_sdp(const Warrant& warrant, ByteView sdp) {
  if (!hides_keys(warrant)) return to_record_bytes(sdp);
  if (warrant.scope == Scope::iri_only && !sip::parse_sdp(sdp)) return {};
  return sdp_without_keys(sdp);
}

// Far below what a record and a LEMF take. Larger ones come only where X2 is not limited to less.
constexpr std::size_t kMostMessage = 8 * 1024 * 1024;

}  // namespace

Result<void> Recorder::sip(const Turn& turn, const Warrant& warrant, const Session* session, const Event& event) const {
  auto builder = begin(warrant, session, event.time);
  observed(warrant, &event).tell(builder);
  if (event.initiator) builder.initiator(*event.initiator);
  for (const auto& what : event.sip.unread) teller_.signal("sdp_unread", warrant.liid, what);
  const auto tell = [&](ByteView octets) {
    if (octets.size() > kMostMessage) teller_.signal("message_cut", warrant.liid, std::to_string(octets.size()) + " octets");
    builder.sip_message(octets.first(std::min(octets.size(), kMostMessage)));
  };
  if (warrant.scope == Scope::iri_only) {
    tell(without_content(event.sip));
    builder.ims_event(hi2::ImsEvent::sip_header_only);
    return finish(turn, warrant, session, event.time, builder, "sIPheaderOnly");
  }
  if (event.start && event.start->ims_event() == hi2::ImsEvent::sip_header_only) builder.ims_event(hi2::ImsEvent::sip_header_only);
  if (warrant.network_decrypts) tell(without_keys(event.sip));
  else tell(event.sip.octets);
  return finish(turn, warrant, session, event.time, builder, "unfilteredSIPmessage");
}

Result<void> Recorder::start(const Turn& turn, const Warrant& warrant, const Session& session, const Event& event) const {
  const auto& record = *event.start;
  auto builder = begin(warrant, &session, event.time);
  observed(warrant, &event).tell(builder);
  builder.ims_event(hi2::ImsEvent::start_of_interception_for_ims_established_session);
  if (event.initiator) builder.initiator(*event.initiator);
  const auto head = [&](ByteView header) { return hides_keys(warrant) ? headers_alone(header) : to_record_bytes(header); };
  if (const auto header = record.sip_message_header_offer()) builder.sip_message_header_offer(as_text(head(*header)));
  if (const auto header = record.sip_message_header_answer()) builder.sip_message_header_answer(as_text(head(*header)));
  const auto shown = [&](ByteView sdp) { return shown_sdp(warrant, sdp); };
  if (const auto sdp = record.sdp_offer()) builder.sdp_offer(as_text(shown(*sdp)));
  if (const auto sdp = record.sdp_answer()) builder.sdp_answer(as_text(shown(*sdp)));
  return finish(turn, warrant, &session, event.time, builder, "startOfInterceptionForIMSEstablishedSession");
}

// What is in it is not known well enough to take contents or keys out.
Result<void> Recorder::other(const Turn& turn, const Warrant& warrant, const Event& event) const {
  if (hides_keys(warrant) || event.start->has_media_decryption_info()) {
    teller_.signal("record_withheld", warrant.liid, "a record whose contents are not this warrant's");
    return {};
  }
  auto builder = begin(warrant, nullptr, event.time);
  observed(warrant, &event).tell(builder);
  builder.sip_message("-");  // of which nothing is taken
  const auto head = builder.encode();
  const auto read = head ? hi2::decode(*head) : Result<hi2::IriRecord>(li::failure(ErrorKind::unexpected, hi2::to_string(head.error())));
  if (!read || read->module() != event.start->module()) {
    teller_.signal("record_refused", warrant.liid, read ? "a record of the other module" : read.error().message());
    return {};
  }
  return hand_over(turn, warrant, nullptr, event.time, rehead(*event.start, *read), event.start->ims_event_name().value_or("other"));
}

Result<void> Recorder::keys(const Turn& turn, const Warrant& warrant, const Session& session, std::vector<hi2::CCKeyInfo> keys,
                            bool partly) const {
  auto builder = begin(warrant, &session, turn.now);
  observed(warrant, nullptr).tell(builder);
  builder.media_decryption_info(std::move(keys));
  if (partly) builder.media_sec_failure_indication();
  return finish(turn, warrant, &session, turn.now, builder, "decryptionKeysAvailable");
}

Result<void> Recorder::failure(const Turn& turn, const Warrant& warrant, const Session& session) const {
  auto builder = begin(warrant, &session, turn.now);
  observed(warrant, nullptr).tell(builder);
  builder.media_sec_failure_indication();
  return finish(turn, warrant, &session, turn.now, builder, "decryptionKeysAvailable");
}

hi2::IriBuilder Recorder::begin(const Warrant& warrant, const Session* session, TimePoint time) const {
  auto builder = hi2::IriBuilder::report(warrant.module);
  builder.lawful_interception_identifier(warrant.liid).network_identifier(warrant.operator_identifier);
  if (!warrant.network_element.empty()) builder.network_element_dns(warrant.network_element);
  if (rules_->utc_time_stamps) builder.utc_time_stamp(time);
  else builder.time_stamp(time, clock_.at(time));
  if (session != nullptr) builder.correlation_number(session->correlation());
  return builder;
}

// A record that can't be built is a bug, or a warrant that should not have been read: told, and no reason to stop all others.
Result<void> Recorder::finish(const Turn& turn, const Warrant& warrant, const Session* session, TimePoint time,
                              const hi2::IriBuilder& builder, std::string_view event) const {
  const auto octets = builder.encode();
  if (!octets) {
    teller_.signal("record_refused", warrant.liid, hi2::to_string(octets.error()));
    return {};
  }
  return hand_over(turn, warrant, session, time, *octets, event);
}

Result<void> Recorder::hand_over(const Turn& turn, const Warrant& warrant, const Session* session, TimePoint time, ByteView record,
                                 std::string_view event) const {
  const auto numbers = session == nullptr ? std::nullopt : std::optional(SessionNumbers{session->correlation(), session->cin()});
  const auto refused = handover_.deliver(warrant, record, time, numbers, turn.batch);
  if (!refused) return li::failure(refused.error());
  for (const auto& error : *refused) teller_.signal("record_refused", warrant.liid, error.message());
  if (refused->size() < warrant.destinations.size()) teller_.record(event);
  return {};
}

}  // namespace li::df2
