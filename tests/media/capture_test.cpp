// Captures of ours read by tshark, and captures that Wireshark's tools made read by us.
#include "media/capture.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "media/wav.hpp"
#include "support/certificates.hpp"
#include "tests/data/data.hpp"

namespace li::media {
namespace {

using namespace std::chrono_literals;

Endpoint endpoint(std::string_view address, std::uint16_t port) { return {parse_address(address).value(), port}; }

std::vector<UdpPacket> sample() {
  const PacketTime start(std::chrono::seconds(1795000000) + 123456789ns);
  return {{start, endpoint("192.0.2.1", 4000), endpoint("198.51.100.7", 4002), {1, 2, 3}},
          {start + 20ms, endpoint("2001:db8::1", 5000), endpoint("2001:db8::2", 5002), {4, 5, 6, 7}},
          {start + 40ms, endpoint("192.0.2.1", 4000), endpoint("198.51.100.7", 4002), Bytes(1400, 0x55)},
          {start + 1h, endpoint("2001:db8::1", 5000), endpoint("2001:db8::2", 5002), {}}};
}

void run(const std::string& command) { static_cast<void>(test::output_of(command)); }

class Capture : public testing::Test {
 protected:
  [[nodiscard]] std::string file(const std::string& name) const { return (folder.path() / name).string(); }

  void write(const std::string& name, const std::vector<UdpPacket>& packets) const {
    auto writer = PacketWriter::create(file(name));
    ASSERT_TRUE(writer) << writer.error().message();
    for (const auto& packet : packets) ASSERT_TRUE(writer->write(packet));
    ASSERT_TRUE(writer->close());
  }

  [[nodiscard]] static std::vector<Result<UdpPacket>> read(const std::string& path, CaptureCounts* counts = nullptr) {
    auto reader = PacketReader::open(path);
    if (!reader) throw std::runtime_error(reader.error().message());
    std::vector<Result<UdpPacket>> packets;
    while (auto packet = reader->next()) packets.push_back(std::move(*packet));
    if (counts != nullptr) *counts = reader->counts();
    return packets;
  }

