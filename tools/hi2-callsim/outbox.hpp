// hi2-callsim/outbox.hpp: what a network function has sent on X2 and must be ready to send again.
//
// X2 has no acknowledgement of a PDU. The DF2 answers a Keepalive only when all that came before it on that connection is durable, so what
// followed the last answered Keepalive is sent again on the next connection, with the numbers that it had.
//
// Source:  ETSI TS 103 221-2 clause 6.2 (Keepalive); docs/decisions.md.
// Units:   PDUs.
// Errors:  an answer to a Keepalive that was not sent on this connection.
// Owns:    the PDUs until they are answered for. No socket, no clock.
#pragma once

#include <deque>

#include "x2/codec.hpp"

namespace li::callsim {

class Outbox {
 public:
  /// There is a Keepalive behind each `stride` PDUs at the latest: a long queue need not arrive in one piece.
  explicit Outbox(std::size_t stride = 500) : stride_(stride) {}
  void add(RecordBytes pdu);
  /// A Keepalive behind all that was added, unless one stands there.
  void add_keepalive();

  /// What is to be sent next, or nothing; it counts as sent.
  [[nodiscard]] std::optional<ByteView> next();
  /// An answer that came in.
  [[nodiscard]] Result<void> answered(std::uint32_t number);
  /// A new connection: everything that is not answered for is to be sent again, with Keepalives in between and behind it.
  void reconnected();

  [[nodiscard]] bool awaits_answer() const { return !keepalives_.empty(); }
  [[nodiscard]] std::size_t unanswered() const { return pdus_.size(); }
  [[nodiscard]] bool has_to_send() const { return sent_ < pdus_.size() || unsent_keepalives() > 0; }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t resent() const { return resent_; }

 private:
  struct Keepalive {
    std::uint32_t number = 0;
    std::uint64_t after = 0;  // so many PDUs since the start are before it
    RecordBytes octets;
    bool sent = false;
  };
  [[nodiscard]] std::size_t unsent_keepalives() const;
  void put_keepalive(std::uint64_t after);
  [[nodiscard]] std::uint64_t last_keepalive() const { return keepalives_.empty() ? acknowledged_ : keepalives_.back().after; }
  [[nodiscard]] std::uint64_t total() const { return acknowledged_ + pdus_.size(); }

  const std::size_t stride_;
  std::deque<RecordBytes> pdus_;  // the first one is number `acknowledged_`
  std::deque<Keepalive> keepalives_;
  std::size_t sent_ = 0;  // of pdus_, on this connection
  std::uint64_t acknowledged_ = 0, highest_sent_ = 0, resent_ = 0;
  std::uint32_t next_keepalive_ = 0;
};

}  // namespace li::callsim
