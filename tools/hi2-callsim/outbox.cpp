#include "hi2-callsim/outbox.hpp"

#include <algorithm>

namespace li::callsim {

void Outbox::add(RecordBytes pdu) {
  pdus_.push_back(std::move(pdu));
  if (total() - last_keepalive() >= stride_) put_keepalive(total());
}

void Outbox::add_keepalive() {
  if (keepalives_.empty() || keepalives_.back().after < total()) put_keepalive(total());
}

void Outbox::put_keepalive(std::uint64_t after) {
  Keepalive made;
  made.number = next_keepalive_++;
  made.after = after;
  auto octets = x2::encode(x2::keepalive(made.number));
  if (!octets) throw std::logic_error(octets.error().message());
  made.octets = std::move(*octets);
  keepalives_.push_back(std::move(made));
}

std::size_t Outbox::unsent_keepalives() const {
  return static_cast<std::size_t>(std::count_if(keepalives_.begin(), keepalives_.end(), [](const auto& one) { return !one.sent; }));
}

std::optional<ByteView> Outbox::next() {
  const auto at = acknowledged_ + sent_;
  for (auto& one : keepalives_) {
    if (one.sent || one.after > at) continue;
    one.sent = true;
    return ByteView(one.octets);
  }
  if (sent_ == pdus_.size()) return std::nullopt;
  if (at < highest_sent_) ++resent_;
  highest_sent_ = std::max(highest_sent_, at + 1);
  return ByteView(pdus_[sent_++]);
}

Result<void> Outbox::answered(std::uint32_t number) {
  const auto at = std::find_if(keepalives_.begin(), keepalives_.end(), [&](const auto& one) { return one.sent && one.number == number; });
  if (at == keepalives_.end())
    return failure(ErrorKind::unexpected, "an answer to a Keepalive that was not sent: " + std::to_string(number));
  const auto count = static_cast<std::size_t>(at->after - acknowledged_);
  pdus_.erase(pdus_.begin(), pdus_.begin() + static_cast<std::ptrdiff_t>(count));
  sent_ -= count;
  acknowledged_ = at->after;
  keepalives_.erase(keepalives_.begin(), at + 1);
  return {};
}

void Outbox::reconnected() {
  sent_ = 0;
  keepalives_.clear();
  for (auto after = acknowledged_ + stride_; after < total(); after += stride_) put_keepalive(after);
  put_keepalive(total());
}

}  // namespace li::callsim
