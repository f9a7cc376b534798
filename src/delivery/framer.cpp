#include "delivery/framer.hpp"

#include "ber/tlv.hpp"

namespace li::delivery {
namespace {

constexpr std::uint8_t kSequence = 0x30;
constexpr std::size_t kMostNested = 64;

}  // namespace

void Framer::feed(ByteView octets) {
  if (start_ > 0) {
    octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
  }
  append(octets_, octets);
}

Result<std::optional<ByteView>> Framer::next() {
  const auto size = size_of_first();
  if (!size) return failure(size.error());
  if (!*size) return std::nullopt;
  const auto pdu = ByteView(octets_).subspan(start_, **size);
  start_ += **size;
  at_ = 0;
  return pdu;
}

// Inside a TLV of indefinite length, those of definite length are jumped over; the others are counted.
Result<std::optional<std::size_t>> Framer::size_of_first() {
  const auto octets = ByteView(octets_).subspan(start_);
  if (!octets.empty() && octets.front() != kSequence)
    return failure(ErrorKind::malformed, "what comes is no PS-PDU: it begins with " + to_hex(octets.first(1)), "TS 102 232-1 A.2");
  while (at_ == 0 || open_ > 0) {
    ber::Header header;
    if (at_ >= octets.size()) return std::nullopt;
    const auto fault = ber::read_header(octets, at_, octets.size(), header);
    if (fault == ber::Fault::cut_identifier || fault == ber::Fault::cut_length) return std::nullopt;
    if (fault != ber::Fault::none && fault != ber::Fault::past_end) return failure(ber::describe(fault, header, at_, octets.size()));
    if (header.length > max_pdu_ || at_ + header.octets + header.length > max_pdu_)
      return failure(ErrorKind::limit, "a PS-PDU of more than " + std::to_string(max_pdu_) + " octets");
    at_ += header.octets + header.length;
    if (header.indefinite && ++open_ > kMostNested) return failure(ErrorKind::limit, "a PS-PDU nested too deeply");
    if (header.tag == ber::Tag{} && open_ > 0) --open_;
  }
  if (at_ > octets.size()) return std::nullopt;
  return at_;
}

}  // namespace li::delivery
