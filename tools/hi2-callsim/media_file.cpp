#include "hi2-callsim/media_file.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "crypto/hash.hpp"
#include "hi2-callsim/phone.hpp"
#include "media/capture.hpp"
#include "media/rtp.hpp"
#include "media/srtp.hpp"

namespace li::callsim {

namespace {

constexpr unsigned kSamples = 160;  // 20 ms at 8000 Hz
constexpr auto kPacketTime = std::chrono::milliseconds(20);

// ITU-T G.711, the segments of both laws.
std::uint8_t to_mu_law(int sample) {
  constexpr int kBias = 132;
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(std::abs(sample), 32635) + kBias;
  int segment = 7;
  for (int mask = 0x4000; segment > 0 && (magnitude & mask) == 0; mask >>= 1) --segment;
  return static_cast<std::uint8_t>(~(sign | segment << 4 | (magnitude >> (segment + 3) & 0x0f)));
}

std::uint8_t to_a_law(int sample) {
  const int sign = sample < 0 ? 0 : 0x80;
  const int magnitude = std::min(std::abs(sample), 32767) >> 4;  // 11 bits
  int segment = 0;
  while (segment < 7 && magnitude >> (segment + 4) > (segment == 0 ? 0 : 1)) ++segment;
  const int bits = segment < 2 ? magnitude & 0x0f : magnitude >> (segment - 1) & 0x0f;
  return static_cast<std::uint8_t>((sign | segment << 4 | bits) ^ 0x55);
}

Bytes coded(const std::string& codec, const std::vector<int>& samples) {
  Bytes payload;
  for (const int sample : samples) {
    if (codec == "PCMU/8000") {
      payload.push_back(to_mu_law(sample));
    } else if (codec == "PCMA/8000") {
      payload.push_back(to_a_law(sample));
    } else {
      payload.push_back(static_cast<std::uint8_t>(sample >> 8 & 0xff));
      payload.push_back(static_cast<std::uint8_t>(sample & 0xff));
    }
  }
  return payload;
}

/// A tone of its own for each stream, with some noise, so that no two packets are the same.
class Tone {
 public:
  Tone(std::uint64_t seed, std::uint32_t ssrc) : engine_(seed ^ ssrc), step_(2 * std::numbers::pi * (300 + ssrc % 900) / 8000) {}
  std::vector<int> next() {
    std::vector<int> samples(kSamples);
    for (auto& sample : samples) {
      sample = static_cast<int>(12'000 * std::sin(phase_)) + static_cast<int>(engine_() % 256) - 128;
      phase_ += step_;
    }
    return samples;
  }

 private:
  std::mt19937_64 engine_;
  double step_, phase_ = 0;
};

struct Sender {
  const Stream& stream;
  Tone tone;
  std::optional<media::SrtpSession> srtp;
  media::RtpHeader header;
  crypto::RunningDigest clear{crypto::Hash::sha256};
};

Result<Sender> sender_of(const Stream& stream, std::uint64_t seed) {
  Sender made{stream, Tone(seed, stream.ssrc), std::nullopt, {}};
  made.header.payload_type = static_cast<std::uint8_t>(stream.payload_type);
  made.header.ssrc = stream.ssrc;
  made.header.sequence = static_cast<std::uint16_t>(seed * 7919 + stream.ssrc);
  made.header.timestamp = stream.ssrc ^ static_cast<std::uint32_t>(seed);
  made.header.marker = true;
  if (stream.key.empty()) return made;
  auto session = media::SrtpSession::create({}, {stream.key.copy(), stream.salt.copy(), {}}, stream.ssrc);
  if (!session) return failure(session.error());
  made.srtp = std::move(*session);
  return made;
}

media::UdpPacket packet_of(const Stream& stream, media::PacketTime time, Bytes payload) {
  const auto address = [](const std::string& text) { return *media::parse_address(text); };
  return {time, {address(stream.from_address), stream.from_port}, {address(stream.to_address), stream.to_port}, std::move(payload)};
}

struct Files {
  std::optional<media::PacketWriter> sent, clear;
};

Result<void> send(Sender& sender, media::PacketTime time, Files& files) {
  const auto payload = coded(sender.stream.codec, sender.tone.next());
  sender.clear.add(payload);
  auto rtp = media::encode_rtp(sender.header, payload);
  if (!rtp) return failure(rtp.error());
  ++sender.header.sequence;
  sender.header.timestamp += kSamples;
  sender.header.marker = false;
  if (files.clear) {
    if (auto written = files.clear->write(packet_of(sender.stream, time, *rtp)); !written) return written;
  }
  if (!files.sent) return {};
  auto octets = std::move(*rtp);
  if (sender.srtp) {
    auto encrypted = sender.srtp->protect(octets);
    if (!encrypted) return failure(ErrorKind::out_of_range, "SRTP: " + std::string(media::to_string(encrypted.error())));
    octets = std::move(*encrypted);
  }
  return files.sent->write(packet_of(sender.stream, time, std::move(octets)));
}

Result<std::optional<media::PacketWriter>> create(const std::string& file) {
  if (file.empty()) return std::optional<media::PacketWriter>();
  auto made = media::PacketWriter::create(file, media::Existing::replace);
  if (!made) return failure(made.error());
  return std::optional<media::PacketWriter>(std::move(*made));
}

Result<void> play_round(std::vector<Sender>& senders, unsigned round, const MediaSettings& settings, Files& files) {
  for (unsigned i = 0; i < settings.packets; ++i) {
    const auto time = settings.start + (round * settings.packets + i) * kPacketTime;
    for (std::size_t at = 0; at < senders.size(); ++at) {
      if (senders[at].stream.round != round) continue;
      if (auto sent = send(senders[at], media::PacketTime(time) + std::chrono::microseconds(at * 100), files); !sent) return sent;
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> write_media(const std::vector<Stream>& streams, const MediaSettings& settings) {
  auto sent = create(settings.sent);
  auto clear = create(settings.clear);
  if (!sent || !clear) return failure(!sent ? sent.error() : clear.error());
  Files files{std::move(*sent), std::move(*clear)};
  std::vector<Sender> senders;
  unsigned rounds = 0;
  for (const auto& stream : streams) {
    auto sender = sender_of(stream, settings.seed);
    if (!sender) return failure(sender.error());
    senders.push_back(std::move(*sender));
    rounds = std::max(rounds, stream.round + 1);
  }
  for (unsigned round = 0; round < rounds; ++round) {
    if (auto played = play_round(senders, round, settings, files); !played) return failure(played.error());
  }
  for (auto* file : {&files.sent, &files.clear}) {
    if (!*file) continue;
    if (auto closed = (*file)->close(); !closed) return failure(closed.error());
  }
  std::vector<std::string> digests;
  for (auto& sender : senders) digests.push_back(to_hex(sender.clear.finish()));
  return digests;
}

}  // namespace li::callsim
