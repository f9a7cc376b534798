#include "kms/key_service.hpp"

#include <algorithm>

#include "kms/identity.hpp"
#include "kms/ntp.hpp"
#include "kms/ticket_marks.hpp"

namespace li::kms {

namespace {

using NoKeys = tl::unexpected<xk::Reason>;

}  // namespace

xk::Reason to_xk(mikey::Reason reason) { return *xk::parse_reason(mikey::word(reason)); }

/// One request on its way, with what the audit entry will say.
struct KeyService::Question {
  const Client& client;
  const mikey::GetKeys& request;
  std::shared_ptr<const Settings> settings;
  Time now;
  std::string client_name;  ///< the name that may ask, or all that it has
  std::string ticket;       ///< its mark, when it could be read
  std::string tpk_id;
  std::string detail;  ///< for audit, never for the client
  bool store_failed = false;
};

void KeyService::set(Rules rules, LiList list) {
  for (auto& identity : rules.kms_identities) identity = canonical_identity(identity);
  auto next = std::make_shared<const Settings>(Settings{std::move(rules), std::move(list)});
  const std::scoped_lock hold(lock_);
  settings_ = std::move(next);
}

std::shared_ptr<const KeyService::Settings> KeyService::settings() const {
  const std::scoped_lock hold(lock_);
  return settings_;
}

KeyService::Answer KeyService::get_keys(const Client& client, const mikey::GetKeys& request, const Prepare& prepare) {
  Question question{client, request, settings(), std::chrono::floor<seconds>(clock_()), {}, {}, {}, {}};
  auto answer = decide(question);
  if (const auto prepared = answer && prepare ? prepare(*answer) : Result<void>(); !prepared) {
    question.detail = "the answer can't be sent: " + prepared.error().message();
    answer = NoKeys(xk::Reason::unavailable);
  }
  return record(question, std::move(answer));
}

KeyService::Answer KeyService::decide(Question& question) {
  const auto against = judge_client(question);
  return against ? Answer(NoKeys(*against)) : derive(question);
}

std::optional<xk::Reason> KeyService::judge_client(Question& question) {
  const auto& names = question.client.names;
  const auto& allowed = question.settings->rules.clients;
  for (const auto& name : names) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) continue;
    const auto answer = question.settings->list.look_up(question.request.target, name, question.now);
    if (answer == LiAnswer::listed || question.client_name.empty()) question.client_name = name;
    if (answer == LiAnswer::listed) return std::nullopt;
    if (answer == LiAnswer::outside_time) question.detail = "listed, but not for this time";
  }
  if (!question.client_name.empty()) return xk::Reason::not_listed;
  for (const auto& other : names) question.client_name += (question.client_name.empty() ? "" : " ") + other;
  return xk::Reason::not_authorised;
}

KeyService::Answer KeyService::derive(Question& question) {
  const auto& rules = question.settings->rules;
  const mikey::CallRules call_rules{to_ntp(question.now), rules.allow_missing_resp, rules.allow_unprotected};
  const auto& initial = question.request.initial ? *question.request.initial : question.request.transfer;
  auto keys = mikey::get_keys(
      question.request, [&](const mikey::TicketView& view) { return open(question, view); }, call_rules, groups_in(question, initial));
  if (question.store_failed) return NoKeys(xk::Reason::unavailable);
  if (keys) return std::move(*keys);
  question.detail = keys.error().detail;
  return NoKeys(to_xk(keys.error().reason));
}

mikey::Answer<mikey::TicketSecrets> KeyService::open(Question& question, const mikey::TicketView& view) {
  question.ticket = to_hex(ticket_mark(view));
  const auto issuer = issuer_of(view.ticket);
  const auto& ours = question.settings->rules.kms_identities;
  if (issuer && std::find(ours.begin(), ours.end(), *issuer) == ours.end()) return open_foreign(question, view);
  const auto tpk = [&](std::optional<ByteView> id) -> std::optional<SecretBytes> {
    if (!id) return std::nullopt;
    question.tpk_id = plain(*id);
    auto found = store_.tpk(*id, question.now);
    if (!found) question.store_failed = true;
    if (!found || !*found) return std::nullopt;
    return std::move((*found)->key);
  };
  return mikey::open_ticket(view, tpk, question.settings->rules.allow_unprotected);
}

