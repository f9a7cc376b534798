#include "hi2-callsim/stage.hpp"

#include "crypto/hash.hpp"
#include "hi2/builder.hpp"

namespace li::callsim {

std::string Dice::token(std::size_t letters) {
  static constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::string made;
  while (made.size() < letters) made += kLetters[number() % kLetters.size()];
  return made;
}

Stage::Stage(const Settings& settings, Kmss& kmss, Clock clock, StageSettings stage)
    : settings_(settings), kmss_(kmss), clock_(std::move(clock)), stage_(std::move(stage)), dice_(stage_.seed) {}

Phone& Stage::phone(const std::string& name) {
  auto& phone = phones_[name];
  if (!phone) {
    const auto* subscriber = settings_.subscriber(name);
    if (subscriber == nullptr) throw CannotPlay("the scenario needs a [[ue]] named " + name);
    phone = std::make_unique<Phone>(*subscriber, kmss_, clock_);
  }
  return *phone;
}

const std::string& Stage::identity(const std::string& name) { return phone(name).identity(); }

// Of the documentation networks, told by the name.
std::string Stage::address(const std::string& name) const {
  unsigned sum = 0;
  for (const char letter : name) sum = sum * 31 + static_cast<unsigned char>(letter);
  return "198.51.100." + std::to_string(1 + sum % 250);
}

// Port 0 would take the m= line out of the session.
std::uint16_t Stage::port() {
  constexpr std::uint16_t kFirst = 40'000, kLast = 65'534;
  return next_port_ = next_port_ < kLast ? static_cast<std::uint16_t>(next_port_ + 2) : kFirst;
}

void Stage::report(const SipText& message, const std::string& from, const std::string& session, How how) {
  const auto text = message.text();
  const auto direction = from == stage_.target ? x2::Direction::from_target : x2::Direction::to_target;
  story.events.push_back({how.pause, x2::PayloadFormat::sip, direction, to_record_bytes(as_bytes(text))});
  Reported reported;
  reported.start_line = message.start_line;
  reported.session = session;
  reported.sha256 = to_hex(crypto::digest(crypto::Hash::sha256, as_bytes(text)));
  reported.retransmission = how.retransmission;
  reported.keys_in_sdp = how.keys_in_sdp;
  reported.content = message.start_line.starts_with("MESSAGE ") && !message.body.empty();
  story.reported.push_back(std::move(reported));
}

void Stage::report_mid_session(const std::string& session, const SipText& offer, const SipText& answer) {
  auto builder = hi2::IriBuilder::report(hi2::Module::eps);
  builder.lawful_interception_identifier(stage_.liid)
      .time_stamp(clock_(), {})
      .observed_sip_uri(identity(stage_.target))
      .network_identifier("31015")
      .ims_event(hi2::ImsEvent::start_of_interception_for_ims_established_session)
      .sip_message_header_offer(offer.head())
      .sip_message_header_answer(answer.head())
      .sdp_offer(offer.body)
      .sdp_answer(answer.body);
  auto record = builder.encode();
  if (!record) throw CannotPlay(hi2::to_string(record.error()));
  story.events.push_back({{}, x2::PayloadFormat::eps_iri_content, x2::Direction::both, std::move(*record)});
  story.reported.push_back({"", session, "", false, offer.body.find("inline:") != std::string::npos, false});
}

void Stage::keyed(const std::string& session, const Sessions& keys, bool with_gateway) {
  story.keyed.push_back({session, copy(keys), stage_.outcome, stage_.reason, with_gateway});
}

void Stage::suspected(const std::string& session, const std::string& reason, const Sessions& keys) {
  story.keyed.push_back({session, copy(keys), Outcome::late, reason, false});
  signal(reason);
}

void Stage::failed(const std::string& session, const std::string& reason) {
  story.keyed.push_back({session, {}, Outcome::failure, reason, false});
}

void Stage::signal(const std::string& reason) { story.signals.push_back({reason}); }

}  // namespace li::callsim
