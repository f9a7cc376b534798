#include "lemf/media_lines.hpp"

#include <algorithm>

#include "mikey/decode.hpp"

namespace li::lemf {
namespace {

std::uint32_t number32(ByteView octets) {
  std::uint32_t number = 0;
  for (const auto octet : octets.first(4)) number = number << 8 | octet;
  return number;
}

std::optional<mikey::Message> mikey_of(const std::vector<sip::EffectiveKeyManagement>& all, std::size_t index) {
  for (const auto& one : all) {
    if (one.media != index || one.attribute->protocol != "mikey" || !one.attribute->octets) continue;
    if (auto message = mikey::decode(one.attribute->octets->reveal())) return std::move(*message);
  }
  return std::nullopt;
}

// The policy that a block names, from the message it is in or from the offer's (RFC 6043 6.1.1).
void apply_named_policy(Choice& choice, std::optional<std::uint8_t> number, const mikey::Message& in, const mikey::Message* offered) {
  choice.any_key_size = true;
  if (!number) return;
  const auto* policy = find_policy(in.payloads, *number);
  if (policy == nullptr && offered != nullptr) policy = find_policy(offered->payloads, *number);
  if (policy != nullptr) apply_policy(choice, *policy);
}

std::vector<Choice> choices_of_map(const mikey::Message& message, const mikey::Message* offered) {
  std::vector<Choice> choices;
  for (const auto& block : message.header.srtp_ids) {
    Choice choice;
    choice.cs_id = static_cast<std::uint8_t>(choices.size() + 1);
    if (block.ssrc != 0) choice.ssrc = block.ssrc;
    choice.roll_over_counter = block.roc;
    apply_named_policy(choice, block.policy, message, offered);
    choices.push_back(std::move(choice));
  }
  for (const auto& block : message.header.generic_ids) {
    if (block.prot_type != 0) continue;
    Choice choice;
    choice.cs_id = block.cs_id;
    if (block.session_data.size() >= 4) choice.ssrc = number32(block.session_data);
    if (block.s && block.session_data.size() >= 8) choice.roll_over_counter = number32(ByteView(block.session_data).subspan(4));
    choice.mki = block.spi;
    apply_named_policy(choice, block.policies.empty() ? std::nullopt : std::optional(block.policies.front()), message, offered);
    choices.push_back(std::move(choice));
  }
  return choices;
}

// RFC 4567 7.1: two crypto sessions an m= line, in its order. Which of the two is whose is not said, so both stay, the likelier first.
void put_likely_first(std::vector<Choice>& choices, std::size_t position, bool from_offerer) {
  const auto pair = choices.begin() + static_cast<std::ptrdiff_t>(std::min(2 * position, choices.size()));
  if (pair == choices.end()) return;
  std::rotate(choices.begin(), pair, choices.end());
  if (!from_offerer && choices.size() > 1) std::swap(choices[0], choices[1]);
}

void apply_parameter(Choice& choice, const std::string& parameter) {
  if (parameter == "UNENCRYPTED_SRTP") choice.policy.cipher = media::SrtpCipher::null;
  else if (parameter == "UNENCRYPTED_SRTCP") choice.policy.rtcp_encrypted = false;
  else if (parameter == "UNAUTHENTICATED_SRTP") choice.policy.authentication = media::SrtpAuthentication::none;
  else if (parameter.starts_with("KDR=") && parameter != "KDR=0") choice.unsupported = "a key derivation rate";
}

std::vector<Choice> choices_of_sdes(const sip::Media& sender, const sip::Media* receiver) {
  const auto accepted = [&](const sip::Crypto& line) {
    return receiver == nullptr || receiver->crypto.empty() ||
           std::any_of(receiver->crypto.begin(), receiver->crypto.end(),
                       [&](const auto& other) { return other && other->tag == line.tag; });
  };
  std::vector<Choice> choices;
  for (const auto& line : sender.crypto) {
    if (!line || !accepted(*line)) continue;
    Choice choice;
    const auto policy = media::policy_of_suite(line->suite);
    if (policy) choice.policy = *policy;
    else choice.unsupported = line->suite;
    for (const auto& parameter : line->session_parameters) apply_parameter(choice, parameter);
    for (const auto& key : line->keys) {
      const auto octets = key.key_and_salt.reveal();
      if (!policy || octets.size() != policy->key_size + policy->salt_size()) continue;
      choice.keys.push_back(std::make_shared<media::SrtpKey>(
          media::SrtpKey{SecretBytes(octets.first(policy->key_size)), SecretBytes(octets.subspan(policy->key_size)), key.mki}));
    }
    choices.push_back(std::move(choice));
  }
  return choices;
}

media::Endpoint endpoint_of(const sip::Media& media) {
  const auto address = media::parse_address(media.address);
  return address && media.port <= 0xffff ? media::Endpoint{*address, static_cast<std::uint16_t>(media.port)} : media::Endpoint();
}

// What one m= line has in both descriptions.
struct Sides {
  const sip::Media* offer;
  const sip::Media* answer;  // null without an answer
  std::optional<mikey::Message> init;
  std::optional<mikey::Message> resp;
};

// RFC 3264 6: the answer decides. An offer of keys that it does not take up, under a profile without security, is an offer refused.
bool answered_in_clear(const Sides& sides) {
  return sides.answer != nullptr && !sides.resp && sides.answer->crypto.empty() && sides.answer->proto.find("SAVP") == std::string::npos;
}

MediaLine line_of(const Sides& sides, std::size_t index, std::size_t position, bool from_offerer) {
  const auto* const sender = from_offerer ? sides.offer : sides.answer;
  const auto* const receiver = from_offerer ? sides.answer : sides.offer;
  MediaLine line;
  line.index = index;
  line.type = sides.offer->type;
  line.from_offerer = from_offerer;
  if (sender != nullptr) line.from = endpoint_of(*sender), line.ssrcs = sender->ssrcs, line.codecs = sender->codecs;
  if (receiver != nullptr) {
    line.to = endpoint_of(*receiver);
    line.codecs.insert(line.codecs.begin(), receiver->codecs.begin(), receiver->codecs.end());  // payload types are the receiver's
  }
  if (answered_in_clear(sides)) return line;
  const bool has_sdes = sender != nullptr && !sender->crypto.empty();
  if (sides.init) {
    line.protection = Protection::mikey;
    line.choices = choices_of_map(sides.resp ? *sides.resp : *sides.init, &*sides.init);
    put_likely_first(line.choices, position, from_offerer);
  } else if (has_sdes) {
    line.protection = Protection::sdes;
    line.choices = choices_of_sdes(*sender, receiver);
  } else if (sides.offer->proto.find("SAVP") != std::string::npos) {
    line.protection = Protection::other;
  }
  return line;
}

bool answered_by_sdes(const Sides& sides) { return sides.answer != nullptr && !sides.answer->crypto.empty() && !sides.resp; }

}  // namespace

void apply_policy(Choice& choice, const mikey::SecurityPolicy& policy) {
  auto& out = choice.policy;
  const auto refuse = [&](std::string what) { choice.unsupported = std::move(what); };
  if (policy.prot_type != 0) refuse("a policy of another protocol than SRTP");
  bool encrypted = true;
  for (const auto& [type, value] : policy.parameters) {
    if (value.size() != 1) continue;
    const auto number = value.front();
    switch (type) {
      case 0:
        if (number == 6) out.cipher = media::SrtpCipher::aes_gcm, out.tag_size = out.rtcp_tag_size = 16;
        else if (number == 0) encrypted = false;
        else if (number != 1) refuse(number == 2 ? "AES-F8" : "encryption algorithm " + std::to_string(number));
        break;
      case 1: out.key_size = number, choice.any_key_size = false; break;
      case 2:
        if (number == 0) out.authentication = media::SrtpAuthentication::none;
        else if (number != 1) refuse("authentication algorithm " + std::to_string(number));
        break;
      case 5:
        if (number != 0) refuse("SRTP PRF " + std::to_string(number));
        break;
      case 6:
        if (number != 0) refuse("a key derivation rate");
        break;
      case 7: encrypted = encrypted && number != 0; break;
      case 8: out.rtcp_encrypted = number != 0; break;
      case 10:
        if (number == 0) out.authentication = media::SrtpAuthentication::none;
        break;
      case 11:
      case 20: out.tag_size = number; break;
      case 12:
        if (number != 0) refuse("an SRTP prefix");
        break;
      case 14:
      case 15:
      case 16:
      case 17:
      case 18:
      case 19: refuse("roll-over counters in packets (RFC 4771)"); break;
      default: break;
    }
  }
  if (out.cipher == media::SrtpCipher::aes_gcm) out.rtcp_tag_size = out.tag_size;
  else if (!encrypted) out.cipher = media::SrtpCipher::null;
}

std::vector<MediaLine> media_lines(const Exchange& exchange) {
  std::vector<MediaLine> lines;
  const auto offered = key_management(*exchange.offer);
  const auto answered = exchange.answer ? key_management(*exchange.answer) : std::vector<sip::EffectiveKeyManagement>();
  for (std::size_t i = 0; i < exchange.offer->media.size(); ++i) {
    const bool has_answer = exchange.answer && i < exchange.answer->media.size();
    Sides sides{&exchange.offer->media[i], has_answer ? &exchange.answer->media[i] : nullptr, mikey_of(offered, i), std::nullopt};
    if (sides.offer->rejected() || (has_answer && sides.answer->rejected())) continue;
    if (has_answer) sides.resp = mikey_of(answered, i);
    if (answered_by_sdes(sides)) sides.init.reset();  // RFC 4568 7.5: the answer has picked one kind
    const bool session_level =
        std::any_of(offered.begin(), offered.end(), [&](const auto& one) { return one.media == i && one.session_level; });
    for (const bool from_offerer : {true, false}) lines.push_back(line_of(sides, i, session_level ? i : 0, from_offerer));
  }
  return lines;
}

}  // namespace li::lemf
