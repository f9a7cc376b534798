// hi2 decrypt as its users meet it. The clear capture is read by tshark, the WAV file by Python.
#include <gtest/gtest.h>

#include <fstream>

#include "media/capture.hpp"
#include "ps/hi3.hpp"
#include "tests/lemf/call.hpp"
#include "tests/support/certificates.hpp"

namespace li::lemf {
namespace {

using namespace test;
using li::test::output_of;
using mikey::DataType;

class DecryptProgram : public testing::Test {
 protected:
  DecryptProgram() {
    const std::vector<mikey::GenericId> map{block(1, 0x11), block(2, 0x12)};
    book.sip(invite(sdp("192.0.2.1", {{4000}}, key_mgmt(DataType::transfer_init, map))));
    book.sip(ok(sdp("198.51.100.7", {{5000}}, key_mgmt(DataType::transfer_resp, map))));
  }

  [[nodiscard]] std::string file(const std::string& name) const { return (folder.path() / name).string(); }

  void write_records() const {
    std::ofstream out(file("call.ber"), std::ios::binary);
    for (const auto& record : book.records) out << as_text(record.octets());
  }
  void write_capture(const std::vector<media::UdpPacket>& packets) const {
    auto writer = must(media::PacketWriter::create(file("call.pcap")));
    for (const auto& packet : packets) ASSERT_TRUE(writer.write(packet));
    ASSERT_TRUE(writer.close());
  }
  void write_hi3(const std::vector<media::UdpPacket>& packets, bool with_ip) const {
    std::ofstream out(file("call.hi3"), std::ios::binary);
    for (const auto& packet : packets) {
      const auto payload = with_ip ? must(media::wrap_ip(packet)) : packet.payload;
      out << as_text(must(ps::encode_voip_cc({{}, {1, 2, 3}, {}, 0, ps::MediaDirection::from_target, to_record_bytes(payload)})));
    }
  }
  [[nodiscard]] std::string decrypt(const std::string& arguments) const {
    return output_of("cd " + folder.path().string() + " && " HI2_PROGRAM " decrypt --records call.ber " + arguments + "; echo \"exit $?\"");
  }

