#include "hi2/mikey_case.hpp"
#include "hi2/mikey_case_call.hpp"

namespace li::tool {
namespace {

using mikey::Answer;
using mikey::CallKeys;

mikey::Groups groups_of(const Json& kms) {
  mikey::Groups groups;
  const auto* given = find_member(kms, "groups");
  if (given == nullptr) return groups;
  for (const auto& [name, members] : given->items()) {
    if (!members.is_array()) throw CaseFault{"groups: no list of members"};
    for (const auto& one : members) groups[name].push_back(one.get<std::string>());
  }
  return groups;
}

mikey::CallRules rules_of(const Json& kms) {
  return {number_member(kms, "now_ntp"), flag_member(kms, "allow_missing_resp"), flag_member(kms, "allow_unprotected")};
}

// Octets of a case's messages, which the views of a Transfer point into.
struct Messages {
  Bytes init;
  std::optional<Bytes> resp;

  [[nodiscard]] mikey::Transfer transfer() const { return {init, resp ? std::optional<ByteView>(*resp) : std::nullopt}; }
};

bool is_accepted(const Json& one, std::string_view reason) {
  if (const auto* expected = find_member(one, "reason"); expected != nullptr && *expected == reason) return true;
  const auto* others = find_member(one, "reasons_accepted");
  return others != nullptr && std::find(others->begin(), others->end(), reason) != others->end();
}

// A KMS may answer in part; a case knows all or nothing, so the reason of one session counts as that of the case.
bool refuses_a_session(const Json& one, const CallKeys& keys) {
  return std::any_of(keys.sessions.begin(), keys.sessions.end(),
                     [&one](const auto& session) { return session.reason && is_accepted(one, mikey::word(*session.reason)); });
}

void compare_refusal(const Json& one, const Answer<CallKeys>& answer, const CaseOptions& options, Differences& differences) {
  if (answer && refuses_a_session(one, *answer)) return;
  if (answer) return differences.add("keys were given, should be refused: " + one.value("reason", std::string("any reason")));
  const auto reason = mikey::word(answer.error().reason);
  if (options.any_reason || find_member(one, "reason") == nullptr || is_accepted(one, reason)) return;
  differences.add("refused: " + std::string(reason) + ", should be " + text_member(one, "reason"));
}

void compare_trace(const Json& one, const mikey::Trace& trace, Differences& differences) {
  const auto* intermediate = find_member(one, "intermediate");
  if (intermediate == nullptr) return;
  const std::pair<const char*, const SecretBytes*> values[] = {{"mpki", &trace.mpki},
                                                               {"mpkr", &trace.mpkr},
                                                               {"mpkr_forked", &trace.mpkr_forked},
                                                               {"init_auth_key", &trace.init_auth_key},
                                                               {"resp_auth_key", &trace.resp_auth_key}};
  for (const auto& [name, value] : values) {
    if (const auto expected = find_octets(*intermediate, name))
      differences.compare("intermediate " + std::string(name), value->reveal(), *expected);
  }
}

}  // namespace

void compare_sessions(const Json& one, const std::vector<mikey::SessionKey>& sessions, const std::string& whose, Differences& differences) {
  const auto& expected = list_member(one, "crypto_sessions");
  if (expected.size() != sessions.size()) {
    return differences.add(whose + std::to_string(sessions.size()) + " crypto sessions, should be " + std::to_string(expected.size()));
  }
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    const auto& session = sessions[i];
    const auto where = whose + "crypto session " + std::to_string(i + 1) + ": ";
    if (const auto cs_id = number_member(expected[i], "cs_id"); session.cs_id != cs_id)
      differences.add(where + "CS ID is " + std::to_string(session.cs_id) + ", should be " + std::to_string(cs_id));
    const auto key = find_octets(expected[i], "key");
    const auto salt = find_octets(expected[i], "salt");
    differences.compare(where + "key", session.key.reveal(), key.value_or(Bytes()));
    differences.compare(where + "salt", session.salt.reveal(), salt.value_or(Bytes()));
    const auto* reason = find_member(expected[i], "reason");
    const auto is = session.reason ? std::string(mikey::word(*session.reason)) : "none";
    if (reason != nullptr && *reason != is) differences.add(where + "reason is " + is + ", should be " + reason->dump());
  }
}

// An empty id stands for tickets that name no key.
mikey::Tpks tpks_of(const Json& one) {
  std::map<Bytes, Bytes> keys;
  for (const auto& tpk : list_member(one, "tpk")) keys[find_octets(tpk, "id").value_or(Bytes())] = octets_member(tpk, "key");
  return [keys](std::optional<ByteView> id) -> std::optional<SecretBytes> {
    const auto found = keys.find(id ? to_bytes(*id) : Bytes());
    return found == keys.end() ? std::nullopt : std::optional(SecretBytes(found->second));
  };
}

void run_get_keys_case(const Json& one, const CaseOptions& options, Differences& differences) {
  const auto& kms = member(one, "kms");
  const Messages transfer{octets_member(one, "transfer_init"), find_octets(one, "transfer_resp")};
  std::optional<Messages> initial;
  if (auto init = find_octets(one, "initial_transfer_init"))
    initial = Messages{std::move(*init), find_octets(one, "initial_transfer_resp")};
  const mikey::GetKeys request{transfer.transfer(), initial ? std::optional(initial->transfer()) : std::nullopt,
                               text_member(one, "target")};
  const auto rules = rules_of(kms);
  const auto tpks = tpks_of(one);
  const auto open = [&](const mikey::TicketView& ticket) { return mikey::open_ticket(ticket, tpks, rules.allow_unprotected); };

  mikey::Trace trace;
  const auto answer = mikey::get_keys(request, open, rules, groups_of(kms), &trace);
  if (text_member(one, "expect") == "refuse") return compare_refusal(one, answer, options, differences);
  if (!answer) differences.add("refused: " + std::string(mikey::word(answer.error().reason)) + ", should give keys");
  else compare_sessions(one, answer->sessions, "", differences);
  compare_trace(one, trace, differences);
}

}  // namespace li::tool
