#include "df2/keys_impl.hpp"

#include <algorithm>

#include "df2/uri_impl.hpp"
#include "mikey/get_keys.hpp"

namespace li::df2 {
namespace {

constexpr std::size_t kMostAsked = 64;

std::string id_text(const Hash& hash) {
  auto text = to_hex(hash);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return text;
}

std::optional<Hash> to_id(std::string_view text) {
  const auto octets = from_hex(text);
  Hash hash{};
  if (!octets || octets->size() != hash.size()) return std::nullopt;
  std::copy(octets->begin(), octets->end(), hash.begin());
  return hash;
}

ByteView view(const Octets& octets) { return octets ? ByteView(*octets) : ByteView(); }

xk::Exchange exchange_of(const Octets& init, const Octets& resp) {
  return {to_record_bytes(*init), resp ? std::optional(to_record_bytes(*resp)) : std::nullopt};
}

KeyQuestion to_ask(const Question& question) {
  KeyQuestion out;
  out.id = id_text(question.id);
  out.request = {out.id, question.target, exchange_of(question.init, question.resp), std::nullopt};
  if (question.initial_init) out.request.initial = exchange_of(question.initial_init, question.initial_resp);
  out.deadline = question.deadline;
  return out;
}

Question question_of(const Warrant& warrant, const Pairing& pairing) {
  Question question;
  question.target = warrant.kms_identity;
  question.init = pairing.init->octets;
  if (pairing.resp) question.resp = pairing.resp->octets;
  if (pairing.initial) question.initial_init = pairing.initial->init;
  if (pairing.initial) question.initial_resp = pairing.initial->resp;
  question.id = hash_of(
      {as_bytes(question.target), view(question.init), view(question.resp), view(question.initial_init), view(question.initial_resp)});
  return question;
}

bool may_pass(xk::Reason reason) { return reason == xk::Reason::unavailable || reason == xk::Reason::rate_limited; }

Hash pair_hash(const Pairing& pairing) { return hash_of({pairing.init->hash, pairing.resp ? ByteView(pairing.resp->hash) : ByteView()}); }

bool add_once(std::vector<Hash>& list, const Hash& item) {
  if (std::find(list.begin(), list.end(), item) != list.end()) return false;
  remember(list, item, kMostAsked);
  return true;
}

mikey::Transfer transfer_of(const Octets& init, const Octets& resp) {
  return {*init, resp ? std::optional<ByteView>(*resp) : std::nullopt};
}

}  // namespace

Result<void> KeyRoad::take(const Turn& turn, const Warrant& warrant, Session& session, const SipEvent& event, const MediaSteps& steps) {
  for (const auto& pairing : steps.ask) {
    if (!add_once(session.asked, pair_hash(pairing))) continue;
    if (pairing.resp) guard_.look_at_answer(session, event, *pairing.resp);
    if (auto asked = ask(turn, warrant, session, pairing); !asked) return asked;
  }
  for (const auto& lost : steps.lost) {
    const bool plain = lost.reason == "plain";
    if (plain && warrant.gateway_plain && with_gateway(*rules_, event)) continue;
    if (!add_once(session.asked, lost.what)) continue;
    if (auto told = lose(turn, warrant, session, lost); !told) return told;
  }
  return {};
}

Result<void> KeyRoad::ask(const Turn& turn, const Warrant& warrant, Session& session, const Pairing& pairing) {
  if (warrant.scope == Scope::iri_only) return {};
  if (!warrant.keys_available) return lose(turn, warrant, session, {"keys_unavailable", {}});
  const auto ticket = pairing.initial ? read_material(*pairing.initial->init) : pairing.init;
  if (!ticket->is_protected) return read_directly(turn, warrant, session, pairing);
  open(session, question_of(warrant, pairing), turn.now + rules_->key_timer);
  return {};
}

void KeyRoad::open(Session& session, Question question, TimePoint deadline) {
  question.deadline = deadline;
  question.closes = deadline + rules_->late_answer;
  auto& waiting = waiting_[question.id];
  if (waiting.empty()) to_ask_.push_back(question.id);
  waiting.insert(session.id);
  session.questions.push_back(std::move(question));
  teller_.keys("asked", {});
}

void KeyRoad::close(Session& session, const Hash& id) {
  std::erase_if(session.questions, [&](const Question& question) { return question.id == id; });
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  found->second.erase(session.id);
  if (found->second.empty()) waiting_.erase(found);
}

// Nothing protects the ticket: what the KMS would do, anybody can.
Result<void> KeyRoad::read_directly(const Turn& turn, const Warrant& warrant, Session& session, const Pairing& pairing) {
  constexpr std::uint64_t kNtpEpoch = 2'208'988'800;  // seconds from 1900 to 1970
  auto question = question_of(warrant, pairing);
  mikey::GetKeys request{transfer_of(question.init, question.resp), std::nullopt, question.target};
  if (question.initial_init) request.initial = transfer_of(question.initial_init, question.initial_resp);
  const mikey::OpenTicket opened = [&](const mikey::TicketView& ticket) {
    return mikey::open_ticket(
        ticket, [](std::optional<ByteView>) { return std::nullopt; }, rules_->allow_unprotected);
  };
  const auto seconds = std::chrono::floor<std::chrono::seconds>(turn.now).time_since_epoch().count();
  const auto call =
      mikey::get_keys(request, opened, {kNtpEpoch + static_cast<std::uint64_t>(seconds), false, rules_->allow_unprotected}, {});
  if (!call && call.error().reason == mikey::Reason::unknown_tpk) {  // encrypted, though nothing proves its origin
    open(session, std::move(question), turn.now + rules_->key_timer);
    return {};
  }
  Keys keys;
  teller_.signal("unprotected", warrant.liid, "a ticket that proves no origin");
  if (!call) keys.reason = mikey::word(call.error().reason);
  if (call) {
    for (const auto& one : call->sessions) {
      if (one.reason) keys.missing.push_back("CS " + std::to_string(one.cs_id) + ": " + std::string(mikey::word(*one.reason)));
      else keys.keys.push_back({one.cs_id, one.ssrc, one.key.copy(), one.salt.copy()});
    }
  }
  return deliver(turn, warrant, session, std::move(keys), false);
}

Result<void> KeyRoad::lose(const Turn& turn, const Warrant& warrant, Session& session, const Lost& lost) {
  if (warrant.scope == Scope::iri_only) return {};
  if (!warrant.keys_available && std::exchange(session.told_no_keys, true)) return {};
  if (lost.reason == "malformed") guard_.count_unresolvable(warrant, turn.now);
  return fail(turn, warrant, session, warrant.keys_available ? lost.reason : "keys_unavailable");
}

Result<void> KeyRoad::fail(const Turn& turn, const Warrant& warrant, Session& session, std::string_view reason) {
  teller_.keys("failed", reason);
  return recorder_.failure(turn, warrant, session);
}

Result<void> KeyRoad::deliver(const Turn& turn, const Warrant& warrant, Session& session, Keys keys, bool failure_told) {
  if (keys.keys.empty()) {
    if (Guard::is_attack(keys.reason)) teller_.attack(keys.reason, warrant.liid, "as the key management messages show");
    guard_.count_unresolvable(warrant, turn.now);
    if (!failure_told) return fail(turn, warrant, session, keys.reason);
    teller_.keys("failed", keys.reason);
    return {};
  }
  teller_.keys("got", keys.missing.empty() ? "" : "partly");
  for (const auto& missing : keys.missing) teller_.signal("partial_keys", warrant.liid, missing);
  if (warrant.network_decrypts) {
    MediaKeys media{warrant.liid, session.correlation(), {}};
    for (auto& key : keys.keys) media.keys.push_back({key.cs_id, {}, 0, key.ssrc, std::move(key.key), std::move(key.salt)});
    teller_.media_keys(media);
    return {};
  }
  std::vector<hi2::CCKeyInfo> infos;
  for (auto& key : keys.keys) {
    auto salt = key.salt.empty() ? std::nullopt : std::optional(std::move(key.salt));
    infos.push_back({{key.cs_id}, std::move(key.key), std::move(salt)});
  }
  return recorder_.keys(turn, warrant, session, std::move(infos), !keys.missing.empty());
}

Result<void> KeyRoad::answer(const Turn& turn, KeyAnswer answer) {
  const auto id = to_id(answer.id);
  const auto found = id ? waiting_.find(*id) : waiting_.end();
  if (found == waiting_.end()) {
    teller_.keys("late", "nobody_waits");
    return {};
  }
  for (const auto session_id : std::set(found->second)) {
    auto* session = sessions_.find(session_id);
    if (session == nullptr) continue;
    if (auto settled = settle(turn, *session, *id, answer); !settled) return settled;
    if (auto kept = sessions_.keep(*session, turn.batch); !kept) return kept;
  }
  return {};
}

// One session's part of an answer.
Result<void> KeyRoad::settle(const Turn& turn, Session& session, const Hash& id, const KeyAnswer& answer) {
  const auto question = std::find_if(session.questions.begin(), session.questions.end(), [&](const auto& one) { return one.id == id; });
  if (question == session.questions.end()) return {};
  const auto* response = std::get_if<xk::GetKeysResponse>(&answer.answer);
  const auto* reason = response == nullptr ? nullptr : std::get_if<xk::Reason>(&response->answer);
  if (response == nullptr || (reason != nullptr && may_pass(*reason))) {
    put_off(turn, *question);
    return {};
  }
  const bool told = question->failure_told;
  close(session, id);
  const auto warrant = warrant_of(turn, session);
  if (!warrant) return {};
  Keys keys;
  if (reason != nullptr) keys.reason = xk::to_string(*reason);
  else {
    for (const auto& one : std::get<std::vector<xk::CryptoSession>>(response->answer)) {
      const auto* key = std::get_if<xk::SessionKey>(&one.answer);
      const auto why = key == nullptr ? xk::to_string(std::get<xk::Reason>(one.answer)) : std::string_view();
      if (key != nullptr) keys.keys.push_back({one.cs_id, one.ssrc, key->key.copy(), key->salt ? key->salt->copy() : SecretBytes()});
      else keys.missing.push_back("CS " + std::to_string(one.cs_id) + ": " + std::string(why));
      if (keys.reason.empty()) keys.reason = why;
    }
  }
  return deliver(turn, *warrant, session, std::move(keys), told);
}

void KeyRoad::put_off(const Turn& turn, Question& question) const {
  constexpr std::chrono::milliseconds kLongest{30'000};
  const auto doublings = std::min<unsigned>(question.attempts, 10);
  question.ask_again = turn.now + std::min(rules_->ask_again * (1U << doublings), kLongest);
  if (question.attempts < 255) ++question.attempts;
}

Result<void> KeyRoad::tick(const Turn& turn, Session& session) {
  for (auto& question : session.questions) {
    if (question.ask_again <= turn.now) {
      question.ask_again = TimePoint::max();
      to_ask_.push_back(question.id);
    }
    if (auto expired = expire(turn, session, question); !expired) return expired;
  }
  std::vector<Hash> over;
  for (const auto& question : session.questions) {
    if (question.failure_told && question.closes <= turn.now) over.push_back(question.id);
  }
  for (const auto& id : over) close(session, id);
  return {};
}

Result<void> KeyRoad::expire(const Turn& turn, Session& session, Question& question) {
  if (question.failure_told || turn.now < question.deadline) return {};
  question.failure_told = true;
  const auto warrant = warrant_of(turn, session);
  return warrant ? fail(turn, *warrant, session, "timeout") : Result<void>{};
}

Result<void> KeyRoad::give_up(const Turn& turn, Session& session) {
  while (!session.questions.empty()) {
    auto& question = session.questions.back();
    question.deadline = std::min(question.deadline, turn.now);
    if (auto expired = expire(turn, session, question); !expired) return expired;
    const auto id = question.id;
    close(session, id);
  }
  return {};
}

void KeyRoad::resume(Session& session) {
  for (auto& question : session.questions) {
    auto& waiting = waiting_[question.id];
    if (waiting.empty()) to_ask_.push_back(question.id);
    waiting.insert(session.id);
    question.ask_again = TimePoint::max();
  }
}

std::vector<KeyQuestion> KeyRoad::take_questions() {
  std::vector<KeyQuestion> questions;
  for (const auto& id : std::exchange(to_ask_, {})) {
    const auto waiting = waiting_.find(id);
    if (waiting == waiting_.end()) continue;
    std::optional<KeyQuestion> asked;
    std::string liids;
    for (const auto session_id : waiting->second) {
      const auto* session = sessions_.find(session_id);
      liids += (liids.empty() ? "" : ", ") + std::string(as_text(session->liid));
      const auto question =
          std::find_if(session->questions.begin(), session->questions.end(), [&](const auto& one) { return one.id == id; });
      if (!asked) asked = to_ask(*question);
    }
    asked->liid = std::move(liids);
    questions.push_back(std::move(*asked));
  }
  return questions;
}

std::shared_ptr<const Warrant> KeyRoad::warrant_of(const Turn& turn, const Session& session) const {
  const auto liid = as_text(session.liid);
  auto warrant = turn.warrants.with(liid);
  if (warrant && warrant->valid_at(turn.now)) return warrant;
  teller_.signal("not_valid", liid, "keys of a session whose warrant is not valid any more");
  return nullptr;
}

bool with_gateway(const PipelineRules& rules, const SipEvent& event) {
  if (rules.gateways.empty() || !event.message) return true;
  auto uris = named_in(*event.message);
  uris.push_back(event.message->contact);
  return std::any_of(uris.begin(), uris.end(), [&](const auto& uri) {
    return std::find(rules.gateways.begin(), rules.gateways.end(), host_of(uri)) != rules.gateways.end();
  });
}

}  // namespace li::df2
