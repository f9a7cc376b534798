// media/wav.hpp: the sound of an RTP stream as a WAV file: PCM of 16 bits, gaps as silence.
//
// Source:  RFC 3551 clause 4.5 (PCMU, PCMA, L16); ITU-T G.711; the RIFF format with WAVE_FORMAT_PCM.
// Units:   clock rates and sample rates are Hz; positions are samples of one channel.
// Errors:  what the file system says; a stream longer than a WAV file can be.
// Owns:    a WavTrack owns its open file.
#pragma once

#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "media/capture.hpp"
#include "media/rtp.hpp"

namespace li::media {

enum class SoundCoding : std::uint8_t { pcmu, pcma, l16 };

struct SoundFormat {
  SoundCoding coding = SoundCoding::pcmu;
  std::uint32_t rate = 8000;
  std::uint16_t channels = 1;
  bool operator==(const SoundFormat&) const = default;
};

/// What can be written, by the name of an a=rtpmap in any case. G.711 is 8000 Hz, or another rate that the rtpmap says.
[[nodiscard]] std::optional<SoundFormat> sound_format(std::string_view name, std::uint32_t rate, unsigned channels);
/// Of a payload type that needs no a=rtpmap: 0, 8, 10, 11.
[[nodiscard]] std::optional<SoundFormat> sound_format(unsigned payload_type);

/// Samples of a payload, channels side by side. What an odd number of octets leaves over is dropped.
[[nodiscard]] std::vector<std::int16_t> decode_sound(SoundCoding coding, ByteView payload);

class WavTrack {
 public:
  [[nodiscard]] static Result<WavTrack> create(const std::string& file, const SoundFormat& format, Existing existing = Existing::refuse);
  WavTrack(WavTrack&&) noexcept = default;
  WavTrack& operator=(WavTrack&&) noexcept = default;
  ~WavTrack();

  /// Puts a payload where its time stamp says, counted from the first packet; what came late fills its gap. A jump of more than an hour
  /// is another start of the sender and leaves no gap. False for what lies before the start or is of another rate.
  [[nodiscard]] Result<bool> add(const SoundFormat& format, std::uint32_t timestamp, ByteView payload);
  /// Fills in the lengths; without it the file is not whole.
  [[nodiscard]] Result<void> close();

  [[nodiscard]] std::uint64_t samples() const { return end_; }
  [[nodiscard]] const SoundFormat& format() const { return format_; }

 private:
  WavTrack(std::string file, const SoundFormat& format) : file_(std::move(file)), format_(format) {}
  [[nodiscard]] std::optional<std::uint64_t> place(std::uint32_t timestamp);
  [[nodiscard]] Result<void> check() const;

  std::string file_;
  SoundFormat format_;
  std::fstream out_;
  std::optional<std::uint32_t> base_;  // timestamp of position `from_`
  std::uint64_t from_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace li::media
