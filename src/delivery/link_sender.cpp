#include <algorithm>

#include "delivery/link.hpp"
#include "delivery/link_impl.hpp"
#include "ps/options.hpp"
#include "ps/write.hpp"

namespace li::delivery {
namespace {

constexpr std::size_t kMostFromLemf = 64 * 1024;  // it has little to say
constexpr const char* kLemf = "the LEMF";

Result<void> put(Result<RecordBytes> pdu, RecordBytes& out) {
  if (!pdu) return failure(std::move(pdu.error()));
  append(out, *pdu);
  return {};
}

}  // namespace

SenderLink::SenderLink(LinkIdentity identity, LinkTimes times, LinkWindow window, bool negotiate)
    : identity_(std::move(identity)), times_(times), window_(window), negotiate_(negotiate), framer_(kMostFromLemf) {}

Result<RecordBytes> SenderLink::start(SteadyTime now, TimePoint wall) {
  framer_ = Framer(kMostFromLemf);
  phase_ = negotiate_ ? Phase::negotiating : Phase::open;
  responded_ = acknowledges_ = completed_ = other_completed_ = hurried_ = false;
  started_ = heard_ = now;
  keep_alives_.clear();
  requests_.clear();
  on_way_.clear();
  sent_ = done_ = covered_ = 0;
  octets_on_way_ = octets_uncovered_ = 0;
  RecordBytes out;
  Result<void> done;
  if (negotiate_) done = put(ps::encode_option_request(header(numbers_.option++, wall), true), out);
  if (done) done = ask(ps::Tri::keep_alive, out, now, wall);
  if (!done) return failure(done.error());
  return out;
}

ps::Header SenderLink::header(std::uint32_t number, TimePoint wall) const {
  ps::Header header;
  header.lawful_interception_identifier = identity_.liid;
  header.operator_identifier = identity_.operator_identifier;
  header.network_element_identifier = identity_.network_element_identifier;
  header.sequence_number = number;
  header.time_stamp = generalized_utc(wall);
  return header;
}

std::optional<bool> SenderLink::acknowledges() const {
  if (phase_ == Phase::negotiating) return std::nullopt;
  return acknowledges_;
}

bool SenderLink::ready() const { return phase_ == Phase::open && on_way_.size() < window_.entries && octets_on_way_ < window_.octets; }

void SenderLink::sent(std::int64_t id, std::size_t octets, SteadyTime now) {
  if (covered_ == sent_) uncovered_since_ = now;
  on_way_.push_back({id, octets});
  octets_on_way_ += octets;
  octets_uncovered_ += octets;
  ++sent_;
}

Result<void> SenderLink::ask(ps::Tri tri, RecordBytes& out, SteadyTime now, TimePoint wall) {
  const bool alive = tri == ps::Tri::keep_alive;
  const auto number = alive ? numbers_.keep_alive++ : numbers_.acknowledgement++;
  (alive ? keep_alives_ : requests_).push_back({number, now, sent_});
  if (!alive || !acknowledges_) {
    covered_ = sent_;
    octets_uncovered_ = 0;
  }
  return put(ps::encode_tri(header(number, wall), tri), out);
}

// Keep-alives go one by one: what they cost some LEMFs is not known.
bool SenderLink::may_ask() const { return phase_ == Phase::open && (acknowledges_ || keep_alives_.empty()); }

// When to ask about PDUs that no question stands behind: soon, or at once when the window could run full meanwhile.
std::optional<SteadyTime> SenderLink::question_due() const {
  if (covered_ == sent_ || !may_ask()) return std::nullopt;
  const bool much = (sent_ - covered_) * 4 >= window_.entries || octets_uncovered_ * 4 >= window_.octets;
  return much || hurried_ ? uncovered_since_ : uncovered_since_ + times_.acknowledge;
}

// When the LEMF is dead: every answer gives it the whole time for the next one.
std::optional<SteadyTime> SenderLink::deadline() const {
  std::optional<SteadyTime> first;
  if (phase_ == Phase::negotiating) first = started_ + times_.negotiation;
  for (const auto* questions : {&keep_alives_, &requests_}) {
    if (questions->empty()) continue;
    const auto end = std::max(questions->front().asked, heard_) + times_.answer;
    first = std::min(first.value_or(end), end);
  }
  return first;
}

SteadyTime SenderLink::due() const {
  const bool waits = !keep_alives_.empty() || !requests_.empty();
  auto first = deadline().value_or(heard_ + times_.keep_alive);
  if (!waits) first = std::min(first, heard_ + times_.keep_alive);
  if (const auto question = question_due()) first = std::min(first, *question);
  return first;
}

Result<RecordBytes> SenderLink::tick(SteadyTime now, TimePoint wall) {
  RecordBytes out;
  if (const auto end = deadline(); end && now >= *end)
    return failure(ErrorKind::limit, phase_ == Phase::negotiating ? "the LEMF did not end the negotiation" : "the LEMF does not answer",
                   kLinkClause);
  Result<void> done;
  if (const auto question = question_due(); question && now >= *question)
    done = ask(acknowledges_ ? ps::Tri::acknowledgement_request : ps::Tri::keep_alive, out, now, wall);
  else if (keep_alives_.empty() && requests_.empty() && now >= heard_ + times_.keep_alive) done = ask(ps::Tri::keep_alive, out, now, wall);
  if (!done) return failure(done.error());
  return out;
}

Result<RecordBytes> SenderLink::feed(ByteView octets, SteadyTime now, TimePoint wall) {
  RecordBytes out;
  framer_.feed(octets);
  for (;;) {
    const auto framed = framer_.next();
    if (!framed) return failure(framed.error());
    if (!*framed) return out;
    const auto pdu = ps::decode(**framed);
    if (!pdu) return failure(pdu.error());
    if (auto handled = handle(*pdu, out, now, wall); !handled) return failure(handled.error());
  }
}

Result<void> SenderLink::handle(const ps::Pdu& pdu, RecordBytes& out, SteadyTime now, TimePoint wall) {
  if (is_filling(pdu)) return {};
  if (pdu.tri == ps::Tri::keep_alive_response) {
    if (phase_ == Phase::negotiating && !responded_) phase_ = Phase::open;  // it does not know options
    return answered(keep_alives_, pdu, now);
  }
  if (phase_ == Phase::negotiating) return negotiate(pdu, out, wall);
  if (pdu.tri == ps::Tri::acknowledgement_response) return answered(requests_, pdu, now);
  return broken(kLemf, pdu, "unasked");
}

Result<void> SenderLink::answered(std::deque<Question>& questions, const ps::Pdu& pdu, SteadyTime now) {
  if (questions.empty()) return broken(kLemf, pdu, "unasked");
  const auto question = questions.front();
  if (question.number != pdu.header.sequence_number) return broken(kLemf, pdu, "with another number than was asked");
  questions.pop_front();
  heard_ = now;
  const bool acknowledged = pdu.tri == ps::Tri::acknowledgement_response;
  if (phase_ == Phase::open && acknowledged == acknowledges_) confirm(question.covers);
  return {};
}

void SenderLink::confirm(std::uint64_t covers) {
  for (; done_ < covers; ++done_) {
    confirmed_.push_back(on_way_.front().id);
    octets_on_way_ -= on_way_.front().octets;
    on_way_.pop_front();
  }
}

Result<void> SenderLink::negotiate(const ps::Pdu& pdu, RecordBytes& out, TimePoint wall) {
  Result<void> done;
  if (pdu.tri == ps::Tri::option_response && !responded_) {
    const auto options = ps::options_of(pdu);
    if (!options) return failure(options.error());
    responded_ = true;
    acknowledges_ = options->accepted;
  } else if (pdu.tri == ps::Tri::option_request && responded_) {
    done = answer_request(pdu, out, wall);
  } else if (pdu.tri == ps::Tri::option_complete && responded_ && !other_completed_) {
    other_completed_ = true;
    done = complete(out, wall);
  } else {
    return broken(kLemf, pdu, "during negotiation");
  }
  if (completed_ && other_completed_) phase_ = Phase::open;
  return done;
}

// The only option known here is one that we offer ourselves: it stays as the LEMF has answered that.
Result<void> SenderLink::answer_request(const ps::Pdu& pdu, RecordBytes& out, TimePoint wall) {
  const auto options = ps::options_of(pdu);
  if (!options) return failure(options.error());
  acknowledges_ = acknowledges_ || options->requested;
  auto done = put(ps::encode_option_response(header(pdu.header.sequence_number, wall), options->requested, false), out);
  return done ? complete(out, wall) : done;
}

Result<void> SenderLink::complete(RecordBytes& out, TimePoint wall) {
  if (completed_) return {};
  completed_ = true;
  return put(ps::encode_tri(header(numbers_.option++, wall), ps::Tri::option_complete), out);
}

std::vector<std::int64_t> SenderLink::take_confirmed() { return std::exchange(confirmed_, {}); }

}  // namespace li::delivery
