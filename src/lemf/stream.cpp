#include <algorithm>

#include "lemf/stream_impl.hpp"

namespace li::lemf {
namespace {

constexpr std::uint64_t kSearchAtOnce = 8;  // packets in a row that nothing opens, each tried with every key
constexpr std::uint64_t kSearchAgainEvery = 64;
constexpr std::uint64_t kGuessesAtOnce = 512;  // that fail; with more keys than these a first packet is still tried with all
constexpr std::uint64_t kGuessesAPacket = 4;   // and so many more as time goes by

const sip::Codec* find_codec(const std::vector<sip::Codec>& codecs, unsigned payload_type) {
  const auto found =
      std::find_if(codecs.begin(), codecs.end(), [&](const sip::Codec& codec) { return codec.payload_type == payload_type; });
  return found == codecs.end() || found->name.empty() ? nullptr : &*found;
}

// Those whose success proves something first; of the others the newest that was there at that time, then those that came later.
std::vector<Attempt> in_force(std::vector<Attempt> attempts, media::PacketTime time) {
  const auto rank = [&](const Attempt& one) { return media::authenticates(one.policy) ? 0 : one.since && *one.since > time ? 2 : 1; };
  std::stable_sort(attempts.begin(), attempts.end(), [&](const Attempt& a, const Attempt& b) { return rank(a) < rank(b); });
  return attempts;
}

// What nothing tells is sound of 8000 Hz; RFC 3551 table 5 has the video of 90000.
std::int64_t clock_rate(const sip::Codec* codec, unsigned payload_type) {
  if (codec != nullptr && codec->clock_rate > 0) return static_cast<std::int64_t>(codec->clock_rate);
  return payload_type >= 25 && payload_type <= 34 ? 90000 : 8000;
}

std::string name_of(const sip::Codec& codec) {
  return codec.name + "/" + std::to_string(codec.clock_rate) + (codec.channels > 1 ? "/" + std::to_string(codec.channels) : "");
}

}  // namespace

Stream::Stream(const KeyBook& book, std::uint32_t ssrc, const CarriedPacket& first)
    : ssrc_(ssrc),
      from_(first.packet.from),
      to_(first.packet.to),
      carrier_(first.carrier),
      scope_(book.scope(carrier_)),
      matches_(KeyBook::match(ssrc, from_, to_, scope_)) {
  has_keys_ = !KeyBook::attempts(matches_, ssrc_).empty();
}

media::PacketTime Stream::spaced(const media::RtpHeader& header, media::PacketTime start) {
  constexpr std::chrono::hours kPause(1);  // longer ones are another start of the sender
  without_times_ = true;
  auto time = start;
  if (anchor_) {
    const std::int64_t step = static_cast<std::int32_t>(header.timestamp - anchor_->first);
    const std::chrono::nanoseconds since(step * std::nano::den / clock_rate(codec(header.payload_type), header.payload_type));
    if (since > -kPause && since < kPause) time = std::max(anchor_->second + since, media::PacketTime());
  }
  anchor(header.timestamp, time);
  return time;
}

std::optional<Bytes> Stream::take(const media::RtpHeader& header, const media::UdpPacket& packet) {
  const auto duplicates = all_.duplicates();
  all_.add(header.sequence);
  if (all_.packets() == 1) first_ = packet.time;
  const bool is_duplicate = all_.duplicates() != duplicates;
  last_ = packet.time;
  ++payload_types_[header.payload_type];
  if (auto clear = open(packet, is_duplicate)) {
    ++decrypted_;
    if (!media::authenticates(current_->attempt.policy)) ++unverified_;
    opened_.add(header.sequence);
    return clear;
  }
  if (decrypted_ == 0 && may_be_clear()) {
    ++clear_;
    return packet.payload;
  }
  if (decrypted_ == 0 || !is_duplicate) ++(has_keys_ || decrypted_ != 0 ? failed_ : no_key_);
  return std::nullopt;
}

std::optional<Bytes> Stream::open(const media::UdpPacket& packet, bool is_duplicate) {
  if (current_ && !media::authenticates(current_->attempt.policy)) return open_unverified(packet);
  bool restarted = false;  // the sender goes on with numbers that it has used, so the session takes its packets for old ones
  for (auto* known : {&current_, &before_}) {
    if (!*known) continue;
    auto outcome = (*known)->session.unprotect(packet.payload);
    if (outcome) {
      if (known == &before_) std::swap(current_, before_);
      failures_ = 0;
      return std::move(*outcome);
    }
    restarted = restarted || (outcome.error() == media::SrtpFault::replay && !is_duplicate);
  }
  const bool look = failures_ < kSearchAtOnce || failures_ % kSearchAgainEvery == 0;
  auto clear = look ? search(packet, restarted) : std::nullopt;
  failures_ = clear ? 0 : failures_ + 1;
  return clear;
}

// Any key opens it: it goes on with the one in use until another is in force.
std::optional<Bytes> Stream::open_unverified(const media::UdpPacket& packet) {
  const auto attempts = in_force(KeyBook::attempts(matches_, ssrc_), packet.time);
  const auto best = std::find_if(attempts.begin(), attempts.end(), [](const auto& one) { return !media::authenticates(one.policy); });
  if (best != attempts.end() && best->key != current_->attempt.key && best->since) {
    if (auto clear = attempt_with(*best, packet.payload, false)) return clear;
  }
  auto outcome = current_->session.unprotect(packet.payload);
  return outcome ? std::optional(std::move(*outcome)) : std::nullopt;
}

std::optional<Bytes> Stream::search(const media::UdpPacket& packet, bool restarted) {
  for (const auto& attempt : in_force(KeyBook::attempts(matches_, ssrc_), packet.time)) {
    if (auto clear = attempt_with(attempt, packet.payload, restarted)) return clear;
  }
  if (may_be_clear() || guessed_ > kGuessesAtOnce + kGuessesAPacket * all_.packets()) return std::nullopt;
  auto clear = guess(scope_, packet.payload, restarted);
  return clear || scope_.wider == nullptr ? std::move(clear) : search_wider(packet, restarted);
}

// Another call's key is believed only when the packet proves it.
std::optional<Bytes> Stream::search_wider(const media::UdpPacket& packet, bool restarted) {
  auto scope = scope_.without_cin();
  if (!wider_matches_) wider_matches_ = KeyBook::match(ssrc_, from_, to_, scope);
  std::optional<Bytes> clear;
  for (const auto& attempt : KeyBook::attempts(*wider_matches_, ssrc_)) {
    if (media::authenticates(attempt.policy)) clear = attempt_with(attempt, packet.payload, restarted);
    if (clear) break;
  }
  if (!clear) clear = guess(scope, packet.payload, restarted);
  if (!clear) return std::nullopt;
  scope_ = std::move(scope);
  matches_ = std::move(*wider_matches_);
  return clear;
}

std::optional<Bytes> Stream::guess(const Scope& scope, ByteView packet, bool restarted) {
  const auto guesses = KeyBook::guesses(scope);
  for (const auto* attempt : guesses) {
    if (auto clear = attempt_with(*attempt, packet, restarted)) return clear;
  }
  guessed_ += guesses.size();
  if (!scope.tied()) left_out_ = scope.group->left_out;
  return std::nullopt;
}

std::optional<Bytes> Stream::attempt_with(const Attempt& attempt, ByteView packet, bool restarted) {
  const bool in_use = current_ && current_->attempt.key == attempt.key && current_->attempt.mki == attempt.mki &&
                      current_->attempt.policy == attempt.policy;
  if (in_use && !restarted) return std::nullopt;
  auto key = attempt.key->copy();
  key.mki = attempt.mki;
  auto join = attempt.join;
  if (current_) join.roll_over_counter = current_->session.roll_over_counter();  // RFC 3711 3.3.1: another key does not reset it
  auto session = media::SrtpSession::create(attempt.policy, key, ssrc_, join);
  if (!session) return std::nullopt;
  auto clear = session->unprotect(packet);
  if (!clear) return std::nullopt;
  before_ = std::move(current_);
  current_.emplace(Open{attempt, std::move(*session)});
  used_.insert(attempt.key.get());
  return std::move(*clear);
}

std::optional<Bytes> Stream::take_rtcp(ByteView packet) {
  for (auto* known : {&current_, &before_}) {
    if (!*known) continue;
    if (auto clear = (*known)->session.unprotect_rtcp(packet)) {
      ++rtcp_;
      return std::move(*clear);
    }
  }
  if (clear_ == 0) return std::nullopt;
  ++rtcp_;
  return to_bytes(packet);
}

// The lines that fit best are without protection.
bool Stream::may_be_clear() const {
  return !matches_.empty() && std::any_of(matches_.begin(), matches_.end(), [&](const Match& match) {
    return match.score == matches_.front().score && match.line->protection == Protection::none;
  });
}

const Call* Stream::call() const {
  if (current_) return current_->attempt.call;
  if (!matches_.empty()) return matches_.front().call;
  return scope_.tied() ? scope_.calls->front() : nullptr;
}

const MediaLine* Stream::line() const { return current_ ? current_->attempt.line : matches_.empty() ? nullptr : matches_.front().line; }

const sip::Codec* Stream::codec(std::uint8_t payload_type) const {
  return line() == nullptr ? nullptr : find_codec(line()->codecs, payload_type);
}

std::optional<media::SoundFormat> Stream::sound(std::uint8_t payload_type) const {
  const auto* const known = codec(payload_type);
  return known == nullptr ? media::sound_format(payload_type)
                          : media::sound_format(known->name, static_cast<std::uint32_t>(known->clock_rate), known->channels);
}

StreamSummary Stream::summary() const {
  StreamSummary out;
  out.ssrc = ssrc_;
  out.from = from_;
  out.to = to_;
  out.state = state();
  out.packets = all_.packets();
  out.decrypted = decrypted_;
  out.failed_authentication = failed_;
  out.no_key = no_key_;
  out.lost = decrypted_ != 0 ? opened_.lost() : all_.lost();
  out.duplicates = all_.duplicates();
  out.keys_used = used_.size();
  out.rtcp = rtcp_;
  out.first = first_;
  out.last = last_;
  describe(out);
  out.note = note(out.state);
  return out;
}

StreamState Stream::state() const {
  if (unverified_ != 0) return StreamState::unverified;
  if (decrypted_ != 0) return StreamState::decrypted;
  if (clear_ != 0) return StreamState::clear;
  if (failed_ != 0) return StreamState::failed;
  return call() != nullptr ? StreamState::no_key : StreamState::unknown;
}

void Stream::describe(StreamSummary& out) const {
  out.lawful_interception_identifier = carrier_.lawful_interception_identifier;
  out.correlation = carrier_.correlation;
  out.direction = carrier_.direction;
  if (call() != nullptr) {
    out.lawful_interception_identifier = call()->liid;
    out.correlation = call()->correlation;
  }
  if (current_) {
    out.cs_id = current_->attempt.cs_id;
    out.suite = media::suite_of(current_->attempt.policy).value_or("policy of its own");
  }
  if (line() != nullptr) {
    out.media = line()->type;
    out.m_line = line()->index + 1;
  }
  const auto most = std::max_element(payload_types_.begin(), payload_types_.end(), [](auto& a, auto& b) { return a.second < b.second; });
  if (most == payload_types_.end()) return;
  const auto* const known = codec(most->first);
  out.codec = known != nullptr ? name_of(*known) : "PT " + std::to_string(most->first);
}

std::string Stream::note(StreamState state) const {
  std::vector<std::string> notes;
  if (state == StreamState::unverified) notes.emplace_back("nothing authenticates the packets: whether the key is right can't be told");
  if (state == StreamState::no_key || state == StreamState::failed) notes.push_back(no_key_note());
  notes.push_back(scope_.note);
  if (left_out_ != 0 && decrypted_ == 0)
    notes.push_back("not all keys were tried: " + std::to_string(left_out_) + " older tries were left out");
  if (without_times_) notes.emplace_back("times are not in the PDUs");
  std::string all;
  for (const auto& one : notes) all += (all.empty() || one.empty() ? "" : "; ") + one;
  return all;
}

std::string Stream::no_key_note() const {
  for (const auto& match : matches_) {
    for (const auto& choice : match.line->choices) {
      if (!choice.unsupported.empty()) return "not understood: " + choice.unsupported;
    }
  }
  if (call() == nullptr || failed_ != 0) return {};
  if (call()->failure) return "key retrieval failed";
  if (line() == nullptr) return "no m= line of its call fits, and no key opens it";
  return line()->protection == Protection::other ? "keys are agreed on the media path" : "no key record";
}

}  // namespace li::lemf
