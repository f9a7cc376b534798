// delivery/link.hpp: the two ends of a HI2 connection without sockets and clocks: what to do with octets and time that came in.
//
// Source:  ETSI TS 102 232-1 V3.26.1 6.3 (keep-alive, option negotiation, acknowledgement, reconnection), 5.2.5 (numbers).
// Units:   octets; times come in as arguments.
// Errors:  an Error means that the connection must be closed: its text says which rule was broken.
// Owns:    results own their octets.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "delivery/spool.hpp"

namespace li::delivery {

using SteadyTime = std::chrono::steady_clock::time_point;

struct LinkTimes {
  std::chrono::milliseconds keep_alive{4'000};   ///< TIME1: so long without an answer, ask for one
  std::chrono::milliseconds answer{5'000};       ///< TIME3 and TIME5: so long without one, the LEMF is dead
  std::chrono::milliseconds acknowledge{200};    ///< TIME6: at most so long after a PDU, ask for its acknowledgement
  std::chrono::milliseconds negotiation{5'000};  ///< for the whole of it
};

/// What the header of a TRI must have beside its number and time: who sends.
struct LinkIdentity {
  Bytes liid{'-'};
  Bytes operator_identifier;
  std::optional<Bytes> network_element_identifier;
};

/// The mediation function's end. Use: start(), then send what take() gives; feed() what comes; tick() at due().
class SenderLink {
 public:
  SenderLink(LinkIdentity identity, LinkTimes times);
  /// A new connection: octets of optionRequest and keep-alive.
  [[nodiscard]] Result<RecordBytes> start(SteadyTime now, TimePoint wall);
  /// May PDUs be sent? Not during negotiation, and not while `most_unconfirmed` are on their way.
  [[nodiscard]] bool ready() const;
  /// Notes that the entry was sent. Its octets go out as they are.
  void sent(std::int64_t id, SteadyTime now);
  /// Octets that came; what is to be sent now.
  [[nodiscard]] Result<RecordBytes> feed(ByteView octets, SteadyTime now, TimePoint wall);
  /// What is due: keep-alive or acknowledgement request; an Error when the LEMF is dead.
  [[nodiscard]] Result<RecordBytes> tick(SteadyTime now, TimePoint wall);
  [[nodiscard]] SteadyTime due() const;
  /// Entries that the LEMF has confirmed since the last call.
  [[nodiscard]] std::vector<std::int64_t> take_confirmed();
  /// Whether the LEMF acknowledges PDUs (true), or answers keep-alives only; nothing during negotiation.
  [[nodiscard]] std::optional<bool> acknowledges() const;

  // members are the implementation's
 private:
  LinkIdentity identity_;
  LinkTimes times_;
};

/// The LEMF's end. feed() gives PDUs to store and answers; an answer that confirms may leave only when the PDUs before it are stored, so
/// the two come in one ordered list.
class ReceiverLink {
 public:
  struct Options {
    bool acknowledgement = true;  ///< take the option when it is offered
    std::size_t max_pdu = 16 * 1024 * 1024;
  };
  struct Step {
    std::optional<ps::Pdu> store;       ///< an IRI, CC, HI1, encrypted or integrity PDU
    std::optional<RecordBytes> answer;  ///< to be sent when everything before it is stored
  };
  explicit ReceiverLink(Options options) : options_(options) {}
  [[nodiscard]] Result<std::vector<Step>> feed(ByteView octets, TimePoint wall);

 private:
  Options options_;
};

}  // namespace li::delivery
