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

#include "delivery/framer.hpp"
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

/// How many PDUs may be on their way without being confirmed: what has to be sent again when the connection is lost.
struct LinkWindow {
  std::size_t entries = 1'000;
  std::size_t octets = 1024 * 1024;
};

/// The mediation function's end. Use: start(), then send what it gives; feed() what comes; tick() when PDUs were sent, and at due().
///
/// What confirms a PDU is the answer to a question asked behind it: pDUAcknowledgementRequest, or keep-alive where the LEMF does not take
/// the option. One question may stand for many PDUs.
class SenderLink {
 public:
  /// `negotiate`: offer options to the LEMF. Without, PDUs go at once, and keep-alives confirm them.
  explicit SenderLink(LinkIdentity identity, LinkTimes times = {}, LinkWindow window = {}, bool negotiate = true);
  /// A new connection: octets of optionRequest and keep-alive. What was on its way before must be sent again.
  [[nodiscard]] Result<RecordBytes> start(SteadyTime now, TimePoint wall);
  /// May PDUs be sent? Not during negotiation, and not while the window is full.
  [[nodiscard]] bool ready() const;
  /// Notes that the entry was sent. Its octets go out as they are.
  void sent(std::int64_t id, std::size_t octets, SteadyTime now);
  /// Octets that came; what is to be sent now.
  [[nodiscard]] Result<RecordBytes> feed(ByteView octets, SteadyTime now, TimePoint wall);
  /// What is due: keep-alive or acknowledgement request; an Error when the LEMF is dead.
  [[nodiscard]] Result<RecordBytes> tick(SteadyTime now, TimePoint wall);
  [[nodiscard]] SteadyTime due() const;
  /// No more PDUs will follow: what was sent is asked about at once.
  void hurry() { hurried_ = true; }
  /// Entries that the LEMF has confirmed since the last call, in their order.
  [[nodiscard]] std::vector<std::int64_t> take_confirmed();
  /// On their way.
  [[nodiscard]] std::size_t unconfirmed() const { return on_way_.size(); }
  /// Whether the LEMF acknowledges PDUs (true), or answers keep-alives only; nothing during negotiation.
  [[nodiscard]] std::optional<bool> acknowledges() const;

 private:
  enum class Phase { negotiating, open };
  struct OnWay {
    std::int64_t id = 0;
    std::size_t octets = 0;
  };
  struct Question {
    std::uint32_t number = 0;
    SteadyTime asked;
    std::uint64_t covers = 0;  // PDUs sent on this connection before it
  };
  struct Counters {
    std::uint32_t keep_alive = 0;
    std::uint32_t option = 0;
    std::uint32_t acknowledgement = 0;
  };

  [[nodiscard]] ps::Header header(std::uint32_t number, TimePoint wall) const;
  [[nodiscard]] Result<void> ask(ps::Tri tri, RecordBytes& out, SteadyTime now, TimePoint wall);
  [[nodiscard]] Result<void> handle(const ps::Pdu& pdu, RecordBytes& out, SteadyTime now, TimePoint wall);
  [[nodiscard]] Result<void> negotiate(const ps::Pdu& pdu, RecordBytes& out, TimePoint wall);
  [[nodiscard]] Result<void> answer_request(const ps::Pdu& pdu, RecordBytes& out, TimePoint wall);
  [[nodiscard]] Result<void> complete(RecordBytes& out, TimePoint wall);
  [[nodiscard]] Result<void> answered(std::deque<Question>& questions, const ps::Pdu& pdu, SteadyTime now);
  void confirm(std::uint64_t covers);
  [[nodiscard]] bool may_ask() const;
  [[nodiscard]] std::optional<SteadyTime> question_due() const;
  [[nodiscard]] std::optional<SteadyTime> deadline() const;

  LinkIdentity identity_;
  LinkTimes times_;
  LinkWindow window_;
  bool negotiate_;
  Counters numbers_;  // they go on over connections
  std::vector<std::int64_t> confirmed_;

  // Of this connection.
  Framer framer_;
  Phase phase_ = Phase::negotiating;
  bool responded_ = false;  // optionResponse came
  bool acknowledges_ = false;
  bool completed_ = false;        // optionComplete was sent
  bool other_completed_ = false;  // and came
  bool hurried_ = false;
  SteadyTime started_;
  SteadyTime heard_;  // the last answer
  std::deque<Question> keep_alives_;
  std::deque<Question> requests_;
  std::deque<OnWay> on_way_;
  std::size_t octets_on_way_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t done_ = 0;     // of those, confirmed
  std::uint64_t covered_ = 0;  // of those, some question stands behind them
  std::size_t octets_uncovered_ = 0;
  SteadyTime uncovered_since_;
};

/// The LEMF's end. feed() gives PDUs to store and answers; an answer that confirms may leave only when the PDUs before it are stored, so
/// the two come in one ordered list. Senders that never negotiate are welcome.
class ReceiverLink {
 public:
  struct Options {
    bool acknowledgement = true;  ///< take the option when it is offered
    std::size_t max_pdu = 16 * 1024 * 1024;
  };
  struct Step {
    std::optional<ps::Pdu> store;       ///< any PDU that is not the link's own affair: of TRIs, all but what 6.3 lets the two ends say
    std::optional<RecordBytes> answer;  ///< to be sent when everything before it is stored
  };
  explicit ReceiverLink(Options options);
  /// When something is wrong behind good PDUs, those are given, and the next call (with any octets, or none) says what it was.
  [[nodiscard]] Result<std::vector<Step>> feed(ByteView octets, TimePoint wall);

 private:
  enum class Phase { fresh, requested, completing, open };  // `completing`: optionComplete was sent
  [[nodiscard]] Result<void> handle(ps::Pdu&& pdu, std::vector<Step>& steps, TimePoint wall);
  [[nodiscard]] Result<void> tri(ps::Pdu&& pdu, std::vector<Step>& steps, TimePoint wall);
  [[nodiscard]] Result<void> respond(const ps::Pdu& request, std::vector<Step>& steps, TimePoint wall);
  [[nodiscard]] Result<void> keep_alive(const ps::Pdu& asked, std::vector<Step>& steps, TimePoint wall);

  Options options_;
  Framer framer_;
  Phase phase_ = Phase::fresh;
  bool granted_ = false;       // pDUAcknowledgement
  std::uint32_t numbers_ = 0;  // of optionComplete
  std::optional<Error> broken_;
};

}  // namespace li::delivery
