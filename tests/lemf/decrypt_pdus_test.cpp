// hi2 decrypt with content in PDUs. PS-PDUs are made by hi2 encode from JSON, with real SRTP in them.
#include <gtest/gtest.h>

#include <fstream>

#include "media/capture.hpp"
#include "ps/hi3.hpp"
#include "ps/write.hpp"
#include "tests/data/data.hpp"
#include "tests/lemf/call.hpp"
#include "tests/support/certificates.hpp"

namespace li::lemf {
namespace {

using namespace test;
using li::test::output_of;
using mikey::DataType;

struct Call {
  std::string liid;
  Bytes correlation;
  unsigned key;
};
const Call kOne{"NL-1", {1, 2, 3}, 1}, kTwo{"NL-2", {1, 2, 4}, 2}, kThree{"NL-2", {1, 2, 5}, 3};

class DecryptPdus : public testing::Test {
 protected:
  [[nodiscard]] std::string file(const std::string& name) const { return (folder.path() / name).string(); }
  void write(const std::string& name, std::string_view octets) const {
    std::ofstream(file(name), std::ios::binary | std::ios::app) << octets;
  }

  void write_records(const Call& of) const {
    Book book;
    book.liid = of.liid;
    book.correlation = of.correlation;
    const std::vector<mikey::GenericId> map{block(1, 0x11)};
    book.sip(invite(sdp("192.0.2.1", {{4000}}, key_mgmt(DataType::transfer_init, map))));
    book.sip(ok(sdp("198.51.100.7", {{5000}}, key_mgmt(DataType::transfer_resp, map))));
    book.keys({{1, key_of(of.key)}});
    for (const auto& record : book.records) write("call.ber", as_text(record.octets()));
  }
  [[nodiscard]] static std::vector<media::UdpPacket> packets(const Call& of, unsigned count) {
    return Sender{0x11, {}, {}, key_of(of.key)}.packets(count);
  }
  void write_hi3(const Call& of, const media::UdpPacket& packet, std::optional<ps::Instant> time) const {
    const ps::VoipCc cc{to_bytes(of.liid), of.correlation, time, 0, ps::MediaDirection::to_target, to_record_bytes(packet.payload)};
    write("call.hi3", as_text(must(ps::encode_voip_cc(cc))));
  }
  /// A PS-PDU; `contents` is the JSON of CCContents.
  void write_ps(const Call& of, unsigned number, const std::string& contents, const std::string& more = {}) const {
    write("call.json",
          R"({"pSHeader":{"li-psDomainId":"0.4.0.2.2.5.1.33","lawfulInterceptionIdentifier":")" + to_hex(as_bytes(of.liid)) +
              R"(","authorizationCountryCode":"XX","communicationIdentifier":{"networkIdentifier":{"operatorIdentifier":"3030313031"},)"
              R"("communicationIdentityNumber":7},"sequenceNumber":)" +
              std::to_string(number) +
              R"(,"timeStamp":"20261118120000Z"},"payload":{"cCPayloadSequence":[{"payloadDirection":"toTarget",)" + more +
              R"("cCContents":{)" + contents + "}}]}}\n");
  }
  [[nodiscard]] static std::string voip_json(const Call& of, const media::UdpPacket& packet) {
    return R"("voipCC-CC-PDU":{"voipLIC-header":{"hi3voipDomainId":"0.4.0.2.2.4.12.15.1","voipCorrelationNumber":")" +
           to_hex(of.correlation) + R"(","sequence-number":0,"t-PDU-direction":"to-target"},"payload":")" + to_hex(packet.payload) + "\"}";
  }
  [[nodiscard]] static std::string multimedia_json(const media::UdpPacket& packet, const std::string& frame_type) {
    return R"("iPMMCC":{"iPMMCCObjId":"5.5.13","mMCCContents":")" + to_hex(packet.payload) + R"(","frameType":")" + frame_type + "\"}";
  }
  void encode() const { ASSERT_EQ(output_of("cd " + folder.path().string() + " && " HI2_PROGRAM " encode call.json > call.ps"), ""); }
  [[nodiscard]] std::string decrypt(const std::string& arguments) const {
    return output_of("cd " + folder.path().string() + " && " HI2_PROGRAM " decrypt --records call.ber " + arguments + "; echo \"exit $?\"");
  }
  [[nodiscard]] std::vector<std::int64_t> times_of(const std::string& capture) const {
    auto reader = must(media::PacketReader::open(file(capture)));
    std::vector<std::int64_t> times;
    while (const auto packet = reader.next())
      times.push_back(std::chrono::floor<std::chrono::milliseconds>((*packet)->time.time_since_epoch()).count());
    return times;
  }

  li::test::TemporaryFolder folder;
};

