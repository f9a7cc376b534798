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
  std::optional<media::PacketTime> since;  // of its record, when that says a zone
};

struct Call {
  std::string liid;
  Bytes correlation;
  std::set<Bytes> correlations;  // all that its records have: for IRI, for CC
  std::set<std::uint32_t> cins;  // of PS-PDUs with its records
  Offers offers;
  std::vector<CallKey> keys;     // the newest first, when sealed
  std::vector<MediaLine> lines;  // likewise; made when sealed
  bool failure = false;          // mediaSecFailureIndication came
};

/// The calls that may have keys for a stream.
struct Scope {
  bool any = true;    // nothing is said: all of them
  bool tied = false;  // by correlation or CIN
  std::set<const Call*> calls;
  std::string note;  // what did not fit

  [[nodiscard]] bool has(const Call* call) const { return any || calls.count(call) != 0; }
};

/// A line that fits a stream.
struct Match {
  const Call* call;
  const MediaLine* line;
  int score;
};

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

class KeyBook {
 public:
  [[nodiscard]] Result<void> add(const hi2::IriRecord& record, std::optional<std::uint32_t> cin);
  void seal();
  [[nodiscard]] Scope scope(const Carrier& carrier) const;
  [[nodiscard]] std::vector<Match> match(std::uint32_t ssrc, const media::Endpoint& from, const media::Endpoint& to,
                                         const Scope& scope) const;
  /// Of the lines that fit, the likeliest first.
  [[nodiscard]] static std::vector<Attempt> attempts(const std::vector<Match>& matches, std::uint32_t ssrc);
  /// All keys there are, the newest first, up to a limit: addresses and SSRC may have been changed on the way.
  [[nodiscard]] const std::vector<Attempt>& all() const { return all_; }
  [[nodiscard]] std::size_t keys() const;

 private:
  [[nodiscard]] Call& call_of(const hi2::IriRecord& record);
  void list_all(const Call& call);

  std::map<std::pair<std::string, Bytes>, Call> calls_;
  std::vector<Attempt> all_;
};

}  // namespace li::lemf
