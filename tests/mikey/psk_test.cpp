// The pre-shared key mode of RFC 3830: our own messages and the published samples of RFC 4567, read by us and by tshark.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <map>
#include <sstream>

#include "exchange.hpp"
#include "mikey/encode.hpp"
#include "mikey/psk.hpp"
#include "tests/data/data.hpp"

namespace li::mikey::test {
namespace {

void put16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

// A pcap of one UDP packet to MIKEY's port, raw IPv4.
Bytes pcap(const Bytes& message) {
  Bytes packet{0x45, 0};
  put16(packet, 28 + message.size());
  for (const auto octet : Bytes{0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}) packet.push_back(octet);
  put16(packet, 40000);
  put16(packet, 2269);
  put16(packet, 8 + message.size());
  put16(packet, 0);
  packet.insert(packet.end(), message.begin(), message.end());
  Bytes file{0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 101, 0, 0, 0, 0, 0, 0, 0, 0};
  for (int i = 0; i < 2; ++i) {
    put16(file, 0);
    put16(file, packet.size());
  }
  file.insert(file.end(), packet.begin(), packet.end());
  return file;
}

constexpr std::array kFields = {"version",        "type",          "v.set",         "prf_func",     "csb_id",         "cs_count",
                                "cs_id_map_type", "srtp_id.ssrc",  "t.ts_type",     "rand.data",    "id.type",        "id.data",
                                "sp.no",          "sp.proto_type", "sp.param.type", "sp.param.len", "kemac.encr_alg", "kemac.key_data",
                                "kemac.mac_alg",  "kemac.mac",     "v.auth_alg",    "v.ver_data"};

// What tshark says of each field, separated by "|".
std::string tshark(const Bytes& message) {
  const auto path = std::filesystem::temp_directory_path() / ("mikey_test." + std::to_string(getpid()) + ".pcap");
  const auto file = pcap(message);
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  std::string command = "tshark -r " + path.string() + " -T fields -E 'separator=|'";
  for (const auto* field : kFields) command += std::string(" -e mikey.") + field;
  auto* const pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("tshark does not run");
  std::string output;
  std::array<char, 4096> part{};
  while (const auto count = std::fread(part.data(), 1, part.size(), pipe)) output.append(part.data(), count);
  pclose(pipe);
  std::filesystem::remove(path);
  return output.substr(0, output.find('\n'));
}

std::string lower_hex(ByteView octets) {
  auto text = to_hex(octets);
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The same line from our reading.
class Fields {
 public:
  explicit Fields(const Message& message) {
    const auto& header = message.header;
    add("version", header.version);
    add("type", header.data_type);
    add("v.set", header.v ? 1 : 0);
    add("prf_func", header.prf);
    std::ostringstream csb;
    csb << "0x" << std::hex << std::setw(8) << std::setfill('0') << header.csb_id;
    add("csb_id", csb.str());
    add("cs_count", static_cast<unsigned>(header.cs_count()));
    add("cs_id_map_type", header.map_type);
    for (const auto& id : header.srtp_ids) {
      std::ostringstream ssrc;
      ssrc << "0x" << std::hex << std::setw(8) << std::setfill('0') << id.ssrc;
      add("srtp_id.ssrc", ssrc.str());
    }
    for (const auto& payload : message.payloads) std::visit(*this, payload.body);
  }
  void operator()(const Timestamp& t) { add("t.ts_type", t.ts_type); }
  void operator()(const Rand& rand) { add("rand.data", lower_hex(rand.data)); }
  void operator()(const Id& id) {
    add("id.type", id.id_type);
    add("id.data", std::string(as_text(id.data)));
  }
  void operator()(const SecurityPolicy& sp) {
    add("sp.no", sp.policy_no);
    add("sp.proto_type", sp.prot_type);
    for (const auto& [type, value] : sp.parameters) {
      add("sp.param.type", type);
      add("sp.param.len", static_cast<unsigned>(value.size()));
    }
  }
  void operator()(const Kemac& kemac) {
    add("kemac.encr_alg", kemac.encr_alg);
    add("kemac.key_data", lower_hex(kemac.data));
    add("kemac.mac_alg", kemac.mac_alg);
    add("kemac.mac", lower_hex(kemac.mac));
  }
  void operator()(const Verification& v) {
    add("v.auth_alg", v.auth_alg);
    add("v.ver_data", lower_hex(v.mac));
  }
  template <typename Other>
  void operator()(const Other&) {}

  [[nodiscard]] std::string line() const {
    std::string joined;
    for (const auto* field : kFields)
      joined += (joined.empty() && field == kFields.front() ? "" : "|") + (fields_.contains(field) ? fields_.at(field) : "");
    return joined;
  }

 private:
  void add(const std::string& name, const std::string& value) {
    auto& field = fields_[name];
    field += (field.empty() ? "" : ",") + value;
  }
  void add(const std::string& name, unsigned value) { add(name, std::to_string(value)); }

  std::map<std::string, std::string> fields_;
};

PskInit sample() {
  PskInit spec;
  spec.stamp = {0, 0x12345678, ntp_utc(kNow, 1), Auth::hmac_sha_1_160};
  spec.map = {{1, 0x11111111, 0}, {1, 0x22222222, 0}};
  spec.rand = counting(0x10, 16);
  spec.id_i = Id{number(IdType::uri), to_bytes(std::string_view("sip:alice@home1.example"))};
  spec.id_r = Id{number(IdType::uri), to_bytes(std::string_view("sip:bob@home2.example"))};
  spec.policies = {srtp_policy(1, 16)};
  spec.keys.push_back(tgk(counting(0x40, 16), {}, {7}));
  return spec;
}

std::vector<Bytes> published() {
  std::vector<Bytes> messages;
  for (const auto& line : li::test::split(li::test::read_text(li::test::data_path("mikey/worked/rfc4567.hex")), "\n")) {
    if (!line.empty() && !line.starts_with('#')) messages.push_back(*from_hex(line));
  }
  return messages;
}

TEST(Psk, tshark_agrees) {
  const auto psk = counting(0x80, 16);
  auto messages = published();
  ASSERT_EQ(messages.size(), 2U);
  messages.push_back(must(build_psk_init(sample(), psk)));
  messages.push_back(must(build_psk_verification(messages.back(), sample().id_r, psk)));
  for (const auto& message : messages) {
    EXPECT_EQ(Fields(must(decode(message))).line(), tshark(message));
    EXPECT_EQ(must(encode(must(decode(message)))), message);
  }
}

TEST(Psk, published_samples) {
  const auto messages = published();
  const auto offer = must(decode(messages[0]));
  ASSERT_EQ(offer.payloads.size(), 5U);
  EXPECT_EQ(offer.header.csb_id, 0xcd177e50U);
  EXPECT_EQ(as_text(find<Id>(offer.payloads)->data), "donald@duck.com");
  EXPECT_EQ(find<Kemac>(offer.payloads)->data.size(), 36U);
  EXPECT_EQ(open_psk_init(messages[0], counting(0, 16)).error().reason, Reason::init_mac);  // its key is not published
}

TEST(Psk, keys_of_an_offer) {
  const auto psk = counting(0x80, 16);
  const auto init = must(build_psk_init(sample(), psk));
  const auto sessions = must(open_psk_init(init, psk));
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[1].ssrc, 0x22222222U);
  const auto rand = counting(0x10, 16);
  EXPECT_TRUE(sessions[0].key == SessionLabel::rfc3830(Prf::mikey_1, 1, 0x12345678, rand).tek(counting(0x40, 16), 16));
  const auto answer = must(build_psk_verification(init, sample().id_r, psk));
  EXPECT_TRUE(verify_psk_verification(answer, init, psk));
  for (std::size_t i = 0; i < init.size(); ++i) {
    auto changed = init;
    changed[i] ^= 1;
    EXPECT_FALSE(open_psk_init(changed, psk)) << i;
  }
  for (std::size_t i = 0; i < answer.size(); ++i) {
    auto changed = answer;
    changed[i] ^= 1;
    EXPECT_FALSE(verify_psk_verification(changed, init, psk)) << i;
  }
}

TEST(OtherSolutions, named_not_read) {
  const auto text = [](std::uint8_t type) { return decode(Bytes{1, type, 0, 0, 0, 0, 0, 0, 0, 1}).error().text; };
  EXPECT_EQ(text(26), "SAKKE belongs to MIKEY-SAKKE, RFC 6509: recognised, not read");
  EXPECT_EQ(text(19), "REQUEST_KEY_PSK belongs to MIKEY-IBAKE, RFC 6267: recognised, not read");
  EXPECT_EQ(text(27), "data type 27 is not assigned");
}

}  // namespace
}  // namespace li::mikey::test
