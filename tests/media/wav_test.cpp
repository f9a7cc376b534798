// WAV files, looked at by Python's wave module, which knows nothing of us. G.711 is also held against the values of its tables.
#include "media/wav.hpp"

#include <gtest/gtest.h>

#include "support/certificates.hpp"

namespace li::media {
namespace {

constexpr SoundFormat kPcmu{SoundCoding::pcmu, 8000, 1};
constexpr SoundFormat kPcma{SoundCoding::pcma, 8000, 1};

class Wav : public testing::Test {
 protected:
  [[nodiscard]] std::string file() const { return (folder.path() / "track.wav").string(); }

  [[nodiscard]] WavTrack track(const SoundFormat& format) const {
    auto made = WavTrack::create(file(), format);
    if (!made) throw std::runtime_error(made.error().message());
    return std::move(*made);
  }

  // Channels, octets a sample, rate, samples, then the samples.
  [[nodiscard]] std::string wave() const {
    return test::output_of(
        "python3 -c 'import "
        "wave,struct,sys\nw=wave.open(sys.argv[1])\nn=w.getnframes()\nprint(w.getnchannels(),w.getsampwidth(),w.getframerate(),n,"
        "*struct.unpack(\"<%dh\"%(n*w.getnchannels()),w.readframes(n)))' " +
        file());
  }

  test::TemporaryFolder folder;
};

TEST_F(Wav, gaps_are_silence_and_late_packets_fill_them) {
  auto out = track(kPcmu);
  EXPECT_TRUE(*out.add(kPcmu, 1000, Bytes{0x80, 0x80}));
  EXPECT_TRUE(*out.add(kPcmu, 1006, Bytes{0x00, 0x00}));
  EXPECT_TRUE(*out.add(kPcmu, 1002, Bytes{0xff, 0x81}));
  EXPECT_FALSE(*out.add(kPcmu, 999, Bytes{0x80}));
  EXPECT_TRUE(*out.add(kPcma, 1008, Bytes{0xd5, 0x55}));
  EXPECT_FALSE(*out.add({SoundCoding::l16, 44100, 2}, 1010, Bytes{0, 0, 0, 0}));
  ASSERT_TRUE(out.close());
  EXPECT_EQ(wave(), "1 2 8000 10 32124 32124 0 31100 0 0 -32124 -32124 8 -8\n");
}

TEST_F(Wav, time_stamps_go_round) {
  auto out = track(kPcmu);
  EXPECT_TRUE(*out.add(kPcmu, 0xfffffffe, Bytes{0x80, 0x80}));
  EXPECT_TRUE(*out.add(kPcmu, 1, Bytes{0x80}));
  ASSERT_TRUE(out.close());
  EXPECT_EQ(wave(), "1 2 8000 4 32124 32124 0 32124\n");
}

TEST_F(Wav, another_start_leaves_no_gap) {
  auto out = track(kPcmu);
  EXPECT_TRUE(*out.add(kPcmu, 5, Bytes{0x80}));
  EXPECT_TRUE(*out.add(kPcmu, 1'000'000'000, Bytes{0x00}));
  EXPECT_TRUE(*out.add(kPcmu, 1'000'000'002, Bytes{0x80}));
  ASSERT_TRUE(out.close());
  EXPECT_EQ(wave(), "1 2 8000 4 32124 -32124 0 32124\n");
}

TEST_F(Wav, l16_is_turned_round) {
  const SoundFormat stereo{SoundCoding::l16, 44100, 2};
  auto out = track(stereo);
  EXPECT_TRUE(*out.add(stereo, 0, Bytes{0x00, 0x01, 0xff, 0xfe, 0x7f, 0xff, 0x80, 0x00, 0xee}));
  ASSERT_TRUE(out.close());
  EXPECT_EQ(wave(), "2 2 44100 2 1 -2 32767 -32768\n");
}

TEST_F(Wav, an_empty_track_is_a_file) {
  ASSERT_TRUE(track(kPcma).close());
  EXPECT_EQ(wave(), "1 2 8000 0\n");
  EXPECT_EQ(WavTrack::create(file(), kPcmu).error().text, "File exists");
}

TEST_F(Wav, g711_as_another_implementation_has_it) {
  // audioop of Python 3.11 is the C library's table, shifted to 16 bits.
  const auto expected = test::output_of(
      "python3 -W ignore -c 'import audioop,struct\nb=bytes(range(256))\nprint(*struct.unpack(\"<256h\",audioop.ulaw2lin(b,2)),"
      "*struct.unpack(\"<256h\",audioop.alaw2lin(b,2)))'");
  Bytes all(256);
  for (unsigned i = 0; i < 256; ++i) all[i] = static_cast<std::uint8_t>(i);
  std::string ours;
  for (const auto coding : {SoundCoding::pcmu, SoundCoding::pcma}) {
    for (const auto sample : decode_sound(coding, all)) ours += (ours.empty() ? "" : " ") + std::to_string(sample);
  }
  EXPECT_EQ(ours + "\n", expected);
}

TEST(SoundFormats, known_ones) {
  EXPECT_EQ(sound_format(0), kPcmu);
  EXPECT_EQ(sound_format(8), kPcma);
  EXPECT_EQ(sound_format(10), (SoundFormat{SoundCoding::l16, 44100, 2}));
  EXPECT_EQ(sound_format("pcmu", 8000, 1), kPcmu);
  EXPECT_EQ(sound_format("L16", 16000, 1), (SoundFormat{SoundCoding::l16, 16000, 1}));
  EXPECT_FALSE(sound_format("AMR", 8000, 1));
  EXPECT_FALSE(sound_format("PCMU", 0, 1));
  EXPECT_FALSE(sound_format(96));
}

}  // namespace
}  // namespace li::media
