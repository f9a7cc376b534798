#include "delivery/link.hpp"
#include "delivery/link_impl.hpp"
#include "ps/options.hpp"
#include "ps/write.hpp"

namespace li::delivery {
namespace {

constexpr const char* kSender = "the sender";

// The number of what is answered, and a header that is valid whatever the sender's looked like.
ps::Header header_for(const ps::Header& asked, TimePoint wall) {
  constexpr std::size_t kMostOperator = 16;
  ps::Header header;
  header.lawful_interception_identifier = to_bytes("-");
  header.operator_identifier = asked.operator_identifier;
  if (header.operator_identifier.empty() || header.operator_identifier.size() > kMostOperator) header.operator_identifier = to_bytes("-");
  header.sequence_number = asked.sequence_number;
  header.time_stamp = generalized_utc(wall);
  return header;
}

Result<void> put(Result<RecordBytes> pdu, std::vector<ReceiverLink::Step>& steps) {
  if (!pdu) return failure(std::move(pdu.error()));
  steps.push_back({std::nullopt, std::move(*pdu)});
  return {};
}

}  // namespace

ReceiverLink::ReceiverLink(Options options) : options_(options), framer_(options.max_pdu) {}

Result<std::vector<ReceiverLink::Step>> ReceiverLink::feed(ByteView octets, TimePoint wall) {
  std::vector<Step> steps;
  if (!broken_) framer_.feed(octets);
  while (!broken_) {
    const auto framed = framer_.next();
    if (framed && !*framed) return steps;
    auto pdu = framed ? ps::decode(**framed, {{64, options_.max_pdu, options_.max_pdu}}) : Result<ps::Pdu>(failure(framed.error()));
    const auto handled = pdu ? handle(std::move(*pdu), steps, wall) : Result<void>(failure(pdu.error()));
    if (!handled) broken_ = handled.error();
  }
  if (steps.empty()) return failure(*broken_);
  return steps;
}

Result<void> ReceiverLink::handle(ps::Pdu&& pdu, std::vector<Step>& steps, TimePoint wall) {
  if (is_filling(pdu)) return {};
  if (pdu.tri) return tri(std::move(pdu), steps, wall);
  if (phase_ == Phase::requested || phase_ == Phase::completing) return broken(kSender, pdu, "during negotiation");
  steps.push_back({std::move(pdu), std::nullopt});
  return {};
}

Result<void> ReceiverLink::tri(ps::Pdu&& pdu, std::vector<Step>& steps, TimePoint wall) {
  const bool negotiating = phase_ == Phase::requested || phase_ == Phase::completing;
  switch (*pdu.tri) {
    case ps::Tri::keep_alive: return keep_alive(pdu, steps, wall);
    case ps::Tri::option_request: return respond(pdu, steps, wall);
    case ps::Tri::option_complete:
      if (!negotiating) return broken(kSender, pdu, "without negotiation");
      if (phase_ == Phase::requested) {  // it does not wait for ours
        if (auto done = put(ps::encode_tri(header_for(pdu.header, wall), ps::Tri::option_complete), steps); !done) return done;
      }
      phase_ = Phase::open;
      return {};
    case ps::Tri::acknowledgement_request:
      if (!granted_ || negotiating) return broken(kSender, pdu, "without having negotiated it");
      return put(ps::encode_tri(header_for(pdu.header, wall), ps::Tri::acknowledgement_response), steps);
    case ps::Tri::keep_alive_response:
    case ps::Tri::option_response:
    case ps::Tri::acknowledgement_response: return broken(kSender, pdu, "unasked");
    default: break;
  }
  if (negotiating) return broken(kSender, pdu, "during negotiation");
  steps.push_back({std::move(pdu), std::nullopt});
  return {};
}

Result<void> ReceiverLink::respond(const ps::Pdu& request, std::vector<Step>& steps, TimePoint wall) {
  if (phase_ != Phase::fresh) return broken(kSender, request, "in the middle of a connection");
  const auto options = ps::options_of(request);
  if (!options) return failure(options.error());
  phase_ = Phase::requested;
  granted_ = options->requested && options_.acknowledgement;
  const bool declined = options->requested && !granted_;
  return put(ps::encode_option_response(header_for(request.header, wall), granted_, declined), steps);
}

Result<void> ReceiverLink::keep_alive(const ps::Pdu& asked, std::vector<Step>& steps, TimePoint wall) {
  auto done = put(ps::encode_tri(header_for(asked.header, wall), ps::Tri::keep_alive_response), steps);
  if (!done || phase_ != Phase::requested) return done;
  phase_ = Phase::completing;
  auto header = header_for(asked.header, wall);
  header.sequence_number = numbers_++;
  return put(ps::encode_tri(header, ps::Tri::option_complete), steps);
}

}  // namespace li::delivery
