#include "df2/keys_impl.hpp"

#include <algorithm>

#include "df2/uri_impl.hpp"
#include "mikey/get_keys.hpp"

namespace li::df2 {
namespace {

constexpr std::size_t kMostAsked = 64;
constexpr std::size_t kMostQuestions = 32;  // open ones of a session; each keeps its MIKEY messages

std::string id_text(const Hash& hash) {
  auto text = to_hex(hash);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return text;
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

Hash pair_hash(const Pairing& pairing) { return hash_of({pairing.init->hash, pairing.resp ? ByteView(pairing.resp->hash) : ByteView()}); }

bool is_in(const std::vector<Hash>& list, const Hash& item) { return std::find(list.begin(), list.end(), item) != list.end(); }

bool add_once(std::vector<Hash>& list, const Hash& item) {
  if (is_in(list, item)) return false;
  remember(list, item, kMostAsked);
  return true;
}

mikey::Transfer transfer_of(const Octets& init, const Octets& resp) {
  return {*init, resp ? std::optional<ByteView>(*resp) : std::nullopt};
}

}  // namespace

Result<void> KeyRoad::take(const Turn& turn, const Warrant& warrant, Session& session, const SipEvent& event, MediaSteps steps) {
  for (auto& suspect : guard_.look(session, event, steps)) steps.lost.push_back(std::move(suspect));
  for (const auto& pairing : steps.ask) {
    if (!add_once(session.asked, pair_hash(pairing))) continue;
    bool told = is_in(session.suspect, pairing.init->hash);
    if (!told && pairing.resp && guard_.is_stranger(session, event, *pairing.resp)) {
      steps.lost.push_back({"identity_mismatch", pairing.resp->hash});
      told = true;
    }
    if (session.questions.size() >= kMostQuestions) {
      teller_.signal("too_many_questions", as_text(session.liid), "no key is asked for while so many questions of a session are open");
      steps.lost.push_back({"too_many_questions", pair_hash(pairing)});
    } else if (auto asked = ask(turn, warrant, session, pairing, told); !asked) {
      return asked;
    }
  }
  return lose_all(turn, warrant, session, event, steps.lost);
}

// One failure record for a reason, however many m= lines give it.
Result<void> KeyRoad::lose_all(const Turn& turn, const Warrant& warrant, Session& session, const SipEvent& event,
                               const std::vector<Lost>& all) {
  std::set<std::string> reasons;
  for (const auto& lost : all) {
    const bool plain = lost.reason == "plain";
    if (plain && warrant.gateway_plain && with_gateway(*rules_, event)) continue;
    if (reasons.contains(lost.reason) || is_in(session.lost, lost.what)) continue;
    remember(session.lost, lost.what, kMostAsked);
    reasons.insert(lost.reason);
    if (auto told = lose(turn, warrant, session, lost); !told) return told;
  }
  return {};
}

Result<void> KeyRoad::ask(const Turn& turn, const Warrant& warrant, Session& session, const Pairing& pairing, bool told) {
  if (!may_have_keys(warrant, turn.now)) return lose(turn, warrant, session, {"keys_unavailable", {}});
  const auto ticket = pairing.initial ? read_material(*pairing.initial->init) : pairing.init;
  if (!ticket->is_protected) return read_directly(turn, warrant, session, pairing, told);
  auto question = question_of(warrant, pairing);
  question.failure_told = told;
  open(warrant, session, std::move(question), turn.now + rules_->key_timer);
  return {};
}

void KeyRoad::open(const Warrant& warrant, Session& session, Question question, TimePoint deadline) {
  warrants_end_ = std::min(warrants_end_.value_or(warrant.until), warrant.until);
  question.deadline = deadline;
  question.closes = deadline + rules_->late_answer;
  auto& waiting = waiting_[question.id];
  to_ask_.push_back(question.id);  // when it is being asked already, it gets another LIID
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

void KeyRoad::withdraw(Session& session, const Hash& id) {
  close(session, id);
  (waiting_.contains(id) ? to_ask_ : withdrawn_).push_back(id);
}

// Nothing protects the ticket: what the KMS would do, anybody can.
Result<void> KeyRoad::read_directly(const Turn& turn, const Warrant& warrant, Session& session, const Pairing& pairing, bool failure_told) {
  constexpr std::uint64_t kNtpEpoch = 2'208'988'800;  // seconds from 1900 to 1970
  auto question = question_of(warrant, pairing);
  question.failure_told = failure_told;
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
    open(warrant, session, std::move(question), turn.now + rules_->key_timer);
    return {};
  }
  Keys keys;
  auto told = to_ask(question);
  told.liids = {warrant.liid};
  if (call && !teller_.before_reading(told)) return lose(turn, warrant, session, {"no_audit", {}});
  teller_.signal("unprotected", warrant.liid, "a ticket that proves no origin");
  if (!call) keys.reason = mikey::word(call.error().reason);
  if (call) {
    for (const auto& one : call->sessions) {
      if (one.reason) keys.missing.push_back("CS " + std::to_string(one.cs_id) + ": " + std::string(mikey::word(*one.reason)));
      else keys.keys.push_back({one.cs_id, one.ssrc, one.key.copy(), one.salt.copy()});
    }
  }
  return deliver(turn, warrant, session, std::move(keys), failure_told);
}

Result<void> KeyRoad::lose(const Turn& turn, const Warrant& warrant, Session& session, const Lost& lost) {
  if (warrant.scope == Scope::iri_only || !warrant.valid_at(turn.now)) return {};
  if (!warrant.keys_available && std::exchange(session.told_no_keys, true)) return {};
  if (lost.reason == "malformed") guard_.count_unresolvable(warrant, turn.now);
  return fail(turn, warrant, session, warrant.keys_available ? lost.reason : "keys_unavailable");
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
  auto ids = std::exchange(to_ask_, {});
  std::set<Hash> once;
  std::erase_if(ids, [&](const Hash& id) { return !once.insert(id).second; });
  for (const auto& id : ids) {
    const auto waiting = waiting_.find(id);
    if (waiting == waiting_.end()) continue;
    std::optional<KeyQuestion> asked;
    std::set<std::string> liids;
    for (const auto session_id : waiting->second) {
      const auto* session = sessions_.find(session_id);
      liids.emplace(as_text(session->liid));
      const auto question =
          std::find_if(session->questions.begin(), session->questions.end(), [&](const auto& one) { return one.id == id; });
      if (!asked) asked = to_ask(*question);
    }
    asked->liids = std::move(liids);
    questions.push_back(std::move(*asked));
  }
  return questions;
}

std::vector<std::string> KeyRoad::take_withdrawn() {
  std::vector<std::string> ids;
  for (const auto& id : std::exchange(withdrawn_, {})) {
    if (!waiting_.contains(id)) ids.push_back(id_text(id));
  }
  return ids;
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
