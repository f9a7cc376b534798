#include "media/rtp.hpp"

#include <algorithm>

#include "media/big_endian_impl.hpp"

namespace li::media {
namespace {

constexpr std::size_t kFixed = 12;

Error at(ErrorKind kind, std::size_t offset, std::string text, std::string clause) {
  return {kind, std::move(text), offset, "RTP", std::move(clause)};
}

void put_words(Bytes& out, const std::vector<std::uint32_t>& words) {
  for (const auto word : words) put32(out, word);
}

}  // namespace

PacketKind kind_of(ByteView packet) {
  if (packet.size() < 8 || packet[0] >> 6 != 2) return PacketKind::other;
  if (packet[1] >= 192 && packet[1] <= 223) return PacketKind::rtcp;
  return packet.size() < kFixed ? PacketKind::other : PacketKind::rtp;
}

std::size_t RtpHeader::size() const { return kFixed + 4 * csrcs.size() + (extension ? 4 + extension->data.size() : 0); }

Result<RtpHeader> decode_rtp(ByteView packet) {
  if (packet.size() < kFixed) return failure(at(ErrorKind::truncated, packet.size(), "a header has 12 octets", "RFC 3550 5.1"));
  if (packet[0] >> 6 != 2) return failure(at(ErrorKind::malformed, 0, "version is " + std::to_string(packet[0] >> 6), "RFC 3550 5.1"));
  RtpHeader header;
  header.padding = (packet[0] & 0x20) != 0;
  header.marker = (packet[1] & 0x80) != 0;
  header.payload_type = packet[1] & 0x7f;
  header.sequence = read16(packet, 2);
  header.timestamp = read32(packet, 4);
  header.ssrc = read32(packet, 8);
  std::size_t place = kFixed;
  for (unsigned i = packet[0] & 0x0f; i > 0; --i, place += 4) {
    if (packet.size() < place + 4) return failure(at(ErrorKind::truncated, place, "it ends inside the CSRC list", "RFC 3550 5.1"));
    header.csrcs.push_back(read32(packet, place));
  }
  if ((packet[0] & 0x10) == 0) return header;
  if (packet.size() < place + 4) return failure(at(ErrorKind::truncated, place, "it ends inside the header extension", "RFC 3550 5.3.1"));
  const std::size_t length = 4U * read16(packet, place + 2);
  if (packet.size() - place - 4 < length) {
    return failure(at(ErrorKind::truncated, place + 2, "the header extension runs past the end of the packet", "RFC 3550 5.3.1"));
  }
  header.extension = RtpExtension{read16(packet, place), to_bytes(packet.subspan(place + 4, length))};
  return header;
}

Result<Bytes> encode_rtp(const RtpHeader& header, ByteView payload) {
  if (header.payload_type > 127) return failure(ErrorKind::out_of_range, "a payload type is 0..127", "RFC 3550 5.1");
  if (header.csrcs.size() > 15) return failure(ErrorKind::out_of_range, "at most 15 CSRCs", "RFC 3550 5.1");
  if (header.extension && (header.extension->data.size() % 4 != 0 || header.extension->data.size() / 4 > 0xffff)) {
    return failure(ErrorKind::out_of_range, "a header extension is a number of 32-bit words", "RFC 3550 5.3.1");
  }
  Bytes out;
  out.reserve(header.size() + payload.size());
  out.push_back(static_cast<std::uint8_t>(0x80 | (header.padding ? 0x20 : 0) | (header.extension ? 0x10 : 0) | header.csrcs.size()));
  out.push_back(static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | header.payload_type));
  put16(out, header.sequence);
  put_words(out, {header.timestamp, header.ssrc});
  put_words(out, header.csrcs);
  if (header.extension) {
    put16(out, header.extension->profile);
    put16(out, header.extension->data.size() / 4);
    out.insert(out.end(), header.extension->data.begin(), header.extension->data.end());
  }
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Result<ByteView> rtp_payload(const RtpHeader& header, ByteView packet) {
  auto payload = packet.subspan(std::min(header.size(), packet.size()));
  if (!header.padding) return payload;
  if (payload.empty()) return failure(at(ErrorKind::truncated, packet.size(), "there is no padding", "RFC 3550 5.1"));
  const std::size_t padding = payload.back();
  if (padding == 0 || padding > payload.size()) {
    return failure(at(ErrorKind::malformed, packet.size() - 1, "padding of " + std::to_string(padding) + " octets", "RFC 3550 5.1"));
  }
  return payload.first(payload.size() - padding);
}

std::uint32_t rtcp_sender(ByteView packet) { return read32(packet, 4); }

std::uint64_t SequenceCounter::add(std::uint16_t sequence) {
  constexpr std::uint64_t kStep = 1U << 16;
  if (!highest_) {
    start(kStep + sequence);  // one round ahead, so that what came before the first has a number, too
    return sequence;
  }
  std::uint64_t extended = (*highest_ & ~(kStep - 1)) | sequence;
  if (extended + kStep / 2 < *highest_) extended += kStep;
  else if (extended > *highest_ + kStep / 2) extended -= kStep;
  if (extended > *highest_ + kMaxDropout || extended + kMaxDropout < *highest_) {
    lost_before_ = lost();
    ++restarts_;
    start(std::max(extended, kStep + sequence));
  } else if (extended > *highest_) {
    advance(extended);
  } else {
    late(extended);
  }
  return extended - kStep;
}

void SequenceCounter::start(std::uint64_t extended) {
  highest_ = first_ = extended;
  seen_.reset();
  seen_.set(extended % kWindow);
  ++unique_;
  of_this_start_ = 1;
}

void SequenceCounter::advance(std::uint64_t extended) {
  for (auto number = *highest_ + 1; number <= extended && number <= *highest_ + kWindow; ++number) seen_.reset(number % kWindow);
  if (extended > *highest_ + kWindow) seen_.reset();
  seen_.set(extended % kWindow);
  highest_ = extended;
  ++unique_;
  ++of_this_start_;
}

void SequenceCounter::late(std::uint64_t extended) {
  if (*highest_ - extended < kWindow && seen_.test(extended % kWindow)) {
    ++duplicates_;
    return;
  }
  seen_.set(extended % kWindow, *highest_ - extended < kWindow || seen_.test(extended % kWindow));
  first_ = std::min(first_, extended);
  ++reordered_;
  ++unique_;
  ++of_this_start_;
}

std::uint64_t SequenceCounter::lost() const {
  if (!highest_) return 0;
  const auto expected = *highest_ - first_ + 1;
  return lost_before_ + (expected > of_this_start_ ? expected - of_this_start_ : 0);
}

}  // namespace li::media