  test::TemporaryFolder folder;
};

TEST_F(Capture, tshark_reads_what_we_write) {
  write("ours.pcap", sample());
  EXPECT_EQ(test::output_of("TZ=UTC tshark -r " + file("ours.pcap") +
                            " -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -T fields -e frame.time_epoch -e ip.src -e ipv6.src -e "
                            "udp.srcport -e ip.dst -e ipv6.dst -e udp.dstport -e udp.length -e ip.checksum.status -e udp.checksum.status "
                            "-E 'separator=|' 2>/dev/null"),
            "1795000000.123456789|192.0.2.1||4000|198.51.100.7||4002|11|1|1\n"
            "1795000000.143456789||2001:db8::1|5000||2001:db8::2|5002|12||1\n"
            "1795000000.163456789|192.0.2.1||4000|198.51.100.7||4002|1408|1|1\n"
            "1795003600.123456789||2001:db8::1|5000||2001:db8::2|5002|8||1\n");
}

TEST_F(Capture, we_read_what_we_write) {
  write("ours.pcap", sample());
  const auto packets = read(file("ours.pcap"));
  const auto expected = sample();
  ASSERT_EQ(packets.size(), expected.size());
  for (std::size_t i = 0; i < packets.size(); ++i) EXPECT_EQ(*packets[i], expected[i]);
}

TEST_F(Capture, pcapng_and_cut_frames_by_editcap) {
  write("ours.pcap", sample());
  EXPECT_EQ(test::output_of("editcap -F pcapng " + file("ours.pcap") + " " + file("ours.pcapng") + " 2>&1"), "");
  const auto packets = read(file("ours.pcapng"));
  ASSERT_EQ(packets.size(), 4U);
  EXPECT_EQ(*packets[1], sample()[1]);
  EXPECT_EQ(test::output_of("editcap -s 100 " + file("ours.pcap") + " " + file("cut.pcapng") + " 2>&1"), "");
  CaptureCounts counts;
  const auto cut = read(file("cut.pcapng"), &counts);
  ASSERT_EQ(cut.size(), 4U);
  EXPECT_EQ(cut[2].error().message(), "0x64: frame 3: the frame ends inside the UDP payload: the capture is cut off");
  EXPECT_EQ(counts.damaged, 1U);
  EXPECT_EQ(counts.udp, 3U);
}

TEST_F(Capture, text2pcap_makes_ethernet) {
  run("printf '0000 01 02 03 04\\n' | text2pcap -q -u 1000,2000 -4 10.0.0.1,10.0.0.2 - " + file("a.pcapng") + " 2>&1");
  run("printf '0000 05 06\\n' | text2pcap -q -u 1000,2000 -6 ::1,::2 - " + file("b.pcapng") + " 2>&1");
  run("printf '0000 05 06\\n' | text2pcap -q -T 1000,2000 -4 10.0.0.1,10.0.0.2 - " + file("c.pcapng") + " 2>&1");
  run("mergecap -a -w " + file("all.pcapng") + " " + file("a.pcapng") + " " + file("c.pcapng") + " " + file("b.pcapng") + " 2>&1");
  CaptureCounts counts;
  const auto packets = read(file("all.pcapng"), &counts);
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_EQ(packets[0]->from.to_string() + packets[0]->to.to_string() + to_hex(packets[0]->payload), "10.0.0.1:100010.0.0.2:200001020304");
  EXPECT_EQ(packets[1]->from.to_string() + packets[1]->to.to_string() + to_hex(packets[1]->payload), "[::1]:1000[::2]:20000506");
  EXPECT_EQ(counts.frames, 3U);
  EXPECT_EQ(counts.other, 1U);
}

TEST_F(Capture, files_that_are_none) {
  const auto refusal = [&](const std::string& path) { return PacketReader::open(path).error().message(); };
  std::ofstream(file("text")) << "this is no capture at all";
  EXPECT_EQ(refusal(file("text")), "unknown file format");
  EXPECT_NE(refusal(file("nothing")).find("No such file"), std::string::npos);
  run("printf '0000 01 02\\n' | text2pcap -q -l 105 - " + file("radio.pcapng") + " 2>&1");
  EXPECT_EQ(refusal(file("radio.pcapng")), file("radio.pcapng") + ": frames of link type IEEE802_11 are not read");
}

TEST_F(Capture, a_file_that_ends_early) {
  write("ours.pcap", sample());
  std::filesystem::resize_file(file("ours.pcap"), std::filesystem::file_size(file("ours.pcap")) - 5);
  const auto packets = read(file("ours.pcap"));
  ASSERT_EQ(packets.size(), 4U);
  EXPECT_TRUE(packets[2]);
  EXPECT_NE(packets[3].error().text.find("truncated"), std::string::npos) << packets[3].error().text;
}

TEST_F(Capture, nothing_is_overwritten_unless_told_so) {
  write("ours.pcap", sample());
  EXPECT_EQ(PacketWriter::create(file("ours.pcap")).error().text, "File exists");
  ASSERT_TRUE(PacketWriter::create(file("ours.pcap"), Existing::replace)->close());
  EXPECT_EQ(read(file("ours.pcap")).size(), 0U);
  struct stat about {};
  ASSERT_EQ(stat(file("ours.pcap").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(Capture, what_is_replaced_leaves_no_mode_and_no_link) {
  std::ofstream(file("theirs")) << "theirs";
  std::filesystem::create_symlink("theirs", file("link.pcap"));
  std::ofstream(file("open.pcap")) << "old";
  std::filesystem::permissions(file("open.pcap"), std::filesystem::perms::all);
  const auto replaced = [&](const std::string& name) {
    EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(file(name)))) << name;
    EXPECT_EQ(std::filesystem::status(file(name)).permissions(), std::filesystem::perms(0600)) << name;
  };
  for (const auto* name : {"link.pcap", "open.pcap"}) {
    ASSERT_TRUE(PacketWriter::create(file(name), Existing::replace)->close());
    replaced(name);
  }
  EXPECT_EQ(std::filesystem::file_size(file("theirs")), 6U);
  std::filesystem::remove(file("link.pcap"));
  std::filesystem::create_symlink("theirs", file("link.pcap"));
  std::filesystem::permissions(file("open.pcap"), std::filesystem::perms::all);
  for (const auto* name : {"link.pcap", "open.pcap"}) {
    EXPECT_TRUE(WavTrack::create(file(name), SoundFormat(), Existing::replace));
    replaced(name);
  }
  EXPECT_EQ(std::filesystem::file_size(file("theirs")), 6U);
}

TEST(CaptureWriter, a_full_disk_is_told) {
  auto writer = PacketWriter::create("/dev/full", Existing::replace);
  ASSERT_TRUE(writer);
  static_cast<void>(writer->write(sample()[0]));
  EXPECT_FALSE(writer->close());
}

}  // namespace
}  // namespace li::media
