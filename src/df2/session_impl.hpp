// df2/session_impl.hpp: what is remembered of a SIP session of one target and one LIID: hashes, and of MIKEY messages what later ones need.
//
// Source:  RFC 3261 clause 12 (dialogs), RFC 7315 5.6 (icid), RFC 6043 5.2 (CSB updates need the initial exchange).
// Units:   times are UTC.
// Errors:  decode_session refuses what encode_session did not write.
// Owns:    a Session owns its octets; MIKEY messages are shared between its parts.
//
// No SIP message and no header is kept: 100,000 open dialogs must fit into memory.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "df2/material_impl.hpp"

namespace li::df2 {

enum class Method : std::uint8_t { other, invite, ack, prack, update, bye, cancel };

/// An offer with TRANSFER_INIT, until a later one takes its place.
struct Offer {
  std::uint64_t leg = 0;     ///< its Call-ID
  std::uint64_t dialog = 0;  ///< of an offer in a response; 0 else: each fork answers by itself
  std::uint64_t from = 0;    ///< From tag of the transaction: both sides may count to the same CSeq
  std::uint32_t cseq = 0;
  Method method = Method::other;
  bool answered = false;
  std::vector<std::shared_ptr<const Material>> lines;  ///< by m= line; null where there is none
};

/// An answered exchange with a ticket: what a CSB update is opened with.
struct Exchange {
  std::uint64_t dialog = 0;
  std::uint32_t csb_id = 0;
  Octets init, resp;  ///< resp may be null
};

/// A ticket, or a whole TRANSFER_INIT, that was seen in the session.
struct SeenTicket {
  Hash hash{};
  Hash initiator{};
  bool reusable = false;
};

struct Question {
  Hash id{};
  std::string target;
  Octets init, resp, initial_init, initial_resp;  ///< null where there is none
  TimePoint deadline{}, closes{};
  TimePoint ask_again = TimePoint::max();
  std::uint8_t attempts = 0;
  bool failure_told = false;
  std::string why = "timeout";  ///< there is no answer yet
};

struct Recent {
  std::uint64_t message = 0;
  std::uint32_t when = 0;  ///< seconds since 1970
};

struct Session {
  std::uint64_t id = 0;
  Bytes liid;
  std::uint32_t created = 0;  ///< seconds since 1970
  TimePoint seen{};
  bool ended = false;
  bool told_no_keys = false;           ///< the one failure record where only ciphertext is to be had
  std::vector<Hash> names;             ///< Call-IDs and icids
  std::vector<std::uint64_t> dialogs;  ///< confirmed, not ended
  std::vector<Recent> recent;          ///< messages, to know retransmissions by
  std::vector<Offer> offers;
  std::vector<Exchange> exchanges;
  std::vector<std::pair<std::uint32_t, Hash>> tickets_of;  ///< the ticket of each CSB ID that was answered
  std::vector<Hash> suspect;                               ///< TRANSFER_INITs that may be part of an attack: told
  std::vector<Hash> asked;                                 ///< pairs
  std::vector<Hash> lost;                                  ///< what there was a failure record for
  std::vector<SeenTicket> tickets;
  std::vector<Question> questions;

  /// 8 octets: when it began, and its number. A spool that was lost does not make old numbers come again.
  [[nodiscard]] Bytes correlation() const;
  [[nodiscard]] std::uint32_t cin() const { return static_cast<std::uint32_t>(id); }
  [[nodiscard]] Bytes key() const;
  /// When something is to be done with it: a timer of a question, or the end of its life.
  [[nodiscard]] TimePoint due(TimePoint end_of_life) const;
};

[[nodiscard]] RecordBytes encode_session(const Session& session);
[[nodiscard]] Result<Session> decode_session(ByteView octets);

/// Adds to a list that keeps its newest items.
template <typename T>
void remember(std::vector<T>& list, T item, std::size_t most) {
  if (list.size() >= most) list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(list.size() - most + 1));
  list.push_back(std::move(item));
}

}  // namespace li::df2
