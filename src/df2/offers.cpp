#include "df2/offers_impl.hpp"

#include <algorithm>

namespace li::df2 {
namespace {

constexpr std::size_t kMostOffers = 4;
constexpr std::size_t kMostExchanges = 8;
constexpr std::size_t kMostKnownTickets = 16;

Method method_of(std::string_view name) {
  if (name == "INVITE") return Method::invite;
  if (name == "ACK") return Method::ack;
  if (name == "PRACK") return Method::prack;
  if (name == "UPDATE") return Method::update;
  if (name == "BYE") return Method::bye;
  if (name == "CANCEL") return Method::cancel;
  return Method::other;
}

bool is(const MaterialPtr& material, Material::Kind kind) { return material && material->kind == kind; }

class Follower {
 public:
  Follower(Session& session, Place place) : session_(session), place_(place) {}

  void follow(const std::vector<KeyLine>& lines) {
    tell_unusable(lines);
    const bool offers = std::any_of(lines.begin(), lines.end(), [](const auto& line) { return is(line.material, Material::Kind::init); });
    if (offers) return take_offer(lines);
    const auto* offer = answered();
    take_answer(offer, lines);
  }

  // A re-offer may come from either side, so both halves are taken as they stand.
  void take_offer(const std::vector<KeyLine>& lines) {
    Offer offer{place_.leg, place_.request ? 0 : place_.dialog, place_.cseq, place_.method, {}};
    for (const auto& line : lines)
      offer.lines.push_back(!line.rejected && is(line.material, Material::Kind::init) ? line.material : nullptr);
    for (const auto& init : offer.lines) {
      if (init && std::find(steps.offered.begin(), steps.offered.end(), init) == steps.offered.end()) offered(init);
    }
    std::erase_if(session_.offers, [&](const Offer& old) { return same(old, offer); });
    remember(session_.offers, std::move(offer), kMostOffers);
  }

