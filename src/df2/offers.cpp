#include "df2/offers_impl.hpp"

#include <algorithm>

namespace li::df2 {
namespace {

constexpr std::size_t kMostOffers = 16;
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

bool is_one_of(Method method, std::initializer_list<Method> all) { return std::find(all.begin(), all.end(), method) != all.end(); }

// RFC 3264 in SIP: an offer in INVITE, PRACK or UPDATE has its answer in the response; one in a response to INVITE has it in ACK or PRACK.
bool may_hold_offer(const Place& place) {
  if (!place.request) return place.method == Method::invite;
  return is_one_of(place.method, {Method::invite, Method::prack, Method::update});
}
bool may_hold_answer(const Place& place) {
  if (!place.request) return is_one_of(place.method, {Method::invite, Method::prack, Method::update});
  return is_one_of(place.method, {Method::ack, Method::prack});
}

bool may_hold_sdp(const Place& place) { return place.request || (place.status > 100 && place.status < 300); }

class Follower {
 public:
  Follower(Session& session, Place place) : session_(session), place_(place) {}

  void follow(const std::vector<KeyLine>& lines) {
    tell_unusable(lines);
    const auto has = [&](Material::Kind kind) {
      return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return !line.rejected && is(line.material, kind); });
    };
    const bool offers = has(Material::Kind::init), answers = has(Material::Kind::resp);
    // A response to an offer is an answer, whatever it holds.
    const bool must_answer = !place_.request && !answered().empty();
    if (offers && !must_answer) {
      if (may_hold_offer(place_)) take_offer(lines);
      else misplaced(lines, Material::Kind::init);
    }
    if (answers && !may_hold_answer(place_)) return misplaced(lines, Material::Kind::resp);
    if (answers || must_answer || !offers) take_answer(answered(), lines);
  }

  // A re-offer may come from either side, so both halves are taken as they stand.
  Offer take_offer(const std::vector<KeyLine>& lines) {
    Offer offer{place_.leg, place_.request ? 0 : place_.dialog, place_.from, place_.cseq, place_.method, false, {}};
    for (const auto& line : lines)
      offer.lines.push_back(!line.rejected && is(line.material, Material::Kind::init) ? line.material : nullptr);
    for (const auto& init : offer.lines) {
      if (init && std::find(steps.offered.begin(), steps.offered.end(), init) == steps.offered.end()) offered(init);
    }
    for (const auto& old : session_.offers) offer.answered = offer.answered || (old.answered && same(old, offer));
    std::erase_if(session_.offers, [&](const Offer& old) { return same(old, offer); });
    make_room();
    session_.offers.push_back(offer);
    return offer;
  }

  // Offers that somebody made look alike can't be told apart: the KMS can. Newest first.
  void take_answer(const std::vector<Offer*>& offers, const std::vector<KeyLine>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].rejected) continue;
      const auto& material = lines[i].material;
      bool known = false;
      for (auto* offer : offers) {
        const auto init = initial_of(*offer, material, i);
        if (!init) continue;
        if (is(material, Material::Kind::resp)) pair(init, material);
        else if (!known && (!material || is(material, Material::Kind::init))) unanswered(init, lines[i]);
        known = true;
        offer->answered = offer->answered || is(material, Material::Kind::resp) || place_.status >= 200;
      }
      if (is(material, Material::Kind::resp) && !known) lose("init_missing", material->hash);
    }
  }

  MediaSteps steps;

 private:
  static bool same(const Offer& a, const Offer& b) {
    const auto same_line = [](const MaterialPtr& x, const MaterialPtr& y) { return x && y ? x->hash == y->hash : x == y; };
    return a.leg == b.leg && a.dialog == b.dialog && a.from == b.from && a.cseq == b.cseq && a.method == b.method &&
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

  // The oldest that has its answer goes first: none that still waits for one is pushed out by others.
  void make_room() {
    auto& offers = session_.offers;
    if (offers.size() < kMostOffers) return;
    const auto done = std::find_if(offers.begin(), offers.end(), [](const Offer& offer) { return offer.answered; });
    if (done == offers.end()) lose("too_many_offers", hash_of("offers", {std::to_string(place_.leg), std::to_string(place_.cseq)}));
    offers.erase(done == offers.end() ? offers.begin() : done);
  }

  void misplaced(const std::vector<KeyLine>& lines, Material::Kind kind) {
    for (const auto& line : lines) {
      if (!line.rejected && is(line.material, kind)) lose("misplaced", line.material->hash);
    }
  }

  // The offers that a message at this place can answer.
  std::vector<Offer*> answered() {
    const auto fits = [&](const Offer& offer) {
      if (!place_.request)
        return offer.dialog == 0 && offer.leg == place_.leg && offer.from == place_.from && offer.cseq == place_.cseq &&
               offer.method == place_.method;
      if (offer.dialog == 0 || offer.dialog != place_.dialog) return false;
      return place_.method == Method::prack || (place_.method == Method::ack && offer.cseq == place_.cseq);
    };
    std::vector<Offer*> found;
    for (auto offer = session_.offers.rbegin(); offer != session_.offers.rend(); ++offer) {
      if (fits(*offer)) found.push_back(&*offer);
    }
    return found;
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
    if (resp && !init->wants_resp) return;
    const auto is_same = [&](const Pairing& known) { return known.init->hash == init->hash && known.resp == resp; };
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
    if (!init->wants_resp || line.sdes || (!place_.request && place_.status < 200)) return;
    const auto answered_before = [&](const Exchange& exchange) {
      return exchange.dialog == place_.dialog && *exchange.init == *init->octets;
    };
    if (std::any_of(session_.exchanges.begin(), session_.exchanges.end(), answered_before)) return;
    lose(line.plain ? "plain" : "resp_missing", hash_of({init->hash, as_bytes(std::to_string(place_.dialog))}));
  }

  Session& session_;
  Place place_;
};

}  // namespace

Place place_of(const sip::Message& message) {
  Place place;
  place.request = message.is_request();
  place.status = message.status;
  place.method = method_of(message.cseq_method);
  place.cseq = message.cseq;
  place.from = short_hash(hash_of("from", {message.from.tag}));
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
  if (!may_hold_sdp(place)) return {};
  Follower follower(session, place);
  follower.follow(event.lines);
  return std::move(follower.steps);
}

MediaSteps follow_halves(Session& session, const SipEvent& offer, const SipEvent& answer) {
  const auto& message = answer.message ? answer.message : offer.message;
  auto place = message ? place_of(*message) : Place{};
  place.status = 200;
  Follower follower(session, place);
  auto taken = follower.take_offer(offer.lines);
  follower.take_answer({&taken}, answer.lines);
  return std::move(follower.steps);
}

}  // namespace li::df2