  Book book;
  Sender alice{0x11, at("192.0.2.1", 4000), at("198.51.100.7", 5000), key_of(1)};
  Sender bob{0x12, at("198.51.100.7", 5000), at("192.0.2.1", 4000), key_of(2)};
  li::test::TemporaryFolder folder;
};

TEST_F(DecryptProgram, capture_to_capture_and_wav) {
  book.keys({{1, key_of(1)}, {2, key_of(2)}});
  write_records();
  auto packets = alice.packets(3);
  for (auto& packet : bob.packets(2)) packets.push_back(std::move(packet));
  write_capture(packets);
  EXPECT_EQ(decrypt("--media call.pcap -o clear.pcap --wav sound"),
            "#  LIID     SSRC      from → to                           media    codec      CS  packets  opened  lost  failed  state\n"
            "1  NL-0042  00000011  192.0.2.1:4000 → 198.51.100.7:5000  audio 1  PCMU/8000  1   3        3       0     0       decrypted\n"
            "2  NL-0042  00000012  198.51.100.7:5000 → 192.0.2.1:4000  audio 1  PCMU/8000  2   2        2       0     0       decrypted\n"
            "2 streams, 2 keys\nexit 0\n");
  EXPECT_EQ(output_of("tshark -r " + file("clear.pcap") +
                      " -d udp.port==4000,rtp -T fields -e ip.src -e rtp.ssrc -e rtp.seq -e udp.length 2>/dev/null"),
            "192.0.2.1\t0x00000011\t1000\t180\n192.0.2.1\t0x00000011\t1001\t180\n192.0.2.1\t0x00000011\t1002\t180\n"
            "198.51.100.7\t0x00000012\t1000\t180\n198.51.100.7\t0x00000012\t1001\t180\n");
  auto clear = must(media::PacketReader::open(file("clear.pcap")));
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(**clear.next(), alice.clear(1000 + i));
  EXPECT_EQ(output_of("ls " + file("sound")), "stream-1-00000011.wav\nstream-2-00000012.wav\n");
  EXPECT_EQ(output_of("python3 -c 'import wave,sys;w=wave.open(sys.argv[1]);print(w.getnframes(),w.getframerate())' " +
                      file("sound/stream-1-00000011.wav")),
            "480 8000\n");
  EXPECT_EQ(decrypt("--media call.pcap -o clear.pcap"), "clear.pcap: File exists (--force replaces it)\nexit 1\n");
  EXPECT_NE(decrypt("--media call.pcap -o clear.pcap --force").find("exit 0"), std::string::npos);
  EXPECT_EQ(
      decrypt("--media call.pcap --wav sound --json > /dev/null; cat call.pcap | " HI2_PROGRAM
              " decrypt --records call.ber --media - --json | cut -d, -f1-5"),
      "sound/stream-1-00000011.wav: File exists\nsound/stream-2-00000012.wav: File exists\n"
      "{\"stream\":1,\"ssrc\":\"00000011\",\"from\":\"192.0.2.1:4000\",\"to\":\"198.51.100.7:5000\",\"state\":\"decrypted\"\n"
      "{\"stream\":2,\"ssrc\":\"00000012\",\"from\":\"198.51.100.7:5000\",\"to\":\"192.0.2.1:4000\",\"state\":\"decrypted\"\nexit 0\n");
}

TEST_F(DecryptProgram, hi3_with_and_without_addresses) {
  book.keys({{1, key_of(1)}, {2, key_of(2)}});
  write_records();
  write_hi3(alice.packets(3), true);
  const auto with = decrypt("--media call.hi3 -o clear.pcap");
  EXPECT_NE(with.find("192.0.2.1:4000 → 198.51.100.7:5000  audio 1  PCMU/8000  1   3        3"), std::string::npos) << with;
  write_hi3(bob.packets(3), false);
  const auto without = decrypt("--media call.hi3 -o bare.pcap");
  EXPECT_NE(without.find("00000012  - → -      audio 1  PCMU/8000  2   3        3"), std::string::npos) << without;
  EXPECT_EQ(
      output_of("tshark -r " + file("bare.pcap") + " -c 1 -d udp.port==5004,rtp -T fields -e ip.src -e ip.dst -e rtp.ssrc 2>/dev/null"),
      "192.0.2.1\t192.0.2.2\t0x00000012\n");
}

TEST_F(DecryptProgram, media_comes_through_pipes) {
  book.keys({{1, key_of(1)}, {2, key_of(2)}});
  write_records();
  write_capture(alice.packets(30));
  write_hi3(bob.packets(3), true);
  const auto piped = [&](const std::string& name) {
    const auto in = "cd " + folder.path().string() + " && " HI2_PROGRAM " decrypt --records call.ber --media ";
    return std::pair(output_of("bash -c '" + in + "<(cat " + name + ")'"), output_of("bash -c '" + in + "- < <(cat " + name + ")'"));
  };
  for (const std::string name : {"call.pcap", "call.hi3"}) {
    auto file = decrypt("--media " + name);
    EXPECT_NE(file.find("decrypted"), std::string::npos) << file;
    file.resize(file.size() - std::string_view("exit 0\n").size());
    EXPECT_EQ(piped(name), std::pair(file, file));
  }
  EXPECT_EQ(output_of("cd " + folder.path().string() + " && " HI2_PROGRAM " decrypt --records call.ber --media - < /dev/null | tail -1"),
            "<stdin>: is empty\n0 streams, 2 keys\n");
}

TEST_F(DecryptProgram, failures_end_with_1_and_show_no_key) {
  book.keys({{1, key_of(9)}});
  write_records();
  write_capture(alice.packets(3));
  const auto said = decrypt("--media call.pcap");
  EXPECT_NE(said.find("3        0       0     3       failed"), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with("1 stream, 1 key\nexit 1\n")) << said;
  EXPECT_EQ(said.find(to_hex(key_of(9).key.reveal())), std::string::npos);
  EXPECT_EQ(decrypt("--media nothing.pcap"),
            "nothing.pcap: No such file or directory\n#  LIID  SSRC  from → to  media  codec  CS  packets  opened  lost  failed  state\n0 "
            "streams, 1 key\nexit 1\n");
  EXPECT_TRUE(decrypt("").ends_with("exit 2\n"));
  EXPECT_NE(decrypt("--media call.ber").find("Voip-CC-PDUs of HI3 are read"), std::string::npos);
}

TEST_F(DecryptProgram, what_holds_no_packets_is_named) {
  write_records();
  // A capture of Ethernet frames; of each so many octets are there.
  const auto write = [&](const std::string& name, unsigned frames, const Bytes& frame, std::uint32_t size) {
    std::ofstream out(file(name), std::ios::binary);
    const auto numbers = [&](std::initializer_list<std::uint32_t> all) {
      for (const auto one : all) out.write(reinterpret_cast<const char*>(&one), sizeof one);
    };
    numbers({0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1});
    for (unsigned i = 0; i < frames; ++i)
      numbers({1'795'000'000, i, static_cast<std::uint32_t>(frame.size()), size}), out << as_text(frame);
  };
  Bytes ip(34);
  ip[12] = 8, ip[14] = 0x45, ip[17] = 200, ip[23] = 17;
  Bytes arp(60);
  arp[12] = 8, arp[13] = 6;
  write("none.pcap", 0, arp, 60);
  write("arp.pcap", 3, arp, 60);
  write("cut.pcap", 9, ip, 214);
  std::ofstream(file("empty.pcap"));
  const auto says = [&](const std::string& media, const std::string& text) {
    const auto said = decrypt("--media " + media);
    EXPECT_NE(said.find(text), std::string::npos) << said;
    EXPECT_TRUE(said.ends_with("exit 1\n")) << said;
  };
  says("empty.pcap", "empty.pcap: is empty\n");
  says("none.pcap", "none.pcap: note: there is no frame in it\n");
  says("arp.pcap", "arp.pcap: note: none of its frames is UDP over IP");
  says("cut.pcap", "frame 3: the frame ends inside the UDP header\ncut.pcap: note: 5 more like these\ncut.pcap: note: 0x22: frame 9: ");
  EXPECT_TRUE(decrypt("--records - --media - < call.ber").ends_with("exit 2\n"));
}

TEST_F(DecryptProgram, what_is_read_is_not_replaced) {
  book.keys({{1, key_of(1)}, {2, key_of(2)}});
  write_records();
  write_capture(alice.packets(3));
  std::filesystem::create_hard_link(file("call.pcap"), file("same.pcap"));
  for (const std::string output : {"call.pcap", "./call.pcap", "same.pcap", "call.ber", "-"}) {
    const auto said = decrypt("--media call.pcap --force -o " + output);
    EXPECT_TRUE(said.ends_with("exit 2\n")) << said;
  }
  EXPECT_NE(decrypt("--media call.pcap").find("decrypted"), std::string::npos) << "it is as it was";
}

TEST_F(DecryptProgram, garbage_is_not_called_decrypted) {
  const std::vector<mikey::GenericId> map{block(1, 0x11), block(2, 0x12)};
  book.records.clear();
  book.sip(invite(sdp("192.0.2.1", {{4000}}, key_mgmt(DataType::transfer_init, map, {{10, {0}}}))));
  book.keys({{1, key_of(9)}, {2, key_of(9)}});
  write_records();
  alice.policy.authentication = media::SrtpAuthentication::none;
  write_capture(alice.packets(3));
  const auto said = decrypt("--media call.pcap");
  EXPECT_NE(said.find("unverified"), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with("exit 1\n")) << said;
}

}  // namespace
}  // namespace li::lemf
