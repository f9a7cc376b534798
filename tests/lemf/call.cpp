#include "tests/lemf/call.hpp"

#include "base/base64.hpp"

namespace li::lemf::test {

media::SrtpKey key_of(unsigned number, std::size_t key, std::size_t salt) {
  Bytes octets;
  for (std::size_t i = 0; i < key + salt; ++i) octets.push_back(static_cast<std::uint8_t>(number * 37 + i * 11));
  return {SecretBytes(ByteView(octets).first(key)), SecretBytes(ByteView(octets).subspan(key)), {}};
}

media::Endpoint at(std::string_view address, std::uint16_t port) { return {media::parse_address(address).value(), port}; }

hi2::IriBuilder Book::begin() const {
  auto builder = hi2::IriBuilder::report(hi2::Module::umts);
  builder.lawful_interception_identifier(liid).observed_sip_uri("sip:alice@home1.example").network_identifier("31015");
  clock ? builder.time_stamp(now, *clock) : builder.utc_time_stamp(now);
  builder.correlation_number(correlation);
  return builder;
}

void Book::put(const hi2::IriBuilder& builder) {
  auto record = builder.build();
  if (!record) throw std::runtime_error(hi2::to_string(record.error()));
  records.push_back(std::move(*record));
}

void Book::sip(const std::string& message) {
  auto builder = begin();
  builder.sip_message(message);
  put(builder);
}

void Book::keys(std::initializer_list<NumberedKey> keys) {
  std::vector<hi2::CCKeyInfo> infos;
  for (const auto& [cs_id, key] : keys) infos.push_back({{cs_id}, key.key.copy(), key.salt.copy()});
  auto builder = begin();
  builder.media_decryption_info(std::move(infos));
  put(builder);
}

void Book::failure() {
  auto builder = begin();
  builder.media_sec_failure_indication();
  put(builder);
}

void Book::running(std::string_view offer, std::string_view answer) {
  auto builder = begin();
  builder.sdp_offer(offer).sdp_answer(answer);
  put(builder);
}

Decrypter Book::decrypter() const {
  Decrypter decrypter;
  for (const auto& record : records) {
    if (const auto added = decrypter.add(record); !added) throw std::runtime_error(added.error().message());
  }
  return decrypter;
}

namespace {

std::string with_body(const std::string& head, const std::string& sdp) {
  return head + "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
}

std::string headers(const std::string& method, const std::string& to_tag, unsigned cseq, const std::string& call_id) {
  return "Via: SIP/2.0/TCP a.home1.example;branch=z9hG4bK" + std::to_string(cseq) + method +
         "\r\nFrom: <sip:alice@home1.example>;tag=a\r\nTo: <sip:bob@home2.example>" + (to_tag.empty() ? "" : ";tag=" + to_tag) +
         "\r\nCall-ID: " + call_id + "\r\nCSeq: " + std::to_string(cseq) + " " + method + "\r\nMax-Forwards: 70\r\n";
}

}  // namespace

std::string invite(const std::string& sdp, unsigned cseq, const std::string& call_id) {
  const auto head = "INVITE sip:bob@home2.example SIP/2.0\r\n" + headers("INVITE", {}, cseq, call_id);
  return sdp.empty() ? head + "Content-Length: 0\r\n\r\n" : with_body(head, sdp);
}

std::string ok(const std::string& sdp, const std::string& to_tag, unsigned cseq, const std::string& call_id) {
  return with_body("SIP/2.0 200 OK\r\n" + headers("INVITE", to_tag, cseq, call_id), sdp);
}

std::string request(const std::string& method, const std::string& sdp, unsigned cseq) {
  return with_body(method + " sip:bob@home2.example SIP/2.0\r\n" + headers(method, "b", cseq, "c1"), sdp);
}

std::string sdp(std::string_view address, const std::vector<MLine>& lines, const std::string& session) {
  const std::string connection = std::string(address.find(':') == std::string_view::npos ? "IP4 " : "IP6 ") + std::string(address);
  auto text = "v=0\r\no=- 1 1 IN " + connection + "\r\ns=-\r\nc=IN " + connection + "\r\nt=0 0\r\n" + session;
  for (const auto& line : lines)
    text += "m=audio " + std::to_string(line.port) + " " + line.proto + " " + line.formats + "\r\n" + line.attributes;
  return text;
}

mikey::GenericId block(std::uint8_t cs_id, std::uint32_t ssrc, Bytes spi) {
  mikey::GenericId block{cs_id, 0, false, {1}, {}, std::move(spi)};
  for (int shift = 24; ssrc != 0 && shift >= 0; shift -= 8) block.session_data.push_back(static_cast<std::uint8_t>(ssrc >> shift));
  return block;
}

std::string key_mgmt(mikey::DataType type, std::vector<mikey::GenericId> map, std::vector<mikey::PolicyParameter> policy) {
  mikey::Message message;
  message.header.data_type = number(type);
  message.header.csb_id = 0x0a0b0c02;
  message.header.map_type = number(mikey::MapType::generic_id);
  message.header.generic_ids = std::move(map);
  message.payloads.push_back(mikey::payload(mikey::Timestamp{0, Bytes(8, 0xd6)}));
  const bool offered_ones_hold = type == mikey::DataType::transfer_resp && policy.empty();
  if (!offered_ones_hold) message.payloads.push_back(mikey::payload(mikey::SecurityPolicy{1, 0, std::move(policy)}));
  return "a=key-mgmt:mikey " + to_base64(must(mikey::encode(message))) + "\r\n";
}

std::string crypto(unsigned tag, std::string_view suite, const media::SrtpKey& key, const std::string& more) {
  Bytes octets = to_bytes(key.key.reveal());
  octets.insert(octets.end(), key.salt.reveal().begin(), key.salt.reveal().end());
  return "a=crypto:" + std::to_string(tag) + " " + std::string(suite) + " inline:" + to_base64(octets) + more + "\r\n";
}

media::UdpPacket Sender::clear(std::uint32_t of) const {
  media::RtpHeader header;
  header.payload_type = payload_type;
  header.sequence = static_cast<std::uint16_t>(of);
  header.timestamp = of * 160;
  header.ssrc = ssrc;
  Bytes sound(160);
  for (std::size_t i = 0; i < sound.size(); ++i) sound[i] = static_cast<std::uint8_t>(i + of * 3 + ssrc);
  return {kStart + std::chrono::milliseconds(20) * (of % 100'000), from, to, must(media::encode_rtp(header, sound))};
}

std::vector<media::UdpPacket> Sender::clear_packets(unsigned count) const {
  std::vector<media::UdpPacket> out;
  for (std::uint32_t i = 0; i < count; ++i) out.push_back(clear(number + i));
  return out;
}

std::vector<media::UdpPacket> Sender::packets(unsigned count) {
  auto session = must(media::SrtpSession::create(policy, key, ssrc, {number >> 16, 1}));
  auto out = clear_packets(count);
  for (auto& packet : out) packet.payload = session.protect(packet.payload).value();
  number += count;
  return out;
}

}  // namespace li::lemf::test