TEST_F(DecryptPdus, hi3_of_several_calls_with_one_ssrc) {
  for (const auto& of : {kOne, kTwo, kThree}) write_records(of);
  for (unsigned i = 0; i < 5; ++i) {
    for (const auto& of : {kOne, kTwo, kThree}) write_hi3(of, packets(of, 5)[i], std::nullopt);
  }
  const auto said = decrypt("--media call.hi3 -o clear.pcap --json");
  EXPECT_TRUE(said.ends_with("\nexit 0\n")) << said;
  for (const std::string call :
       {R"("NL-1","correlation":"010203")", R"("NL-2","correlation":"010204")", R"("NL-2","correlation":"010205")"}) {
    EXPECT_NE(
        said.find(R"("direction":"to target","state":"decrypted","note":"times are not in the PDUs","lawfulInterceptionIdentifier":)" +
                  call),
        std::string::npos)
        << said;
  }
  EXPECT_EQ(times_of("clear.pcap").size(), 15U);
}

TEST_F(DecryptPdus, hi3_with_times) {
  write_records(kOne);
  const auto sent = packets(kOne, 2);
  for (const auto& packet : sent) write_hi3(kOne, packet, packet.time);
  const auto said = decrypt("--media call.hi3 -o clear.pcap");
  EXPECT_TRUE(said.ends_with("0     0       decrypted\n1 stream, 1 key\nexit 0\n")) << said;
  const std::vector<std::int64_t> seconds(
      2, std::chrono::duration_cast<std::chrono::milliseconds>(kStart.time_since_epoch()).count() + 20'000);
  EXPECT_EQ(times_of("clear.pcap"), seconds);
}

TEST_F(DecryptPdus, content_of_ps_pdus) {
  for (const auto& of : {kOne, kTwo}) write_records(of);
  const auto of_one = packets(kOne, 3), of_two = packets(kTwo, 3);
  for (unsigned i = 0; i < 3; ++i) {
    write_ps(kOne, i, voip_json(kOne, of_one[i]),
             R"("microSecondTimeStamp":{"seconds":1795003200,"microSeconds":)" + std::to_string(i * 20'000) + "},");
    write_ps(kTwo, i, voip_json(kTwo, of_two[i]));
  }
  encode();
  const auto said = decrypt("--media call.ps -o clear.pcap --json");
  EXPECT_TRUE(said.ends_with("\nexit 0\n")) << said;
  EXPECT_NE(said.find(R"("direction":"to target","state":"decrypted","lawfulInterceptionIdentifier":"NL-1","correlation":"010203")"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find(R"("direction":"to target","state":"decrypted","lawfulInterceptionIdentifier":"NL-2","correlation":"010204")"),
            std::string::npos)
      << said;
  constexpr std::int64_t kOfHeader = 1'795'003'200'000;  // 2026-11-18 12:00:00
  EXPECT_EQ(times_of("clear.pcap"),
            (std::vector<std::int64_t>{kOfHeader, kOfHeader, kOfHeader + 20, kOfHeader, kOfHeader + 40, kOfHeader}));
}

TEST_F(DecryptPdus, multimedia_content) {
  write_records(kOne);
  for (const auto& packet : packets(kOne, 3)) write_ps(kOne, 0, multimedia_json(packet, "rtpFrame"));
  encode();
  const auto said = decrypt("--media call.ps");
  EXPECT_NE(said.find("3        3       0     0       decrypted: no record came with its CIN 7\n"), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with("exit 0\n")) << said;
}

// Records in PS-PDUs of CIN 7, sent at these times.
std::string records_as_pdus(const Book& book, std::string_view element, std::initializer_list<const char*> times) {
  std::string out;
  const auto* time = times.begin();
  for (const auto& record : book.records) {
    ps::Header header;
    header.lawful_interception_identifier = to_bytes(book.liid);
    header.authorization_country_code = "XX";
    header.operator_identifier = to_bytes(as_bytes("00101"));
    if (!element.empty()) header.network_element_identifier = to_bytes(as_bytes(element));
    header.communication_identity_number = 7;
    header.time_stamp = *time++;
    out += as_text(must(ps::encode_iri(header, {{ps::Form::umts, record.octets(), {}}})));
  }
  return out;
}

TEST_F(DecryptPdus, a_cin_is_one_of_its_element) {
  const auto records = [&](const Call& of, std::string_view element) {
    Book book;
    book.liid = of.liid;
    book.correlation = of.correlation;
    book.keys({{1, key_of(of.key)}});
    write("call.ber", records_as_pdus(book, element, {"20261118110640Z"}));
  };
  records(kTwo, {});
  records(kThree, "agw7");
  write_ps(kTwo, 0, multimedia_json(packets(kThree, 1)[0], "rtpFrame"));
  encode();
  const auto said = decrypt("--media call.ps");
  EXPECT_NE(said.find("decrypted: the call with its CIN is another one\n"), std::string::npos) << said;
}

TEST_F(DecryptPdus, the_pdu_of_a_record_says_when_it_was) {
  Book book;
  book.liid = kOne.liid;
  book.clock = hi2::LocalClock{std::chrono::minutes(60), hi2::WinterSummer::winter_time};
  book.sip(invite(sdp("192.0.2.1", {{4000}}, key_mgmt(DataType::transfer_init, {block(1, 0x11)}, {{1, {16}}, {10, {0}}}))));
  book.keys({{1, key_of(1)}});
  book.now = kStart + std::chrono::hours(1);
  book.keys({{1, key_of(2)}});
  write("call.ber", records_as_pdus(book, {}, {"20261118110640Z", "20261118110640Z", "20261118120640Z"}));
  Sender sender{0x11, {}, {}, key_of(1)};
  sender.policy.authentication = media::SrtpAuthentication::none;
  write_ps(kOne, 0, multimedia_json(sender.packets(1)[0], "rtpFrame"));  // at noon
  encode();
  static_cast<void>(decrypt("--media call.ps -o clear.pcap"));
  auto reader = must(media::PacketReader::open(file("clear.pcap")));
  const auto packet = reader.next();
  ASSERT_TRUE(packet && *packet);
  EXPECT_EQ((*packet)->payload, sender.clear(1000).payload);
}

TEST_F(DecryptPdus, other_content_is_named) {
  write_records(kOne);
  write_ps(kOne, 0, R"("ePSCC":"0102")");
  write_ps(kOne, 1, multimedia_json(packets(kOne, 1)[0], "msrpFrame"));
  encode();
  const auto said = decrypt("--media call.ps 2>&1");
  EXPECT_NE(said.find("call.ps: 1 packet of ePSCC left out: voipCC-CC-PDU, iPMMCC with RTP, and iPCC are read\n"), std::string::npos)
      << said;
  EXPECT_NE(said.find("call.ps: 1 packet of iPMMCC without RTP left out"), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with("exit 1\n")) << said;
}

TEST_F(DecryptPdus, pdus_without_records_are_told) {
  write_records(kOne);
  const auto said = decrypt(li::test::data_path("ps/cc_voip.ber").string() + " --media " + li::test::data_path("ps/cc_voip.ber").string());
  EXPECT_NE(said.find("cc_voip.ber: note: no PS-PDU in it holds an IRI record of TS 33.108\n"), std::string::npos) << said;
}

TEST_F(DecryptPdus, vectors) {
  write_records(kOne);
  const auto data = [](const char* name) { return li::test::data_path(name).string(); };
  const auto voip = decrypt("--json --media " + data("ps/cc_voip.ber"));
  EXPECT_NE(voip.find(R"("ssrc":"cafe0001","from":"198.51.100.17:5060","to":"203.0.113.8:5060")"), std::string::npos) << voip;
  EXPECT_NE(voip.find(R"("lawfulInterceptionIdentifier":"LIID-2026-000123","correlation":"9AFB4F7538585560")"), std::string::npos) << voip;
  EXPECT_NE(decrypt("--media " + data("ps/eps_par_sip_bye_end.ber")).find("no PS-PDU in it holds content"), std::string::npos);
  EXPECT_NE(decrypt("--json --media " + data("hi3/stream_100.ber")).find(R"("packets":50)"), std::string::npos);
}

}  // namespace
}  // namespace li::lemf
