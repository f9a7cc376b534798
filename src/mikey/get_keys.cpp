#include "mikey/get_keys.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace li::mikey {
namespace {

struct Identity {
  std::string_view scheme, user, rest;
};

// "sip:alice@home1.example": scheme up to the colon, user up to the last at-sign.
Identity split(std::string_view text) {
  Identity identity;
  const auto at = text.rfind('@');
  const auto colon = text.substr(0, at).find(':');
  if (colon != std::string_view::npos) identity.scheme = text.substr(0, colon + 1);
  text.remove_prefix(identity.scheme.size());
  const auto user = text.rfind('@');
  if (user != std::string_view::npos) identity.user = text.substr(0, user);
  identity.rest = text.substr(identity.user.size());
  return identity;
}

const std::vector<std::string>* find_group(const Groups& groups, std::string_view name) {
  for (const auto& [group, members] : groups) {
    if (same_identity(group, name)) return &members;
  }
  return nullptr;
}

bool is_named(std::string_view target, const Idr& idr) { return same_identity(target, as_text(idr.data)); }

bool is_initiator(std::string_view target, const Parties& parties) {
  if (!parties.ticket_initiator) return false;  // the sender's word alone
  return is_named(target, *parties.ticket_initiator) && (!parties.initiator || is_named(target, *parties.initiator));
}

// The ticket lets `responder` answer, by name or as a member of a group.
bool covers(const Parties& parties, std::string_view responder, const Groups& groups) {
  return std::any_of(parties.ticket_responders.begin(), parties.ticket_responders.end(),
                     [&](const Idr& idr) { return is_named(responder, idr) || is_member(groups, as_text(idr.data), responder); });
}

// Nobody says who answered: it is known only if the ticket names one responder, and that is no group.
bool is_only_responder(std::string_view target, const Parties& parties, const Groups& groups) {
  if (parties.ticket_responders.size() != 1) return false;
  const auto& only = parties.ticket_responders.front();
  return is_named(target, only) && find_group(groups, as_text(only.data)) == nullptr;
}

// Without forking everyone who may resolve the ticket can name themselves: only whom the ticket covers counts.
bool is_responder(std::string_view target, const Parties& parties, const Groups& groups) {
  if (!parties.answered) return is_only_responder(target, parties, groups);
  const auto answered = as_text(parties.answered->data);
  if (!parties.forked && !covers(parties, answered, groups)) return false;
  if (is_named(target, *parties.answered) || is_member(groups, answered, target)) return true;
  return std::any_of(parties.ticket_responders.begin(), parties.ticket_responders.end(),
                     [&](const Idr& idr) { return is_named(target, idr) && is_member(groups, as_text(idr.data), answered); });
}

}  // namespace

bool same_identity(std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (a.find_first_of("@:") == std::string_view::npos) return false;  // neither URI nor NAI
  const auto x = split(a);
  const auto y = split(b);
  return same_letters(x.scheme, y.scheme) && x.user == y.user && same_letters(x.rest, y.rest);
}

bool is_member(const Groups& groups, std::string_view group, std::string_view member) {
  const auto* members = find_group(groups, group);
  return members != nullptr && std::any_of(members->begin(), members->end(), [&](const auto& one) { return same_identity(one, member); });
}

bool concerns(std::string_view target, const Parties& parties, const Groups& groups) {
  return !target.empty() && (is_initiator(target, parties) || is_responder(target, parties, groups));
}

Answer<CallKeys> get_keys(const GetKeys& request, const OpenTicket& open, const CallRules& rules, const Groups& groups, Trace* trace) {
  const auto& initial = request.initial ? *request.initial : request.transfer;
  const auto update = request.initial ? std::optional<Transfer>(request.transfer) : std::nullopt;
  auto keys = derive_call(initial, update, open, rules, trace);
  if (keys && !concerns(request.target, keys->parties, groups))
    return refuse(Reason::target, "the target is neither initiator nor the responder that answered");
  return keys;
}

}  // namespace li::mikey
