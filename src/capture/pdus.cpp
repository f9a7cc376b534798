#include "capture/pdus.hpp"

#include <algorithm>

#include "capture/fill_impl.hpp"
#include "capture/heads_impl.hpp"
#include "ps/pdu.hpp"
#include "x2/codec.hpp"

namespace li::capture {
PduReader::PduReader(std::istream& in, Form form, const ber::Limits& limits) : in_(in), form_(form), limits_(limits) {}

// Makes sure that so many octets are in the buffer behind the place of reading; false at the end of the input.
bool PduReader::have(std::size_t octets) {
  if (buffer_.size() - at_ >= octets) return true;
  const auto done = rejected_ ? last_ : at_;  // a PDU that was rejected may hold the next one
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(done));
  base_ += done;
  at_ -= done;
  last_ -= std::min(last_, done);
  octets += at_;
  if (!end_of_input_ && !fill(in_, buffer_, octets)) end_of_input_ = true;
  return buffer_.size() >= octets;
}

std::optional<PduItem> PduReader::next() {
  if (over_) return {};
  if (rejected_) {
    const bool length_was_right = !have(1) || starts_here();
    if (!length_was_right) {
      at_ = last_ + 1;
      resync();
    }
    rejected_ = false;
  }
  if (!have(1)) {
    over_ = true;
    if (seen_any_) return {};
    return damage({ErrorKind::missing, "empty input: no PDU", 0, {}, {}});
  }
  seen_any_ = true;
  const auto size = measure();
  if (!size) {
    auto item = damage(size.error());
    ++at_;
    resync();
    return item;
  }
  PduItem item{here(), rest().first(*size), {}};
  last_ = at_;
  at_ += *size;
  return item;
}

// The size of the PDU at the place of reading, all of it in the buffer; or what is wrong.
Result<std::size_t> PduReader::measure() {
  have(kMaxHeader);
  auto size = form_ == Form::x2 ? measure_x2() : measure_ber();
  if (!size) size.error().offset = here() + size.error().offset.value_or(0);
  return size;
}

Result<std::size_t> PduReader::measure_x2() {
  x2::Limits limits;
  limits.max_payload = limits_.max_octets;
  const auto size = x2::measure(rest(), limits);
  if (!size || have(*size)) return size;
  return failure({ErrorKind::truncated,
                  "the input ends inside a PDU, " + std::to_string(*size - rest().size()) + " octets early",
                  0,
                  {},
                  "TS 103 221-2 5.1"});
}

Result<std::size_t> PduReader::measure_ber() {
  ber::Header header;
  const auto fault = ber::read_header(rest(), 0, SIZE_MAX / 2, header);
  if (fault != ber::Fault::none) return failure(ber::describe(fault, header, 0, rest().size()));
  const auto too_large = [&] {
    return failure({ErrorKind::limit, "a PDU of more than " + std::to_string(limits_.max_octets) + " octets", 0, {}, {}});
  };
  if (!is_aggregate(header)) {
    return failure(
        {ErrorKind::unexpected, "tag " + ber::to_string(header.tag) + " starts no PDU: it must be a SEQUENCE", 0, {}, "TS 102 232-1 A.2"});
  }
  if (!header.indefinite && header.length > limits_.max_octets) return too_large();
  if (!header.indefinite && have(whole_size(header))) return whole_size(header);
  auto limits = limits_;
  limits.max_nodes = SIZE_MAX;  // the walk counts
  for (std::size_t size = kPiece; header.indefinite; size *= 2) {
    const bool more = have(size);
    auto measured = ber::measure(rest(), limits);
    if (measured || measured.error().kind != ErrorKind::truncated || !more) return measured;
    if (size > limits_.max_octets) return too_large();
  }
  // Where the input ends, a walk tells the member.
  const auto& type = form_ == Form::ps ? ps::pdu_type() : ps::voip_cc_pdu_type();
  const auto walked = schema::check(type, rest(), {limits_, 0, true});
  if (!walked && !walked.error().path.empty()) return failure(walked.error());
  return failure({ErrorKind::truncated,
                  "the input ends inside a PDU, " + std::to_string(whole_size(header) - rest().size()) + " octets early",
                  0,
                  {},
                  "X.690 8.1.3"});
}

bool PduReader::starts_here() {
  have(kStart);
  return form_of(rest().first(std::min(rest().size(), kStart))) == form_;
}

// Goes on where a PDU shows, from the place of reading on; to the end of the input if nowhere.
void PduReader::resync() {
  const auto sequence = ber::Tag{16}.number | 0x20U;
  while (form_ != Form::x2 && have(1)) {
    const auto found = std::find(buffer_.begin() + static_cast<std::ptrdiff_t>(at_), buffer_.end(), sequence);
    at_ = static_cast<std::size_t>(found - buffer_.begin());
    if (found == buffer_.end()) continue;
    if (starts_here()) return;
    ++at_;
  }
  over_ = true;
}

PduItem PduReader::damage(Error error) { return {error.offset.value_or(here()), {}, std::move(error)}; }

}  // namespace li::capture
