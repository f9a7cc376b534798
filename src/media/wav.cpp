#include "media/wav.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.hpp"
#include "media/big_endian_impl.hpp"
#include "media/new_file_impl.hpp"

namespace li::media {
namespace {

constexpr std::size_t kHeader = 44;

void put_little(Bytes& out, std::uint64_t value, unsigned octets) {
  for (unsigned i = 0; i < octets; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

void put_text(Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

Bytes wav_header(const SoundFormat& format, std::uint64_t data) {
  const std::uint32_t frame = 2U * format.channels;
  Bytes out;
  put_text(out, "RIFF");
  put_little(out, kHeader - 8 + data, 4);
  put_text(out, "WAVEfmt ");
  put_little(out, 16, 4);
  put_little(out, 1, 2);  // WAVE_FORMAT_PCM
  put_little(out, format.channels, 2);
  put_little(out, format.rate, 4);
  put_little(out, std::uint64_t{format.rate} * frame, 4);
  put_little(out, frame, 2);
  put_little(out, 16, 2);
  put_text(out, "data");
  put_little(out, data, 4);
  return out;
}

// G.711 as its tables have them, scaled to 16 bits: 14 bits of mu-law by 4, 13 bits of A-law by 8.
std::int16_t from_mu_law(std::uint8_t octet) {
  const unsigned inverted = ~octet & 0xffU;
  const int magnitude = static_cast<int>((((inverted & 0x0f) << 3) + 0x84) << (inverted >> 4 & 7)) - 0x84;
  return static_cast<std::int16_t>((inverted & 0x80) != 0 ? -magnitude : magnitude);
}

std::int16_t from_a_law(std::uint8_t octet) {
  const unsigned even = octet ^ 0x55U;
  const unsigned segment = even >> 4 & 7;
  unsigned magnitude = ((even & 0x0f) << 4) + 8;
  if (segment != 0) magnitude = (magnitude + 0x100) << (segment - 1);
  return static_cast<std::int16_t>((even & 0x80) != 0 ? static_cast<int>(magnitude) : -static_cast<int>(magnitude));
}

tl::unexpected<Error> of_file(const std::string& file, const char* text) {
  return failure({ErrorKind::unexpected, text, std::nullopt, file, {}});
}

bool make(const std::string& file, Existing existing) {
  const int descriptor = make_new_file(file, existing);
  return descriptor >= 0 && ::close(descriptor) == 0;
}

}  // namespace

std::optional<SoundFormat> sound_format(std::string_view name, std::uint32_t rate, unsigned channels) {
  if (rate == 0 || rate > 192'000 || channels == 0 || channels > 8) return std::nullopt;
  const auto made = [&](SoundCoding coding) { return SoundFormat{coding, rate, static_cast<std::uint16_t>(channels)}; };
  if (same_letters(name, "PCMU")) return made(SoundCoding::pcmu);
  if (same_letters(name, "PCMA")) return made(SoundCoding::pcma);
  if (same_letters(name, "L16")) return made(SoundCoding::l16);
  return std::nullopt;
}

std::optional<SoundFormat> sound_format(unsigned payload_type) {
  switch (payload_type) {
    case 0: return SoundFormat{SoundCoding::pcmu, 8000, 1};
    case 8: return SoundFormat{SoundCoding::pcma, 8000, 1};
    case 10: return SoundFormat{SoundCoding::l16, 44100, 2};
    case 11: return SoundFormat{SoundCoding::l16, 44100, 1};
    default: return std::nullopt;
  }
}

std::vector<std::int16_t> decode_sound(SoundCoding coding, ByteView payload) {
  std::vector<std::int16_t> samples;
  if (coding == SoundCoding::l16) {
    samples.reserve(payload.size() / 2);
    for (std::size_t i = 0; i + 1 < payload.size(); i += 2) samples.push_back(static_cast<std::int16_t>(read16(payload, i)));
    return samples;
  }
  samples.reserve(payload.size());
  for (const auto octet : payload) samples.push_back(coding == SoundCoding::pcmu ? from_mu_law(octet) : from_a_law(octet));
  return samples;
}

Result<WavTrack> WavTrack::create(const std::string& file, const SoundFormat& format, Existing existing) {
  if (!make(file, existing)) return of_file(file, std::strerror(errno));
  WavTrack track(file, format);
  track.out_.open(file, std::ios::binary | std::ios::in | std::ios::out);
  const auto header = wav_header(format, 0);
  track.out_.write(as_text(header).data(), static_cast<std::streamsize>(header.size()));
  if (const auto good = track.check(); !good) return failure(good.error());
  return track;
}

WavTrack::~WavTrack() { static_cast<void>(close()); }

Result<void> WavTrack::check() const {
  if (!out_) return of_file(file_, "it can't be written");
  return {};
}

std::optional<std::uint64_t> WavTrack::place(std::uint32_t timestamp) {
  const std::int64_t jump = std::int64_t{format_.rate} * 3600;
  if (!base_) base_ = timestamp;
  // Against the end so far, not against the start: time stamps go round after some hours.
  const auto expected = static_cast<std::uint32_t>(*base_ + (end_ - from_));
  const auto ahead = std::int64_t{static_cast<std::int32_t>(timestamp - expected)};
  if (ahead > jump || ahead < -jump) {
    base_ = timestamp;
    from_ = end_;
    return end_;
  }
  const auto at = static_cast<std::int64_t>(end_) + ahead;
  if (at < 0) return std::nullopt;
  return static_cast<std::uint64_t>(at);
}

Result<bool> WavTrack::add(const SoundFormat& format, std::uint32_t timestamp, ByteView payload) {
  if (format.rate != format_.rate || format.channels != format_.channels) return false;
  const auto samples = decode_sound(format.coding, payload);
  const std::uint64_t frames = samples.size() / format_.channels;
  const auto at = place(timestamp);
  if (!at) return false;
  const std::uint64_t frame = 2U * format_.channels;
  if (kHeader + (*at + frames) * frame > UINT32_MAX) {
    return failure({ErrorKind::limit, "a WAV file can't be larger than 4 GiB", std::nullopt, file_, {}});
  }
  Bytes octets;
  octets.reserve(frames * frame);
  for (std::size_t i = 0; i < frames * format_.channels; ++i) put_little(octets, static_cast<std::uint16_t>(samples[i]), 2);
  out_.seekp(static_cast<std::streamoff>(kHeader + *at * frame));  // what is left out reads as zeros: silence
  out_.write(as_text(octets).data(), static_cast<std::streamsize>(octets.size()));
  end_ = std::max(end_, *at + frames);
  if (const auto good = check(); !good) return failure(good.error());
  return true;
}

Result<void> WavTrack::close() {
  if (!out_.is_open()) return {};
  const auto header = wav_header(format_, end_ * 2 * format_.channels);
  out_.seekp(0);
  out_.write(as_text(header).data(), static_cast<std::streamsize>(header.size()));
  out_.close();
  return check();
}

}  // namespace li::media
