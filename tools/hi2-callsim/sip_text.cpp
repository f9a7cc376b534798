#include "hi2-callsim/sip_text.hpp"

#include "base/base64.hpp"
#include "base/secret.hpp"

namespace li::callsim {

std::string Description::text() const {
  std::string out = "v=0\r\no=- 3890000000 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\n";
  for (const auto& attribute : attributes) out += "a=" + attribute + "\r\n";
  for (const auto& line : lines) {
    const auto type = std::to_string(line.payload_type);
    out += "m=" + line.type + " " + std::to_string(line.port) + (line.encrypted ? " RTP/SAVP " : " RTP/AVP ") + type + "\r\n";
    out += "a=rtpmap:" + type + " " + line.codec + "\r\na=ptime:20\r\n";
    out += "a=ssrc:" + std::to_string(line.ssrc) + " cname:" + address + "\r\n";
    for (const auto& attribute : line.attributes) out += "a=" + attribute + "\r\n";
  }
  return out;
}

std::string key_mgmt(ByteView mikey) { return "key-mgmt:mikey " + to_base64(mikey); }

std::string crypto_line(ByteView key, ByteView salt) {
  RecordBytes both = to_record_bytes(key);
  append(both, salt);
  const auto text = secret_to_base64(both);
  return "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(as_text(text)) + "|2^20";
}

std::string SipText::head() const {
  std::string out = start_line + "\r\n";
  for (const auto& header : headers) out += header + "\r\n";
  if (!content_type.empty()) out += "Content-Type: " + content_type + "\r\n";
  return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
}

std::string SipText::text() const { return head() + body; }

}  // namespace li::callsim
