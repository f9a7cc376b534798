// df2/keys_impl.hpp: the way of keys: from an offer and its answer to a question, and from the KMS's answer, or its absence, to a record.
//
// Source:  TS 33.107 7A.7.2 (get_keys, timer, failure), 7A.1.A (keys for DF3); RFC 6043; docs/decisions.md.
// Units:   times are UTC.
// Errors:  of the spool.
// Owns:    which sessions wait for which answer; the questions themselves lie in the sessions.
#pragma once

#include <set>
#include <unordered_map>

#include "df2/attack_impl.hpp"
#include "df2/records_impl.hpp"
#include "mikey/call.hpp"

namespace li::df2 {

class KeyRoad {
 public:
  KeyRoad(std::shared_ptr<const PipelineRules> rules, const Teller& teller, const Recorder& recorder, Guard& guard, Sessions& sessions)
      : rules_(std::move(rules)), teller_(teller), recorder_(recorder), guard_(guard), sessions_(sessions) {}

  /// What a message meant for the keys of its session.
  [[nodiscard]] Result<void> take(const Turn& turn, const Warrant& warrant, Session& session, const SipEvent& event, MediaSteps steps);
  [[nodiscard]] Result<void> answer(const Turn& turn, KeyAnswer answer);
  /// Timers of a session's questions.
  [[nodiscard]] Result<void> tick(const Turn& turn, Session& session);
  /// A session that has to go although it has questions: their failure records.
  [[nodiscard]] Result<void> give_up(const Turn& turn, Session& session);
  /// Questions of a session that was restored. review() comes before they are asked.
  void resume(Session& session);
  /// Closes what warrants don't give keys for any more.
  [[nodiscard]] Result<void> review(const Turn& turn);
  /// When a warrant ends under which a question is open.
  [[nodiscard]] std::optional<TimePoint> warrants_end() const { return warrants_end_; }
  /// No keys for this session: its questions are closed, with a failure record where ciphertext still goes out.
  [[nodiscard]] Result<void> withhold(const Turn& turn, Session& session);
  [[nodiscard]] std::vector<KeyQuestion> take_questions();
  /// Questions that are not to be asked on.
  [[nodiscard]] std::vector<std::string> take_withdrawn();

 private:
  /// Keys however they came, and why some or all are missing.
  struct Keys {
    struct Key {
      std::uint8_t cs_id = 0;
      std::optional<std::uint32_t> ssrc;
      SecretBytes key, salt;
    };
    std::vector<Key> keys;
    std::vector<std::string> missing;  ///< "CS 2: no_key"
    std::string reason;                ///< when there is none at all
  };

  [[nodiscard]] Result<void> lose_all(const Turn& turn, const Warrant& warrant, Session& session, const SipEvent& event,
                                      const std::vector<Lost>& all);
  /// `told`: there was a failure record for it already.
  [[nodiscard]] Result<void> ask(const Turn& turn, const Warrant& warrant, Session& session, const Pairing& pairing, bool told);
  [[nodiscard]] Result<void> read_directly(const Turn& turn, const Warrant& warrant, Session& session, const Pairing& pairing,
                                           bool failure_told);
  [[nodiscard]] Result<void> lose(const Turn& turn, const Warrant& warrant, Session& session, const Lost& lost);
  [[nodiscard]] Result<void> fail(const Turn& turn, const Warrant& warrant, Session& session, std::string_view reason);
  [[nodiscard]] Result<void> deliver(const Turn& turn, const Warrant& warrant, Session& session, Keys keys, bool failure_told);
  [[nodiscard]] Result<void> settle(const Turn& turn, Session& session, const Hash& id, const KeyAnswer& answer);
  [[nodiscard]] Result<void> expire(const Turn& turn, Session& session, Question& question);
  void open(const Warrant& warrant, Session& session, Question question, TimePoint deadline);
  void close(Session& session, const Hash& id);
  void withdraw(Session& session, const Hash& id);
  void put_off(const Turn& turn, Question& question) const;
  /// The warrant of a session, if it may have keys now.
  [[nodiscard]] static std::shared_ptr<const Warrant> entitled_to_keys(const Turn& turn, const Session& session);

  std::shared_ptr<const PipelineRules> rules_;
  const Teller& teller_;
  const Recorder& recorder_;
  Guard& guard_;
  Sessions& sessions_;
  std::unordered_map<Hash, std::set<std::uint64_t>, HashOfHash> waiting_;  ///< sessions by question
  std::vector<Hash> to_ask_, withdrawn_;
  std::optional<TimePoint> warrants_end_;
};

/// The one place that says so: before a question, before its answer, and whenever warrants change.
[[nodiscard]] inline bool may_have_keys(const Warrant& warrant, TimePoint now) {
  return warrant.valid_at(now) && warrant.scope == Scope::iri_and_content && warrant.keys_available;
}

/// Whether the ones who talk media are a terminal and a gateway, as far as rules say which hosts are gateways.
[[nodiscard]] bool with_gateway(const PipelineRules& rules, const SipEvent& event);

}  // namespace li::df2
