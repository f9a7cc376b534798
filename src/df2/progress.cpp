#include "df2/progress_impl.hpp"

#include <algorithm>

namespace li::df2 {
namespace {

constexpr std::size_t kMostRecent = 48;
constexpr std::size_t kMostDialogs = 16;

void add_name(std::vector<Hash>& names, std::string_view kind, const std::string& value) {
  if (value.empty()) return;
  const auto name = hash_of(kind, {value});
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::string_view value_of(const sip::Message& message, std::string_view name) {
  const auto* header = message.header(name);
  return header == nullptr ? std::string_view() : std::string_view(header->value);
}

// Protocol and sent-by; what follows may be added on the way.
std::string_view sender_of(const sip::Message& message) {
  const auto via = value_of(message, "Via");
  return via.substr(0, via.find(';'));
}

// Methods whose final response is the end of it. Registrations and subscriptions go on under their Call-ID.
bool stands_alone(std::string_view method) { return method == "MESSAGE" || method == "OPTIONS" || method == "PUBLISH"; }

void begin_dialog(Session& session, std::uint64_t dialog) {
  session.ended = false;
  if (std::find(session.dialogs.begin(), session.dialogs.end(), dialog) == session.dialogs.end())
    remember(session.dialogs, dialog, kMostDialogs);
}

}  // namespace

std::vector<Hash> names_of(const Event& event) {
  std::vector<Hash> names;
  for (const auto* half : {&event.sip, &event.answer}) add_name(names, "call-id", half->call_id);
  for (const auto* half : {&event.sip, &event.answer}) {
    if (half->message) add_name(names, "icid", half->message->icid);
  }
  if (names.empty() && event.correlation_id != 0) add_name(names, "x2", std::to_string(event.correlation_id));
  if (names.empty() && event.kind == Event::Kind::start) names.push_back(hash_of({event.start->octets()}));
  return names;
}

bool seen_before(Session& session, const SipEvent& event, TimePoint time) {
  constexpr std::uint32_t kLongest = 32;  // timers B and H of RFC 3261: nobody sends again behind that
  auto hash = hash_of({event.octets});
  if (event.message && event.message->is_request() && !event.message->branch.empty()) {
    const auto& message = *event.message;
    hash = hash_of("request", {message.call_id, message.branch, sender_of(message), std::to_string(message.cseq), message.method,
                               message.request_uri, value_of(message, "From"), value_of(message, "To"), as_text(message.body)});
  }
  const auto known = short_hash(hash);
  const auto when = static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  auto& recent = session.recent;
  const auto before = std::find_if(recent.begin(), recent.end(), [&](const Recent& one) { return one.message == known; });
  if (before != recent.end() && std::max(when, before->when) - std::min(when, before->when) <= kLongest) return true;
  if (before != recent.end()) recent.erase(before);
  remember(recent, {known, when}, kMostRecent);
  return false;
}

void progress(Session& session, const SipEvent& event, TimePoint now) {
  session.seen = now;
  if (!event.message) return;
  const auto place = place_of(*event.message);
  if (place.request) {
    if (place.method == Method::invite) session.ended = false;
    if (place.method == Method::bye) std::erase(session.dialogs, place.dialog);
    if (place.method == Method::bye && session.dialogs.empty()) session.ended = true;
    return;
  }
  if (place.status < 200) return;
  if (place.method == Method::invite && place.status < 300) begin_dialog(session, place.dialog);
  const bool over = (place.method == Method::invite && place.status >= 300) || stands_alone(event.message->cseq_method);
  if (over && session.dialogs.empty()) session.ended = true;
}

void tell_sdes(const SipEvent& event, const Warrant& warrant, const Session& session, const Teller& teller) {
  MediaKeys media{warrant.liid, session.correlation(), {}};
  for (const auto& sdp : event.sdps) {
    for (std::size_t line = 0; line < sdp.media.size(); ++line) {
      for (const auto& crypto : sdp.media[line].crypto) {
        if (!crypto) continue;
        for (const auto& key : crypto->keys)
          media.keys.push_back({static_cast<std::uint8_t>(crypto->tag), crypto->suite, line, std::nullopt, key.key_and_salt.copy(), {}});
      }
    }
  }
  if (!media.keys.empty()) teller.media_keys(media);
}

}  // namespace li::df2