// A ticket of another KMS: what that KMS gave when the responder resolved it here.
mikey::Answer<mikey::TicketSecrets> KeyService::open_foreign(Question& question, const mikey::TicketView& view) {
  const auto& initial = question.request.initial ? *question.request.initial : question.request.transfer;
  mikey::TicketSecrets::Fork fork;
  if (view.ticket.flags.i && initial.resp) {
    if (const auto resp = mikey::decode(*initial.resp)) {
      if (const auto* id = mikey::find(resp->payloads, mikey::IdRole::responder)) fork.id_data = id->data;
      if (const auto* rand = mikey::find(resp->payloads, mikey::RandRole::kms)) fork.rand_kms = rand->data;
    }
  }
  auto cached = store_.cached(ticket_mark(view), fork_mark(fork.id_data, fork.rand_kms), question.now);
  if (!cached) question.store_failed = true;
  if (!cached || !*cached) return mikey::refuse(mikey::Reason::unknown_tpk, "a ticket of another KMS, and no keys of it are cached");
  auto secrets = read_cached(**cached, view.ticket.flags.i);
  if (!secrets) return mikey::refuse(mikey::Reason::decrypt, secrets.error().message());
  if (view.ticket.flags.i) secrets->fork = std::move(fork);
  return std::move(*secrets);
}

// The groups that the messages name as responder; the spelling is theirs.
mikey::Groups KeyService::groups_in(Question& question, const mikey::Transfer& transfer) {
  mikey::Groups groups;
  const auto take = [&](const std::vector<mikey::Payload>& chain) {
    for (const auto& payload : chain) {
      const auto* idr = std::get_if<mikey::Idr>(&payload.body);
      if (idr == nullptr || idr->role != mikey::number(mikey::IdRole::responder)) continue;
      const auto identity = identity_of(*idr);
      if (!identity) continue;
      auto members = store_.members(*identity);
      if (!members) question.store_failed = true;
      if (members && !members->empty()) groups[std::string(as_text(idr->data))] = std::move(*members);
    }
  };
  if (const auto init = mikey::decode(transfer.init)) {
    if (const auto view = mikey::find_ticket(*init, transfer.init)) take(view->ticket.tp_data);
  }
  if (!transfer.resp) return groups;
  if (const auto resp = mikey::decode(*transfer.resp)) take(resp->payloads);
  return groups;
}

KeyService::Answer KeyService::record(const Question& question, Answer answer) {
  ops::Fields fields{{"request", "get_keys"},
                     {"client", question.client_name},
                     {"address", question.client.address},
                     {"target", question.request.target},
                     {"ticket", question.ticket},
                     {"tpk", question.tpk_id}};
  if (!question.detail.empty()) fields.emplace_back("detail", question.detail);
  if (!answer) {
    journal_.alarm({"xk", question.client_name}, xk::to_string(answer.error()), fields);
    journal_.count("get_keys", std::string(xk::to_string(answer.error())));
    return answer;
  }
  const auto without_key =
      std::count_if(answer->sessions.begin(), answer->sessions.end(), [](const auto& one) { return one.reason.has_value(); });
  fields.emplace_back("sessions", answer->sessions.size());
  fields.emplace_back("without_key", without_key);
  if (!answer->authenticated) fields.emplace_back("origin", "not proved: the ticket is unprotected");
  const auto written = journal_.audit("get_keys", fields);
  journal_.count("get_keys", written ? "granted" : "unavailable");
  if (written) return answer;
  return NoKeys(xk::Reason::unavailable);  // the keys are wiped here
}

}  // namespace li::kms
