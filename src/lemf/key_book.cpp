#include <algorithm>

#include "lemf/arrival.hpp"
#include "lemf/key_book_impl.hpp"
#include "ps/hi3.hpp"

namespace li::lemf {
namespace {

constexpr std::size_t kMaxGuesses = 1024;   // of calls that nothing ties to the stream
constexpr std::uint32_t kGuessesOfAll = 4;  // of the roll-over counter, for a key that only might be the one

Bytes correlation_of(const hi2::IriRecord& record) {
  if (auto correlation = record.correlation()) {
    if (correlation->iri_to_iri) return *correlation->iri_to_iri;
    if (correlation->iri) return *correlation->iri;
    if (!correlation->cc.empty()) return correlation->cc.front();
  }
  const auto number = record.correlation_number();
  return number ? to_bytes(*number) : Bytes();
}

// Of local time only the PS-PDU tells when it was.
std::optional<media::PacketTime> time_of(const hi2::IriRecord& record, const RecordCarrier& carrier) {
  const auto calendar = record.time_stamp().calendar();
  const auto time = calendar ? ps::instant_of(*calendar) : std::nullopt;
  return time ? time : carrier.time;
}

// For an order of records among each other: local time as if it were UTC.
media::PacketTime order_of(const hi2::IriRecord& record, const RecordCarrier& carrier) {
  if (const auto time = time_of(record, carrier)) return *time;
  auto calendar = record.time_stamp().calendar();
  if (calendar) calendar->offset = 0;
  return (calendar ? ps::instant_of(*calendar) : std::nullopt).value_or(media::PacketTime::min());
}

// Whatever ties the record to content.
void take_correlations(std::set<Bytes>& out, const hi2::IriRecord& record) {
  if (const auto correlation = record.correlation()) {
    if (correlation->iri_to_iri) out.insert(*correlation->iri_to_iri);
    if (correlation->iri) out.insert(*correlation->iri);
    out.insert(correlation->cc.begin(), correlation->cc.end());
  }
  if (const auto number = record.correlation_number()) out.insert(to_bytes(*number));
}

std::optional<std::uint8_t> cs_id_of(const Bytes& octets) {
  const bool small = !octets.empty() && std::all_of(octets.begin(), octets.end() - 1, [](std::uint8_t octet) { return octet == 0; });
  return small ? std::optional(octets.back()) : std::nullopt;
}

// The choice's policy with the size of the key where it names none; nothing when they contradict each other.
std::optional<media::SrtpPolicy> policy_for(const Choice& choice, const media::SrtpKey& key) {
  auto policy = choice.policy;
  if (choice.any_key_size) policy.key_size = key.key.size();
  if (!choice.unsupported.empty() || policy.key_size != key.key.size() || key.salt.size() > policy.salt_size()) return std::nullopt;
  return policy;
}

void add_attempt(std::vector<Attempt>& out, Attempt attempt) {
  const bool known = std::any_of(out.begin(), out.end(), [&](const Attempt& other) {
    return other.key == attempt.key && other.policy == attempt.policy && other.mki == attempt.mki && other.line == attempt.line;
  });
  if (!known) out.push_back(std::move(attempt));
}

void add_choice(std::vector<Attempt>& out, const Call& call, const MediaLine& line, const Choice& choice) {
  const media::SrtpJoin join{choice.roll_over_counter, media::SrtpJoin().guesses};
  for (const auto& key : choice.keys) {
    if (const auto policy = policy_for(choice, *key)) add_attempt(out, {&call, &line, choice.cs_id, *policy, key, key->mki, join});
  }
  for (const auto& [cs_id, key, since] : call.keys) {
    if (!choice.cs_id || cs_id != choice.cs_id) continue;
    const auto policy = policy_for(choice, *key);
    if (!policy) continue;
    add_attempt(out, {&call, &line, cs_id, *policy, key, {}, join, since});  // whether packets carry the MKI nothing says
    if (!choice.mki.empty()) add_attempt(out, {&call, &line, cs_id, *policy, key, choice.mki, join, since});
  }
}

// Every key of the call under the policies that it may have; none is of a line.
std::vector<Attempt> guesses_of(const Call& call) {
  std::vector<Attempt> out;
  for (const auto& line : call.lines) {
    for (const auto& choice : line.choices) {
      std::vector<Attempt> of_choice;
      add_choice(of_choice, call, line, choice);
      for (auto& attempt : of_choice) {
        attempt.line = nullptr;
        attempt.join.guesses = kGuessesOfAll;
        if (media::authenticates(attempt.policy)) add_attempt(out, std::move(attempt));
      }
    }
  }
  for (const auto& [cs_id, key, since] : call.keys) {  // no description at hand: what RFC 3711 takes by default
    const bool used = std::any_of(out.begin(), out.end(), [&k = key](const Attempt& attempt) { return attempt.key == k; });
    if (!used) out.push_back({&call, nullptr, cs_id, {.key_size = key->key.size()}, key, {}, {0, kGuessesOfAll}, since});
  }
  return out;
}

void keep_newest(Group& group) {
  const auto time = [](const Attempt* attempt) { return attempt->since.value_or(attempt->call->latest); };
  std::stable_sort(group.guesses.begin(), group.guesses.end(), [&](const auto* a, const auto* b) { return time(a) > time(b); });
  if (group.guesses.size() <= kMaxGuesses) return;
  group.left_out = group.guesses.size() - kMaxGuesses;
  group.guesses.resize(kMaxGuesses);
}

template <typename Map, typename Key>
const typename Map::mapped_type* find_in(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

Call& KeyBook::call_of(const hi2::IriRecord& record) {
  std::string liid(as_text(record.lawful_interception_identifier()));
  auto correlation = correlation_of(record);
  auto& call = calls_[{liid, correlation}];
  call.liid = std::move(liid);
  call.correlation = std::move(correlation);
  return call;
}

Result<void> KeyBook::add(const hi2::IriRecord& record, const RecordCarrier& carrier) {
  auto& call = call_of(record);
  take_correlations(call.correlations, record);
  if (carrier.communication) call.communications.insert(*carrier.communication);
  const auto since = time_of(record, carrier);
  call.latest = std::max(call.latest, order_of(record, carrier));
  for (auto& key : record.media_decryption_info()) {
    auto salt = key.cc_salt ? std::move(*key.cc_salt) : SecretBytes();
    call.keys.push_back(
        {cs_id_of(key.cccsid), std::make_shared<media::SrtpKey>(media::SrtpKey{std::move(key.cc_dec_key), std::move(salt), {}}), since});
  }
  if (record.media_sec_failure_indication()) call.failure = true;
  if (record.sdp_offer() || record.sdp_answer()) {
    if (auto added = call.offers.add_pair(record.sdp_offer(), record.sdp_answer()); !added) return added;
  }
  if (record.sip_message() && record.ims_event() != hi2::ImsEvent::sip_header_only) return call.offers.add_message(*record.sip_message());
  return {};
}

void KeyBook::seal() {
  for (auto& [name, call] : calls_) {
    std::reverse(call.keys.begin(), call.keys.end());
    auto exchanges = call.offers.exchanges();
    std::reverse(exchanges.begin(), exchanges.end());
    for (const auto& exchange : exchanges) {
      for (auto& line : media_lines(exchange)) call.lines.push_back(std::move(line));
    }
  }
  for (auto& [name, call] : calls_) {
    call.guesses = guesses_of(call);
    index(call);
  }
  for (auto& [liid, group] : by_liid_) keep_newest(group);
}

void KeyBook::index(const Call& call) {
  for (const auto& liid : std::set<std::string>{call.liid, {}}) {
    auto& group = by_liid_[liid];
    group.calls.push_back(&call);
    for (const auto& guess : call.guesses) group.guesses.push_back(&guess);
    for (const auto& correlation : call.correlations) by_correlation_[{liid, correlation}].push_back(&call);
    for (const auto& communication : call.communications) by_communication_[{liid, communication}].push_back(&call);
  }
}

// Correlation numbers of two LIIDs may be the same. A PDU without an LIID is of anybody.
Scope KeyBook::scope(const Carrier& carrier) const {
  static const Group kNone;
  const auto& liid = carrier.lawful_interception_identifier;
  const auto& correlation = carrier.correlation;
  const auto& communication = carrier.communication;
  const auto* group = find_in(by_liid_, liid);
  const Calls* tied = correlation.empty() ? nullptr : find_in(by_correlation_, std::pair(liid, correlation));
  if (tied != nullptr) return {tied, nullptr, nullptr, {}};
  if (communication) tied = find_in(by_communication_, std::pair(liid, *communication));
  if (tied != nullptr) return {tied, nullptr, group, {}};
  Scope scope{nullptr, group == nullptr ? &kNone : group, nullptr, {}};
  scope.calls = &scope.group->calls;
  if (group == nullptr && !liid.empty()) scope.note = "no record is of LIID " + readable(as_bytes(liid));
  else if (!correlation.empty()) scope.note = "no record has its correlation " + to_hex(correlation);
  else if (communication) scope.note = "no record came with its CIN " + std::to_string(communication->number);
  return scope;
}

std::vector<const Attempt*> KeyBook::guesses(const Scope& scope) {
  if (!scope.tied()) return scope.group->guesses;
  std::vector<const Attempt*> out;
  for (const auto* call : *scope.calls) {
    for (const auto& guess : call->guesses) out.push_back(&guess);
  }
  return out;
}

std::vector<Match> KeyBook::match(std::uint32_t ssrc, const media::Endpoint& from, const media::Endpoint& to, const Scope& scope) {
  constexpr int kSsrc = 4, kTo = 2, kFrom = 1;
  using enum media::IpAddress::Family;
  const auto same = [](const media::Endpoint& said, const media::Endpoint& seen) { return said.address.family != none && said == seen; };
  std::vector<Match> matches;
  for (const auto* call : *scope.calls) {
    for (const auto& line : call->lines) {
      const bool by_ssrc = std::count(line.ssrcs.begin(), line.ssrcs.end(), ssrc) != 0 ||
                           std::any_of(line.choices.begin(), line.choices.end(), [&](const Choice& choice) { return choice.ssrc == ssrc; });
      const int score = (by_ssrc ? kSsrc : 0) + (same(line.to, to) ? kTo : 0) + (same(line.from, from) ? kFrom : 0);
      if (score != 0) matches.push_back({call, &line, score});
    }
  }
  std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.score > b.score; });
  return matches;
}

std::vector<Attempt> KeyBook::attempts(const std::vector<Match>& matches, std::uint32_t ssrc) {
  std::vector<Attempt> out;
  for (const bool named : {true, false}) {  // a crypto session that names the SSRC comes before those that only might be it
    for (const auto& match : matches) {
      for (const auto& choice : match.line->choices) {
        if ((choice.ssrc == ssrc) == named) add_choice(out, *match.call, *match.line, choice);
      }
    }
  }
  return out;
}

std::size_t KeyBook::keys() const {
  std::set<const media::SrtpKey*> known;
  for (const auto& [name, call] : calls_) {
    for (const auto& key : call.keys) known.insert(key.key.get());
    for (const auto& line : call.lines) {
      for (const auto& choice : line.choices) {
        for (const auto& key : choice.keys) known.insert(key.get());
      }
    }
  }
  return known.size();
}

}  // namespace li::lemf
