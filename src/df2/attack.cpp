#include "df2/attack_impl.hpp"

#include <algorithm>

#include "df2/uri_impl.hpp"

namespace li::df2 {
namespace {

constexpr std::size_t kMostCounts = 10'000;

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

bool fits(const std::string& identity, const sip::Message& message) {
  if (identity.empty() || is_anonymous(message)) return true;
  const bool is_nai = identity.find(':') == std::string::npos;
  const auto uri = is_nai ? "sip:" + identity : identity;
  const auto known = parties(message);
  return std::any_of(known.begin(), known.end(), [&](const auto& one) { return same_user(one, uri); });
}

bool share_a_name(const Session& a, const Session& b) {
  return std::any_of(a.names.begin(), a.names.end(),
                     [&](const Hash& name) { return std::find(b.names.begin(), b.names.end(), name) != b.names.end(); });
}

std::string_view liid_of(const Session& session) { return as_text(session.liid); }

}  // namespace

void Guard::look(Session& session, const SipEvent& event, const MediaSteps& steps) {
  if (steps.changed_ticket) teller_.attack("ticket_changed", liid_of(session), "an offer brings another ticket into a running dialog");
  for (const auto& init : steps.offered) {
    const bool known =
        std::any_of(session.tickets.begin(), session.tickets.end(), [&](const auto& seen) { return seen.hash == init->hash; });
    if (known) continue;
    const SeenTicket message{init->hash, hash_of("initiator", {init->initiator}), false};
    look_elsewhere(session, message, "TRANSFER_INIT");
    sessions_.add_ticket(session, message);
    if (init->ticket) {
      const SeenTicket ticket{*init->ticket, message.initiator, init->reusable};
      if (sessions_.with_ticket(message.hash).size() <= 1) look_elsewhere(session, ticket, "ticket");
      sessions_.add_ticket(session, ticket);
    }
    if (event.message && (!fits(init->initiator, *event.message) || !fits(init->responder, *event.message)))
      teller_.attack("identity_mismatch", liid_of(session), "an identity in TRANSFER_INIT is none of From, To and P-Asserted-Identity");
  }
}

void Guard::look_at_answer(const Session& session, const SipEvent& event, const Material& resp) {
  if (event.message && !fits(resp.responder, *event.message))
    teller_.attack("identity_mismatch", liid_of(session), "the responder in TRANSFER_RESP is none of From, To and P-Asserted-Identity");
}

// A ticket may be used again by whoever got it, if its policy says so.
void Guard::look_elsewhere(const Session& session, const SeenTicket& ticket, const char* what) {
  for (const auto id : sessions_.with_ticket(ticket.hash)) {
    const auto* other = sessions_.find(id);
    if (other == nullptr || other == &session || share_a_name(session, *other)) continue;
    const auto seen = std::find_if(other->tickets.begin(), other->tickets.end(), [&](const auto& one) { return one.hash == ticket.hash; });
    if (ticket.reusable && seen != other->tickets.end() && seen->initiator == ticket.initiator) continue;
    return teller_.attack("ticket_elsewhere", liid_of(session), std::string("a ") + what + " that was seen in another session");
  }
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
