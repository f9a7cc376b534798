// Where reading goes on behind damage.
#include <algorithm>
#include <array>

#include "capture/heads_impl.hpp"
#include "capture/reader.hpp"

namespace li::capture {
namespace {

using ber::Fault;
using ber::Header;

// lawfulIntercept threeGPP(4) hi2(1) or hi2eps(8), as the content of a record's first member has it
constexpr std::array<std::uint8_t, 5> kDomain = {0x04, 0x00, 0x02, 0x02, 0x04};

// Where a record starts in `octets` from `from` on, told by its domain identifier; nothing if there is none to be seen.
std::optional<std::size_t> find_record(ByteView octets, std::size_t from) {
  auto at = octets.begin() + static_cast<std::ptrdiff_t>(from);
  while (true) {
    at = std::search(at, octets.end(), kDomain.begin(), kDomain.end());
    if (at == octets.end()) return {};
    const auto oid = static_cast<std::size_t>(at - octets.begin());
    for (std::size_t back = 4; back <= 12 && back <= oid - from; ++back) {
      Header header;
      const auto fault = ber::read_header(octets, oid - back, octets.size(), header);
      const bool fits = (fault == Fault::none || fault == Fault::past_end) && is_record(header) && header.octets + 2U == back;
      if (fits && octets[oid - 2] == 0x80) return oid - back;
    }
    ++at;
  }
}

}  // namespace

void RecordReader::reject(const Error& error) {
  rejected_ = true;
  broken_at_ = error.offset.value_or(last_);
}

// True if a record with its domain identifier starts at the offset: reading goes on there.
bool RecordReader::resume_at(std::size_t offset) {
  if (offset <= last_ || offset < base_ || offset - base_ >= buffer_.size()) return false;
  const auto at = offset - base_;
  if (find_record(ByteView(buffer_).first(std::min(buffer_.size(), at + kMaxHeader)), at) != at) return false;
  at_ = at;
  return true;
}

// True where the input ends, filler stands, or something that looks like the head of a record.
bool RecordReader::record_may_start() {
  if (aggregate_ && !aggregate_->indefinite && here() == aggregate_->end) return true;
  if (!have(1) || is_filler(buffer_[at_])) return true;
  have(kMaxHeader);
  Header header;
  const auto fault = ber::read_header(buffer_, at_, buffer_.size(), header);
  if (fault != Fault::none && (fault != Fault::past_end || end_of_input_)) return false;
  const auto inside = at_ + header.octets;
  return is_aggregate(header) || (is_record(header) && inside < buffer_.size() && buffer_[inside] == 0x80);
}

// Goes on where a record's domain identifier shows, from `from` on; to the end of the input if nowhere.
void RecordReader::resync(std::size_t from) {
  at_ = from > base_ ? std::min(from - base_, buffer_.size()) : at_;
  constexpr std::size_t kOverlap = 64;
  while (true) {
    if (const auto found = find_record(buffer_, at_)) {
      at_ = *found;
      break;
    }
    if (end_of_input_) {
      at_ = buffer_.size();
      break;
    }
    at_ = std::max(at_, buffer_.size() - std::min(buffer_.size(), kOverlap));
    have(rest().size() + 1);
  }
  if (aggregate_ && !aggregate_->indefinite && here() > aggregate_->end) {
    // Nothing more in the aggregate: what follows its end is looked at by itself.
    if (aggregate_->end >= base_ && aggregate_->end - base_ <= buffer_.size()) at_ = aggregate_->end - base_;
    else aggregate_->end = here();
  }
}

}  // namespace li::capture
