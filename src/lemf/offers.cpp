#include "lemf/offers.hpp"

#include <algorithm>

#include "sip/bodies.hpp"

namespace li::lemf {

bool Offers::add(Versions& versions, ByteView text, Description sdp) {
  const bool known = std::any_of(versions.begin(), versions.end(), [&](const Body& body) { return equal(body.text, text); });
  if (known || versions.size() == kMaxVersions) return false;
  versions.push_back({to_record_bytes(text), std::move(sdp)});
  return true;
}

Offers::Round& Offers::round(const std::string& key) {
  if (const auto known = by_transaction_.find(key); known != by_transaction_.end()) return rounds_[known->second];
  if (rounds_.size() == kMaxRounds) return rounds_.back();
  by_transaction_.emplace(key, rounds_.size());
  return rounds_.emplace_back();
}

Result<void> Offers::add_message(ByteView octets) {
  const auto message = sip::parse(octets);
  if (!message) return failure(message.error());
  const auto parts = sip::bodies(*message);
  if (!parts) return failure(parts.error());
  const auto part = std::find_if(parts->begin(), parts->end(), [](const sip::Part& one) { return one.content_type == "application/sdp"; });
  if (part == parts->end()) return {};
  auto sdp = sip::parse_sdp(part->octets);
  if (!sdp) return failure(sdp.error());
  auto description = std::make_shared<const sip::Sdp>(std::move(*sdp));

  const auto& method = message->cseq_method;
  if (const auto open = unanswered_.find(message->call_id);
      open != unanswered_.end() && message->is_request() && (method == "ACK" || method == "PRACK")) {
    add(rounds_[open->second].answers, part->octets, std::move(description));
    return {};
  }
  auto& of_transaction = round(message->call_id + "\n" + std::to_string(message->cseq) + " " + method);
  if (message->is_request() || of_transaction.offers.empty()) {
    add(of_transaction.offers, part->octets, std::move(description));
    if (!message->is_request()) unanswered_[message->call_id] = static_cast<std::size_t>(&of_transaction - rounds_.data());
  } else if (unanswered_.count(message->call_id) != 0 && &rounds_[unanswered_[message->call_id]] == &of_transaction) {
    add(of_transaction.offers, part->octets, std::move(description));  // the offer of a response, seen again
  } else {
    add(of_transaction.answers, part->octets, std::move(description));
  }
  return {};
}

Result<void> Offers::add_pair(std::optional<ByteView> offer, std::optional<ByteView> answer) {
  Round pair;
  for (const auto& [text, versions] : {std::pair(offer, &pair.offers), {answer, &pair.answers}}) {
    if (!text) continue;
    auto sdp = sip::parse_sdp(*text);
    if (!sdp) return failure(sdp.error());
    add(*versions, *text, std::make_shared<const sip::Sdp>(std::move(*sdp)));
  }
  if (pair.offers.empty()) std::swap(pair.offers, pair.answers);
  if (!pair.offers.empty() && rounds_.size() < kMaxRounds) rounds_.push_back(std::move(pair));
  return {};
}

std::vector<Exchange> Offers::exchanges() const {
  std::vector<Exchange> unanswered;
  std::vector<Exchange> answered;
  for (const auto& round : rounds_) {
    for (const auto& offer : round.offers) {
      for (const auto& answer : round.answers) answered.push_back({offer.sdp, answer.sdp});
      if (round.answers.empty()) unanswered.push_back({offer.sdp, nullptr});
    }
  }
  unanswered.insert(unanswered.end(), answered.begin(), answered.end());
  return unanswered;
}

}  // namespace li::lemf
