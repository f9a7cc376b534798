#include "df2/attack_impl.hpp"

#include <algorithm>

#include "df2/uri_impl.hpp"

namespace li::df2 {
namespace {

constexpr std::size_t kMostCounts = 10'000;
constexpr std::size_t kMostSuspects = 16;

// Users of the message, as far as the network or they themselves say.
std::vector<std::string> parties(const sip::Message& message) {
  std::vector<std::string> uris{message.from.uri, message.to.uri};
  uris.insert(uris.end(), message.p_asserted_identity.begin(), message.p_asserted_identity.end());
  return uris;
}

bool is_anonymous(const sip::Message& message) {
  return message.p_asserted_identity.empty() &&
         (host_of(message.from.uri).ends_with(".invalid") || host_of(message.to.uri).ends_with(".invalid"));
}

bool share_a_name(const Session& a, const Session& b) {
  return std::any_of(a.names.begin(), a.names.end(),
                     [&](const Hash& name) { return std::find(b.names.begin(), b.names.end(), name) != b.names.end(); });
}

std::string_view liid_of(const Session& session) { return as_text(session.liid); }

}  // namespace

std::vector<Lost> Guard::look(Session& session, const SipEvent& event, const MediaSteps& steps) {
  std::vector<Lost> suspects;
  for (const auto& init : steps.offered) {
    const bool known =
        std::any_of(session.tickets.begin(), session.tickets.end(), [&](const auto& seen) { return seen.hash == init->hash; });
    const char* fault = known ? nullptr : fault_of(session, event, steps, init);
    if (fault == nullptr) continue;
    teller_.attack(fault, liid_of(session), "in a TRANSFER_INIT");
    remember(session.suspect, init->hash, kMostSuspects);
    suspects.push_back({fault, init->hash});
  }
  return suspects;
}

// Notes it, too.
const char* Guard::fault_of(Session& session, const SipEvent& event, const MediaSteps& steps, const MaterialPtr& init) {
  const SeenTicket message{init->hash, hash_of("initiator", {init->initiator}), false};
  const SeenTicket ticket{init->ticket.value_or(init->hash), message.initiator, init->reusable};
  const bool elsewhere = was_elsewhere(session, message) || (init->ticket && was_elsewhere(session, ticket));
  sessions_.add_ticket(session, message);
  if (init->ticket) sessions_.add_ticket(session, ticket);
  if (elsewhere) return "ticket_elsewhere";
  if (std::find(steps.changed.begin(), steps.changed.end(), init) != steps.changed.end()) return "ticket_changed";
  const bool known = !event.message || (fits(init->initiator, *event.message) && fits(init->responder, *event.message));
  return known ? nullptr : "identity_mismatch";
}

bool Guard::is_stranger(const Session& session, const SipEvent& event, const Material& resp) const {
  if (!event.message || fits(resp.responder, *event.message)) return false;
  teller_.attack("identity_mismatch", liid_of(session), "in a TRANSFER_RESP");
  return true;
}

// A gateway stands for numbers that are not its own.
bool Guard::fits(const std::string& identity, const sip::Message& message) const {
  if (identity.empty() || is_anonymous(message)) return true;
  const bool is_nai = identity.find(':') == std::string::npos;
  const auto uri = is_nai ? "sip:" + identity : identity;
  const auto known = parties(message);
  const auto& gateways = rules_->gateways;
  return std::any_of(known.begin(), known.end(), [&](const auto& one) { return same_user(one, uri); }) ||
         std::find(gateways.begin(), gateways.end(), host_of(uri)) != gateways.end();
}

// A ticket may be used again by whoever got it, if its policy says so.
bool Guard::was_elsewhere(const Session& session, const SeenTicket& ticket) const {
  for (const auto id : sessions_.with_ticket(ticket.hash)) {
    const auto* other = sessions_.find(id);
    if (other == nullptr || other == &session || share_a_name(session, *other)) continue;
    const auto seen = std::find_if(other->tickets.begin(), other->tickets.end(), [&](const auto& one) { return one.hash == ticket.hash; });
    if (!ticket.reusable || seen == other->tickets.end() || seen->initiator != ticket.initiator) return true;
  }
  return false;
}

void Guard::count_unresolvable(const Warrant& warrant, TimePoint now) {
  if (counts_.size() > kMostCounts) counts_.clear();
  auto& count = counts_[warrant.kms_identity.empty() ? warrant.liid : warrant.kms_identity];
  if (now - count.since >= rules_->flood_window) count = {now, 0};
  if (++count.tickets == rules_->flood_tickets)
    teller_.attack("ticket_flood", warrant.liid, std::to_string(count.tickets) + " tickets that can't be resolved");
}

bool Guard::is_attack(std::string_view reason) {
  constexpr std::array<std::string_view, 6> kReasons{"ticket_mac", "init_mac", "initiator_data", "pair_mismatch", "resp_mac", "target"};
  return std::find(kReasons.begin(), kReasons.end(), reason) != kReasons.end();
}

}  // namespace li::df2