  void take_answer(const Offer* offer, const std::vector<KeyLine>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].rejected) continue;
      const auto init = offer == nullptr ? nullptr : initial_of(*offer, lines[i].material, i);
      if (is(lines[i].material, Material::Kind::resp)) {
        if (init) pair(init, lines[i].material);
        else lose("init_missing", lines[i].material->hash);
      } else if (init && !lines[i].material) {
        unanswered(init, lines[i]);
      }
    }
  }

  MediaSteps steps;

 private:
  static bool same(const Offer& a, const Offer& b) {
    const auto same_line = [](const MaterialPtr& x, const MaterialPtr& y) { return x && y ? x->hash == y->hash : x == y; };
    return a.leg == b.leg && a.dialog == b.dialog && a.cseq == b.cseq && a.method == b.method &&
           std::equal(a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(), same_line);
  }

  // Neither TRANSFER_INIT nor TRANSFER_RESP: nothing that a KMS could open.
  void tell_unusable(const std::vector<KeyLine>& lines) {
    for (const auto& line : lines) {
      if (line.rejected || !line.material) continue;
      if (line.material->kind == Material::Kind::broken) lose("malformed", line.material->hash);
      if (line.material->kind == Material::Kind::other) lose("unsupported_mikey", line.material->hash);
    }
  }

  void lose(std::string reason, const Hash& what) {
    if (std::none_of(steps.lost.begin(), steps.lost.end(), [&](const Lost& lost) { return lost.what == what; }))
      steps.lost.push_back({std::move(reason), what});
  }

  void offered(const MaterialPtr& init) {
    steps.offered.push_back(init);
    if (init->ticket && changes_ticket(*init)) steps.changed.push_back(init);
    if (!init->wants_resp) pair(init, nullptr);
  }

  // New keys come with a new CSB ID, or without a ticket (RFC 6043 5.2).
  bool changes_ticket(const Material& init) const {
    return std::any_of(session_.tickets_of.begin(), session_.tickets_of.end(),
                       [&](const auto& known) { return known.first == init.csb_id && known.second != *init.ticket; });
  }
  bool is_refused(const Material& init) const {
    return std::find(session_.refused.begin(), session_.refused.end(), init.hash) != session_.refused.end();
  }

  // The offer that a message at this place can answer.
  const Offer* answered() const {
    const auto fits = [&](const Offer& offer) {
      if (!place_.request)
        return offer.dialog == 0 && offer.leg == place_.leg && offer.cseq == place_.cseq && offer.method == place_.method;
      if (offer.dialog == 0 || offer.dialog != place_.dialog) return false;
      return place_.method == Method::prack || (place_.method == Method::ack && offer.cseq == place_.cseq);
    };
    const auto found = std::find_if(session_.offers.rbegin(), session_.offers.rend(), fits);
    return found == session_.offers.rend() ? nullptr : &*found;
  }

  // Answers repeat the CSB ID; one that fits no offer is paired by its m= line, and the KMS says what it thinks of that.
  static MaterialPtr initial_of(const Offer& offer, const MaterialPtr& resp, std::size_t line) {
    const auto by_csb = std::find_if(offer.lines.begin(), offer.lines.end(), [&](const auto& init) {
      return init && is(resp, Material::Kind::resp) && init->csb_id == resp->csb_id;
    });
    const auto own = line < offer.lines.size() ? offer.lines[line] : nullptr;
    if (by_csb == offer.lines.end() || (own && own->csb_id == resp->csb_id)) return own;
    return *by_csb;
  }

  void pair(const MaterialPtr& init, const MaterialPtr& resp) {
    if ((resp && !init->wants_resp) || is_refused(*init)) return;
    const auto is_same = [&](const Pairing& known) { return known.init == init && known.resp == resp; };
    if (std::any_of(steps.ask.begin(), steps.ask.end(), is_same)) return;
    Pairing pairing{init, resp, std::nullopt, place_.dialog};
    if (!init->ticket) {
      pairing.initial = initial_exchange(init->csb_id);
      if (!pairing.initial) return lose("no_ticket", init->hash);
    } else {
      note(*init, resp);
    }
    steps.ask.push_back(std::move(pairing));
  }

  void note(const Material& init, const MaterialPtr& resp) {
    std::erase_if(session_.exchanges, [&](const Exchange& old) {
      return old.dialog == place_.dialog && old.csb_id == init.csb_id && *old.init == *init.octets;
    });
    remember(session_.exchanges, {place_.dialog, init.csb_id, init.octets, resp ? resp->octets : nullptr}, kMostExchanges);
    const std::pair ticket(init.csb_id, *init.ticket);
    auto& known = session_.tickets_of;
    if (std::find(known.begin(), known.end(), ticket) == known.end()) remember(known, ticket, kMostKnownTickets);
  }

  std::optional<Exchange> initial_exchange(std::uint32_t csb_id) const {
    const Exchange* best = nullptr;
    for (const auto& exchange : session_.exchanges) {
      if (exchange.csb_id == csb_id && (best == nullptr || best->dialog != place_.dialog)) best = &exchange;
    }
    return best == nullptr ? std::nullopt : std::optional(*best);
  }

  // Media that was accepted without TRANSFER_RESP. An answer that is not final may leave it to the one that is.
  void unanswered(const MaterialPtr& init, const KeyLine& line) {
    if (!init->wants_resp || is_refused(*init) || line.sdes || (!place_.request && place_.status < 200)) return;
    const auto answered_before = [&](const Exchange& exchange) {
      return exchange.dialog == place_.dialog && *exchange.init == *init->octets;
    };
    if (std::any_of(session_.exchanges.begin(), session_.exchanges.end(), answered_before)) return;
    lose(line.plain ? "plain" : "resp_missing", hash_of({init->hash, as_bytes(std::to_string(place_.dialog))}));
  }

  Session& session_;
  Place place_;
};

bool may_hold_answer(const Place& place) { return place.request || (place.status > 100 && place.status < 300); }

}  // namespace

Place place_of(const sip::Message& message) {
  Place place;
  place.request = message.is_request();
  place.status = message.status;
  place.method = method_of(message.cseq_method);
  place.cseq = message.cseq;
  place.leg = short_hash(hash_of("leg", {message.call_id}));
  if (!message.to.tag.empty()) {
    const auto [low, high] = std::minmax(message.from.tag, message.to.tag);
    place.dialog = short_hash(hash_of("dialog", {message.call_id, low, high}));
  }
  return place;
}

MediaSteps follow_media(Session& session, const SipEvent& event) {
  if (!event.message || event.lines.empty()) return {};
  const auto place = place_of(*event.message);
  if (!may_hold_answer(place)) return {};
  Follower follower(session, place);
  follower.follow(event.lines);
  return std::move(follower.steps);
}

MediaSteps follow_halves(Session& session, const SipEvent& offer, const SipEvent& answer) {
  const auto& message = answer.message ? answer.message : offer.message;
  auto place = message ? place_of(*message) : Place{};
  place.status = 200;
  Follower follower(session, place);
  follower.take_offer(offer.lines);
  const auto taken = session.offers.empty() ? Offer{} : session.offers.back();
  follower.take_answer(&taken, answer.lines);
  return std::move(follower.steps);
}

}  // namespace li::df2
