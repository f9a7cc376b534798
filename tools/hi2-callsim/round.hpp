// hi2-callsim/round.hpp: one round of offer and answer: its m= lines, how they are keyed, and the media that follow.
//
// Source:  RFC 3264; RFC 4567 (key-mgmt at session level); RFC 4568 (SDES); TS 24.229 7.5.2 (end-to-access-edge).
// Units:   as story.hpp.
// Errors:  CannotPlay.
// Owns:    its numbers; the stage must outlive it.
#pragma once

#include "hi2-callsim/call.hpp"

namespace li::callsim {

class Round {
 public:
  using Codecs = std::vector<std::string>;
  Round(Stage& stage, std::string offerer, std::string answerer, Codecs codecs = {"PCMU/8000"});

  // MIKEY-TICKET. Without names the ticket is for the answerer.
  [[nodiscard]] OfferSpec offer_spec(std::vector<std::string> responders = {}) const;
  [[nodiscard]] AnswerSpec answer_spec() const { return {answerer_.ssrcs, false}; }
  [[nodiscard]] Body offer(ByteView mikey) const { return described(offerer_, {key_mgmt(mikey)}, true); }
  [[nodiscard]] Body answer(ByteView mikey) const { return described(answerer_, {key_mgmt(mikey)}, true); }
  /// Each m= line has a message of its own.
  [[nodiscard]] Body offer_by_line(const std::vector<ByteView>& mikey) const { return by_line(offerer_, mikey); }
  [[nodiscard]] Body answer_by_line(const std::vector<ByteView>& mikey) const { return by_line(answerer_, mikey); }

  // SDES; `edge` is "requested", "applied" or nothing.
  [[nodiscard]] Body sdes_offer(const std::string& edge = {}) { return sdes(offerer_, edge); }
  [[nodiscard]] Body sdes_answer(const std::string& edge = {}) { return sdes(answerer_, edge); }

  // Without media security; an offer may have a ticket all the same.
  [[nodiscard]] Body plain_offer() const { return described(offerer_, {}, false); }
  [[nodiscard]] Body plain_answer() const { return described(answerer_, {}, false); }

  /// Media of all lines, both ways, under these keys.
  void talk(const Sessions& sessions);
  void talk_sdes();
  void talk_plain();

  /// Another terminal that answers the same offer.
  void new_answerer();
  [[nodiscard]] Phone& offering() { return stage_.phone(offerer_.name); }
  [[nodiscard]] Phone& answering() { return stage_.phone(answerer_.name); }

 private:
  struct End {
    std::string name;
    std::vector<std::uint32_t> ssrcs;
    std::vector<std::uint16_t> ports;
    Sessions keys;  ///< SDES
  };
  [[nodiscard]] End end(const std::string& name);
  [[nodiscard]] Description description(const End& end, bool encrypted) const;
  [[nodiscard]] Body described(const End& end, std::vector<std::string> attributes, bool encrypted) const;
  [[nodiscard]] Body by_line(const End& end, const std::vector<ByteView>& mikey) const;
  [[nodiscard]] Body sdes(End& end, const std::string& edge);
  [[nodiscard]] Stream stream(std::size_t line, bool from_offerer) const;

  Stage& stage_;
  Codecs codecs_;
  unsigned round_;
  End offerer_, answerer_;
};

}  // namespace li::callsim
