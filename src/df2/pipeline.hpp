// df2/pipeline.hpp: from an event of X2 to IRI records with keys, or with the failure to get them.
//
// Nothing here waits, asks or looks at a clock: events, answers of the KMS and the time come in, what has to be durable goes into a batch
// of the spool, and the questions for the KMS come out, to be asked when the batch is committed. All state is in the spool too, so after a
// crash, or a batch that could not be committed, a new pipeline goes on where the last commit was.
//
// Source:  TS 33.107 clauses 7A.1.A, 7A.3, 7A.7, 7A.9; RFC 3261, 3264, 4567, 4568; docs/decisions.md (every message a REPORT at once,
//          keys on their own way; mid-session start; SDES; network decrypts; IRI only; attack signals).
// Units:   times are UTC.
// Errors:  of the spool only, and then the batch and this pipeline must be given up. Faults of an event are told to the observer; it is
//          delivered as far as it can be.
// Owns:    its state, in which there are keys.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <variant>

#include "delivery/spool.hpp"
#include "df2/warrants.hpp"
#include "x2/pdu.hpp"
#include "xk/messages.hpp"

namespace li::df2 {

/// What get_keys needs; the same id for the same question after a restart.
struct KeyQuestion {
  std::string id;
  xk::GetKeys request;
  TimePoint deadline{};           ///< the failure record is made then; an answer that comes later still counts
  std::set<std::string> liids{};  ///< for the audit trail: of the sessions that share the question
  /// With a comma between.
  [[nodiscard]] std::string whose() const;
};

/// Nobody answered, or not in words of Xk.
struct NoAnswer {
  std::string why;
};

struct KeyAnswer {
  std::string id;
  std::variant<xk::GetKeysResponse, NoAnswer> answer;
  std::set<std::string> liids{};  ///< whose it is, as the audit trail says: others that wait for it have to be asked for themselves
  /// False: nobody answered, or with a refusal that will pass. The question stays open.
  [[nodiscard]] bool is_final() const;
};

/// Words of a closed list for the metrics and the audit trail, beside what a human needs.
struct Signal {
  std::string reason;  ///< "unknown_xid", "pair_mismatch", "ticket_elsewhere", "identity_mismatch", "ticket_changed", "ticket_flood", ...;
                       ///< docs/decisions.md
  std::string liid;
  std::string detail;   ///< never a secret
  bool attack = false;  ///< an attack signal: raised at once, as a security event
};

/// Keys for DF3, which decrypts in the network (TS 33.107 7A.1.A). This project ends here.
struct MediaKey {
  std::uint8_t id = 0;    ///< CS ID of MIKEY, or the tag of a=crypto
  std::string suite;      ///< of a=crypto; empty with MIKEY
  std::size_t media = 0;  ///< index of the m= line of a=crypto
  std::optional<std::uint32_t> ssrc;
  SecretBytes key;  ///< with SDES, key and salt in one
  SecretBytes salt;
};
struct MediaKeys {
  std::string liid;
  Bytes correlation;  ///< as in the records of the session
  std::vector<MediaKey> keys;
};

/// Every function may be empty.
struct Observer {
  std::function<void(const Signal&)> on_signal;
  /// Before keys that need no KMS are read from a ticket. An Error: they are not, and a failure record says so.
  std::function<Result<void>(const KeyQuestion&)> before_reading;
  std::function<void(std::string_view why)> on_dropped;  ///< "repeated" (on X2), "retransmission" (of SIP): seen before, not reported again
  std::function<void(const MediaKeys&)> on_media_keys;   ///< before the batch is committed, so once more after a crash
  std::function<void(std::string_view outcome, std::string_view reason)> on_keys;  ///< "asked", "got", "failed"; why
  std::function<void(std::string_view event)> on_record;                           ///< name of its iMSevent
};

/// How a destination wants its records.
enum class Form { ps, file };

struct PipelineRules {
  std::chrono::milliseconds key_timer{5'000};      ///< from question to failure record
  std::chrono::milliseconds late_answer{600'000};  ///< so long an answer is waited for and asked for again
  std::chrono::hours session_lifetime{24};         ///< of a session without a message
  std::chrono::minutes ended_lifetime{10};         ///< of a session that has ended
  std::chrono::minutes late_events{60};            ///< so long behind its end a warrant takes events of its time
  std::size_t max_sessions = 200'000;              ///< the oldest that has ended goes, then the oldest
  std::chrono::milliseconds ask_again{1'000};      ///< after no answer; doubled each time, up to half a minute
  std::size_t flood_tickets = 20;                  ///< so many unresolvable tickets of a target ...
  std::chrono::seconds flood_window{60};           ///< ... in this time are an attack signal
  bool allow_unprotected = false;                  ///< tickets that prove no origin
  bool utc_time_stamps = false;                    ///< else local time of `zone`
  std::string zone = "UTC";                        ///< place of interception, e.g. "Europe/Amsterdam"
  std::map<std::string, Form, std::less<>> destinations;
  std::vector<std::string> gateways;  ///< hosts of media gateways and MRFs that end media security; empty: any party may be one
};

class Pipeline {
 public:
  /// With what the spool keeps. Fails when the zone is not known.
  [[nodiscard]] static Result<std::unique_ptr<Pipeline>> restore(delivery::Spool& spool, std::shared_ptr<const PipelineRules> rules,
                                                                 Observer observer);
  ~Pipeline();

  /// One X2 PDU that is no keep-alive. Resent ones are recognised.
  [[nodiscard]] Result<void> handle(const x2::Pdu& pdu, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch);
  /// A SIP message that handle() threw at: a record of no session, with what may be shown of its octets. Its keys are lost.
  [[nodiscard]] Result<void> salvage(const x2::Pdu& pdu, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch);
  [[nodiscard]] Result<void> answer(KeyAnswer answer, const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch);
  /// Timers: failure records, lifetimes.
  [[nodiscard]] Result<void> tick(const Warrants& warrants, TimePoint now, delivery::Spool::Batch& batch);
  /// When tick() has something to do next.
  [[nodiscard]] std::optional<TimePoint> due() const;
  /// To be asked when the batch is committed. After restore(), all that are open and may be asked: behind the next of the calls above.
  [[nodiscard]] std::vector<KeyQuestion> take_questions();
  /// Ids of questions that nobody may have an answer to any more; their warrant is gone, say. Before take_questions().
  [[nodiscard]] std::vector<std::string> take_withdrawn();
  [[nodiscard]] std::size_t sessions() const;

 private:
  class Impl;
  explicit Pipeline(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace li::df2
