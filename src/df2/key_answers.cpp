// The second half of the way of keys: what the KMS says, or that it says nothing.
#include <algorithm>

#include "df2/keys_impl.hpp"

namespace li::df2 {
namespace {

std::optional<Hash> to_id(std::string_view text) {
  const auto octets = from_hex(text);
  Hash hash{};
  if (!octets || octets->size() != hash.size()) return std::nullopt;
  std::copy(octets->begin(), octets->end(), hash.begin());
  return hash;
}

bool may_pass(xk::Reason reason) { return reason == xk::Reason::unavailable || reason == xk::Reason::rate_limited; }

}  // namespace

std::string KeyQuestion::whose() const {
  std::string text;
  for (const auto& liid : liids) text += (text.empty() ? "" : ", ") + liid;
  return text;
}

bool KeyAnswer::is_final() const {
  const auto* response = std::get_if<xk::GetKeysResponse>(&answer);
  const auto* reason = response == nullptr ? nullptr : std::get_if<xk::Reason>(&response->answer);
  return response != nullptr && (reason == nullptr || !may_pass(*reason));
}

Result<void> KeyRoad::fail(const Turn& turn, const Warrant& warrant, Session& session, std::string_view reason) {
  teller_.keys("failed", reason);
  return recorder_.failure(turn, warrant, session);
}

Result<void> KeyRoad::deliver(const Turn& turn, const Warrant& warrant, Session& session, Keys keys, bool failure_told) {
  std::erase_if(keys.keys, [](const auto& key) { return key.key.empty(); });
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
    if (answer.is_final() && !answer.liids.contains(std::string(as_text(session->liid)))) {
      to_ask_.push_back(*id);  // it came while the others were answered
      continue;
    }
    if (auto settled = settle(turn, *session, *id, answer); !settled) return settled;
    if (auto kept = sessions_.keep_if_known(*session, turn.warrants, turn.batch); !kept) return kept;
  }
  return {};
}

// One session's part of an answer.
Result<void> KeyRoad::settle(const Turn& turn, Session& session, const Hash& id, const KeyAnswer& answer) {
  const auto question = std::find_if(session.questions.begin(), session.questions.end(), [&](const auto& one) { return one.id == id; });
  if (question == session.questions.end()) return {};
  const auto warrant = entitled_to_keys(turn, session);
  if (!warrant) return withhold(turn, session);
  const auto* response = std::get_if<xk::GetKeysResponse>(&answer.answer);
  const auto* reason = response == nullptr ? nullptr : std::get_if<xk::Reason>(&response->answer);
  if (!answer.is_final()) {
    put_off(turn, *question);
    if (reason != nullptr) question->why = xk::to_string(*reason);
    return {};
  }
  const bool told = question->failure_told;
  close(session, id);
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
  if (!session.questions.empty() && !entitled_to_keys(turn, session)) return withhold(turn, session);
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
  for (const auto& id : over) withdraw(session, id);
  return {};
}

Result<void> KeyRoad::expire(const Turn& turn, Session& session, Question& question) {
  if (question.failure_told || turn.now < question.deadline) return {};
  question.failure_told = true;
  const auto warrant = entitled_to_keys(turn, session);
  return warrant ? fail(turn, *warrant, session, question.why) : Result<void>{};
}

Result<void> KeyRoad::give_up(const Turn& turn, Session& session) {
  while (!session.questions.empty()) {
    auto& question = session.questions.back();
    question.deadline = std::min(question.deadline, turn.now);
    if (auto expired = expire(turn, session, question); !expired) return expired;
    const auto id = question.id;
    withdraw(session, id);
  }
  return {};
}

Result<void> KeyRoad::review(const Turn& turn) {
  std::set<std::uint64_t> asking;
  for (const auto& [id, ids] : waiting_) asking.insert(ids.begin(), ids.end());
  warrants_end_.reset();
  for (const auto id : asking) {
    auto& session = *sessions_.find(id);
    if (const auto warrant = entitled_to_keys(turn, session)) {
      warrants_end_ = std::min(warrants_end_.value_or(warrant->until), warrant->until);
      continue;
    }
    if (auto withheld = withhold(turn, session); !withheld) return withheld;
    if (auto kept = sessions_.keep_if_known(session, turn.warrants, turn.batch); !kept) return kept;
  }
  return {};
}

Result<void> KeyRoad::withhold(const Turn& turn, Session& session) {
  if (session.questions.empty()) return {};
  const auto untold = [](const Question& question) { return !question.failure_told; };
  const bool tell = std::any_of(session.questions.begin(), session.questions.end(), untold);
  while (!session.questions.empty()) {
    const auto id = session.questions.back().id;
    withdraw(session, id);
  }
  teller_.signal("not_valid", as_text(session.liid), "a question for keys is withdrawn: the warrant does not allow them any more");
  const auto warrant = turn.warrants.with(as_text(session.liid));
  return warrant && tell ? lose(turn, *warrant, session, {"keys_unavailable", {}}) : Result<void>{};
}

std::shared_ptr<const Warrant> KeyRoad::entitled_to_keys(const Turn& turn, const Session& session) {
  auto warrant = turn.warrants.with(as_text(session.liid));
  return warrant && may_have_keys(*warrant, turn.now) ? warrant : nullptr;
}

}  // namespace li::df2
