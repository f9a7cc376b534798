#include "hi2-callsim/round.hpp"

#include <algorithm>

#include "crypto/random.hpp"

namespace li::callsim {

namespace {

// RFC 3551; L16 at 8000 Hz has no number of its own.
unsigned payload_type(const std::string& codec) { return codec == "PCMU/8000" ? 0 : codec == "PCMA/8000" ? 8 : 97; }

}  // namespace

Round::Round(Stage& stage, std::string offerer, std::string answerer, Codecs codecs)
    : stage_(stage), codecs_(std::move(codecs)), round_(stage.next_round()), offerer_(end(offerer)), answerer_(end(answerer)) {}

Round::End Round::end(const std::string& name) {
  End made;
  made.name = name;
  for (std::size_t i = 0; i < codecs_.size(); ++i) {
    made.ssrcs.push_back(stage_.dice().number() | 1U);
    made.ports.push_back(stage_.port());
  }
  return made;
}

void Round::new_answerer() { answerer_ = end(answerer_.name); }

OfferSpec Round::offer_spec(std::vector<std::string> responders) const {
  OfferSpec spec;
  if (responders.empty()) responders = {stage_.identity(answerer_.name)};
  spec.responders = std::move(responders);
  spec.ssrcs = offerer_.ssrcs;
  return spec;
}

Description Round::description(const End& end, bool encrypted) const {
  Description made;
  made.address = stage_.address(end.name);
  for (std::size_t i = 0; i < codecs_.size(); ++i) {
    MediaLine line;
    line.port = end.ports[i];
    line.encrypted = encrypted;
    line.payload_type = payload_type(codecs_[i]);
    line.codec = codecs_[i];
    line.ssrc = end.ssrcs[i];
    made.lines.push_back(std::move(line));
  }
  return made;
}

Body Round::described(const End& end, std::vector<std::string> attributes, bool encrypted) const {
  auto made = description(end, encrypted);
  made.attributes = std::move(attributes);
  return {made.text()};
}

Body Round::by_line(const End& end, const std::vector<ByteView>& mikey) const {
  auto made = description(end, true);
  for (std::size_t i = 0; i < mikey.size(); ++i) made.lines.at(i).attributes.push_back(key_mgmt(mikey[i]));
  return {made.text()};
}

Body Round::sdes(End& end, const std::string& edge) {
  auto made = description(end, true);
  for (auto& line : made.lines) {
    end.keys.push_back({0, line.ssrc, crypto::random_secret(16), crypto::random_secret(14)});
    line.attributes.push_back(crypto_line(end.keys.back().key.reveal(), end.keys.back().salt.reveal()));
    if (!edge.empty()) line.attributes.push_back("3ge2ae:" + edge);
  }
  return {made.text(), "application/sdp", true};
}

Stream Round::stream(std::size_t line, bool from_offerer) const {
  const auto& from = from_offerer ? offerer_ : answerer_;
  const auto& to = from_offerer ? answerer_ : offerer_;
  Stream made;
  made.ssrc = from.ssrcs[line];
  made.codec = codecs_[line];
  made.round = round_;
  made.payload_type = payload_type(made.codec);
  made.from_address = stage_.address(from.name);
  made.to_address = stage_.address(to.name);
  made.from_port = from.ports[line];
  made.to_port = to.ports[line];
  return made;
}

void Round::talk(const Sessions& sessions) {
  for (std::size_t line = 0; line < codecs_.size(); ++line) {
    for (const bool from_offerer : {true, false}) {
      auto made = stream(line, from_offerer);
      const auto at = std::find_if(sessions.begin(), sessions.end(), [&](const auto& one) { return one.ssrc == made.ssrc; });
      if (at == sessions.end()) throw std::logic_error("a stream without a crypto session");
      made.key = at->key.copy();
      made.salt = at->salt.copy();
      if (made.key.empty()) {  // the two ends have another way
        made.key = crypto::random_secret(16);
        made.salt = crypto::random_secret(14);
        made.unknown_key = true;
      }
      stage_.story.streams.push_back(std::move(made));
    }
  }
}

void Round::talk_sdes() {
  for (std::size_t line = 0; line < codecs_.size(); ++line) {
    for (const bool from_offerer : {true, false}) {
      auto made = stream(line, from_offerer);
      const auto& keys = (from_offerer ? offerer_ : answerer_).keys.at(line);
      made.key = keys.key.copy();
      made.salt = keys.salt.copy();
      made.keys_in_sdp = true;
      stage_.story.streams.push_back(std::move(made));
    }
  }
}

void Round::talk_plain() {
  for (std::size_t line = 0; line < codecs_.size(); ++line) {
    stage_.story.streams.push_back(stream(line, true));
    stage_.story.streams.push_back(stream(line, false));
  }
}

}  // namespace li::callsim
