// lemf/key_book_impl.hpp: what the records say of calls: their keys, and the media they are for.
//
// A call is what has one LIID and one correlation.
//
// Source:  TS 33.107 7A.7.2 (keys and correlation), RFC 4567 7.1 and RFC 4568 (keys and m= lines).
// Units:   times of packets.
// Errors:  add() says which record can't be used; an offer that is not understood says so in the summary of its stream.
// Owns:    calls and keys; matches and attempts point into it.
#pragma once

#include <deque>
#include <set>

#include "hi2/record.hpp"
#include "lemf/carrier.hpp"
#include "lemf/media_lines.hpp"

namespace li::lemf {

struct CallKey {
  std::optional<std::uint8_t> cs_id;  // none for a cCCSID that is no number of an octet
  std::shared_ptr<media::SrtpKey> key;
  std::optional<media::PacketTime> since;  // of its record, when that or its PS-PDU says a zone
};

struct Call;

/// One key to try, in one way.
struct Attempt {
  const Call* call = nullptr;
  const MediaLine* line = nullptr;  // null when only the key can tell
  std::optional<std::uint8_t> cs_id;
  media::SrtpPolicy policy;
  std::shared_ptr<media::SrtpKey> key;
  Bytes mki;
  media::SrtpJoin join;
  std::optional<media::PacketTime> since = {};
};

struct Call {
  std::string liid;
  Bytes correlation;
  std::set<Bytes> correlations;            // all that its records have: for IRI, for CC
  std::set<Communication> communications;  // of PS-PDUs with its records
  Offers offers;
  media::PacketTime latest = media::PacketTime::min();  // of its records
  std::vector<CallKey> keys;                            // the newest first, when sealed
  std::vector<MediaLine> lines;                         // likewise; made when sealed
  std::vector<Attempt> guesses;                         // all its keys, for streams that no line fits
  bool failure = false;                                 // mediaSecFailureIndication came
};
using Calls = std::vector<const Call*>;

/// The calls of one LIID, or all of them.
struct Group {
  Calls calls;
  std::vector<const Attempt*> guesses;  // of all, the newest first, up to a limit
  std::size_t left_out = 0;             // guesses beyond it
};

/// The calls that may have keys for a stream. Any number of streams share what it points to.
struct Scope {
  const Calls* calls = nullptr;
  const Group* group = nullptr;  // null when correlation or CIN tie the stream to `calls`
  const Group* wider = nullptr;  // when it is the CIN: the calls that it may be of all the same
  std::string note;              // what did not fit

  [[nodiscard]] bool tied() const { return group == nullptr; }
  /// Without the CIN; only where there is a wider group.
  [[nodiscard]] Scope without_cin() const { return {&wider->calls, wider, nullptr, "the call with its CIN is another one"}; }
};

/// A line that fits a stream.
struct Match {
  const Call* call;
  const MediaLine* line;
  int score;
};

class KeyBook {
 public:
  [[nodiscard]] Result<void> add(const hi2::IriRecord& record, const RecordCarrier& carrier);
  void seal();
  [[nodiscard]] Scope scope(const Carrier& carrier) const;
  [[nodiscard]] static std::vector<Match> match(std::uint32_t ssrc, const media::Endpoint& from, const media::Endpoint& to,
                                                const Scope& scope);
  /// Of the lines that fit, the likeliest first.
  [[nodiscard]] static std::vector<Attempt> attempts(const std::vector<Match>& matches, std::uint32_t ssrc);
  /// Every key of the scope, whatever its lines say: addresses and SSRC may have been changed on the way.
  [[nodiscard]] static std::vector<const Attempt*> guesses(const Scope& scope);
  [[nodiscard]] std::size_t keys() const;

 private:
  [[nodiscard]] Call& call_of(const hi2::IriRecord& record);
  void index(const Call& call);

  std::map<std::pair<std::string, Bytes>, Call> calls_;
  // By LIID first; under an empty one those of all.
  std::map<std::string, Group> by_liid_;
  std::map<std::pair<std::string, Bytes>, Calls> by_correlation_;
  std::map<std::pair<std::string, Communication>, Calls> by_communication_;
};

}  // namespace li::lemf
