#include "media/rtp.hpp"

#include <gtest/gtest.h>

#include "tests/data/data.hpp"

namespace li::media {
namespace {

TEST(Rtp, headers) {
  for (const auto& one : test::read_cases("media/rtp.vec")) {
    const auto packet = test::octets_of(one.parts.at(0));
    const auto header = decode_rtp(packet);
    std::string said;
    if (!header) {
      said = header.error().message();
    } else {
      const auto payload = rtp_payload(*header, packet);
      said = "PT " + std::to_string(header->payload_type) + (header->marker ? " M" : "") + " seq " + std::to_string(header->sequence) +
             " ts " + std::to_string(header->timestamp) + " ssrc " + std::to_string(header->ssrc) + " csrcs " +
             std::to_string(header->csrcs.size()) + (header->extension ? " ext " + std::to_string(header->extension->data.size()) : "") +
             ": " +
             (!payload           ? payload.error().message()
              : payload->empty() ? "-"
                                 : to_hex(*payload));
      EXPECT_EQ(to_hex(*encode_rtp(*header, ByteView(packet).subspan(header->size()))), to_hex(packet)) << one.place;
    }
    EXPECT_EQ(said, one.parts.at(1)) << one.place;
  }
}

TEST(Rtp, what_can_not_be_written) {
  const auto refusal = [](const RtpHeader& header) { return encode_rtp(header, {}).error().text; };
  RtpHeader header;
  header.payload_type = 128;
  EXPECT_EQ(refusal(header), "a payload type is 0..127");
  header = {};
  header.csrcs.resize(16);
  EXPECT_EQ(refusal(header), "at most 15 CSRCs");
  header = {};
  header.extension = RtpExtension{1, Bytes(5)};
  EXPECT_EQ(refusal(header), "a header extension is a number of 32-bit words");
}

TEST(Rtp, told_apart) {
  const auto kind = [](std::uint8_t first, std::uint8_t second, std::size_t size) {
    Bytes packet(size);
    packet[0] = first;
    packet[1] = second;
    return kind_of(packet);
  };
  EXPECT_EQ(kind(0x80, 0, 12), PacketKind::rtp);
  EXPECT_EQ(kind(0x80, 0, 11), PacketKind::other);
  EXPECT_EQ(kind(0x80, 0x80 | 96, 12), PacketKind::rtp);  // the marker
  EXPECT_EQ(kind(0x80, 200, 8), PacketKind::rtcp);
  EXPECT_EQ(kind(0x80, 191, 12), PacketKind::rtp);
  EXPECT_EQ(kind(0x80, 192, 8), PacketKind::rtcp);
  EXPECT_EQ(kind(0x80, 223, 8), PacketKind::rtcp);
  EXPECT_EQ(kind(0x80, 224, 12), PacketKind::rtp);
  EXPECT_EQ(kind(0x00, 1, 20), PacketKind::other);  // STUN
  EXPECT_EQ(kind(22, 254, 60), PacketKind::other);  // DTLS
  EXPECT_EQ(kind_of({}), PacketKind::other);
}

// Numbers given, and what is counted: "packets duplicates reordered lost restarts".
TEST(SequenceCounter, counts) {
  const std::vector<std::pair<std::vector<unsigned>, std::string>> cases{
      {{}, "0 0 0 0 0"},
      {{7}, "1 0 0 0 0"},
      {{7, 8, 10}, "3 0 0 1 0"},
      {{7, 9, 8, 10}, "4 0 1 0 0"},
      {{7, 8, 8, 8, 9}, "5 2 0 0 0"},
      {{65534, 65535, 1, 2}, "4 0 0 1 0"},
      {{65535, 0, 65534}, "3 0 1 0 0"},
      {{0, 65535, 1}, "3 0 1 0 0"},
      {{10, 2010, 2011}, "3 0 0 1999 0"},
      {{10, 5000, 5001, 5003}, "4 0 0 1 1"},
      {{10, 12, 40000, 40002}, "4 0 0 2 1"},
      {{5, 1200, 6}, "3 0 1 1193 0"},
  };
  for (const auto& [numbers, expected] : cases) {
    SequenceCounter counter;
    for (const auto number : numbers) counter.add(static_cast<std::uint16_t>(number));
    EXPECT_EQ(std::to_string(counter.packets()) + " " + std::to_string(counter.duplicates()) + " " + std::to_string(counter.reordered()) +
                  " " + std::to_string(counter.lost()) + " " + std::to_string(counter.restarts()),
              expected);
  }
}

TEST(SequenceCounter, numbers_go_on_past_65535) {
  SequenceCounter counter;
  EXPECT_EQ(counter.add(65535), 65535U);
  EXPECT_EQ(counter.add(0), 65536U);
  EXPECT_EQ(counter.add(65534), 65534U);
  for (std::uint32_t i = 1; i <= 3 * 65536; ++i) ASSERT_EQ(counter.add(static_cast<std::uint16_t>(i)), 65536U + i);
  EXPECT_EQ(counter.lost(), 0U);
}

}  // namespace
}  // namespace li::media
