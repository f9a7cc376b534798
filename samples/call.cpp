#include "call.hpp"

namespace sample {
namespace {

using std::chrono::milliseconds;

// The two messages of one MIKEY-TICKET exchange (RFC 6043): the offer carries TRANSFER_INIT, the answer TRANSFER_RESP. They are
// whole and their MACs are right; README.md gives the keys that open the ticket. The session keys that follow from them are
// those of the key record.
constexpr const char* kTransferInit =
    "AQ4FgE6j1oACAgEAAQEABMwnVgkBAgIAAQEABHi3GFQBAg8A7qqmsYy7C7MOARDhKR3JWOMAXdzT8ykMpgwSDgEBABVzaXA6YWxpY2VAaW1zLmV4YW1wbGUKAgEAE3Np"
    "cDpib2JAaW1zLmV4YW1wbGUVAQAAHgABAQEBEAIBAQMBFAQBDgUBAAcBAQgBAQoBAQsBChEBAAVtaWtleQkAAQEBAfxgAFkODgMBABNzaXA6a21zLmltcy5leGFtcGxl"
    "DQEBABVzaXA6YWxpY2VAaW1zLmV4YW1wbGUNAgPuqnyADgMD7qvOAAACAQATc2lwOmJvYkBpbXMuZXhhbXBsZQCABQAACwDuqnyAACUMSQEQV74iDVG8tWaAVqPeunjQ"
    "Cw4BADyKErMDiCtPm4RfGJqBTf71Z2ip+oSCejSyJQ5EOXJniSc9MtPoo2VtcNkgTQ1s+l4xfe4W52Lr25WZKqAACQQCAAV0cGstMQABGxFcwn12tMFvyyrYB53kbBWf"
    "e60ALQkJAQXhKZeLINR0LZIYB2ReVMr+l2HiAAExAXYXCT2J0wv+/MZC07PI8BssewABBeEpl4sg1HQtkhgHZF5Uyv6XYeI=";
constexpr const char* kTransferResp =
    "AQ8FAE6j1oACAgEAAQEABMwnVgkBAgIAAQEABHi3GFQBAg8A7qqms9HCFYsOAhDoYfr1wfYwpFt8vLjkVPjJDwIBABNzaXA6Ym9iQGltcy5leGFtcGxlCQMQWNyXPMOc"
    "BktP8z+C2ipyWQABdJejJ6fMCEsvbyFHYJThYRIQFc0=";

constexpr const char* kViaCscf = "Via: SIP/2.0/TCP 198.51.100.10:5060;branch=z9hG4bK-p1\r\n";
constexpr const char* kRecordRoute = "Record-Route: <sip:scscf.ims.example;lr>\r\nRecord-Route: <sip:pcscf.ims.example;lr>\r\n";
constexpr const char* kChargingVector =
    "P-Charging-Vector: icid-value=\"20261120-110001-0042\";icid-generated-at=198.51.100.10;orig-ioi=ims.example\r\n";

std::string via(const std::string& branch) {
  return std::string(kViaCscf) + "Via: SIP/2.0/TCP 192.0.2.21:5060;branch=z9hG4bK-" + branch + "\r\n";
}

std::string dialog(const std::string& to_tag, const std::string& sequence) {
  return "From: <sip:alice@ims.example>;tag=a1c90d\r\nTo: <sip:bob@ims.example>" + (to_tag.empty() ? "" : ";tag=" + to_tag) +
         "\r\nCall-ID: 7f3c2a91@192.0.2.21\r\nCSeq: " + sequence + "\r\n";
}

std::string message(const std::string& header, const std::string& body = {}) {
  const std::string type = body.empty() ? "" : "Content-Type: application/sdp\r\n";
  return header + type + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string sdp(const std::string& user, const std::string& address, const std::string& port, const std::string& mikey) {
  return "v=0\r\no=" + user + " 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\nm=audio " + port +
         " RTP/SAVP 97\r\na=rtpmap:97 AMR-WB/16000/1\r\na=fmtp:97 "
         "mode-change-capability=2\r\na=ptime:20\r\na=sendrecv\r\na=key-mgmt:mikey " +
         mikey + "\r\n";
}

}  // namespace

std::vector<Message> call() {
  const std::string to_tag = "b77e41";
  const auto contact = [](const std::string& uri) { return "Contact: <" + uri + ";transport=tcp>\r\n"; };
  const auto alice = contact("sip:alice@192.0.2.21:5060");
  const auto bob = contact("sip:bob@203.0.113.35:5060");
  const auto invite = "INVITE sip:bob@ims.example SIP/2.0\r\n" + via("i1") + "Max-Forwards: 69\r\nRoute: <sip:scscf.ims.example;lr>\r\n" +
                      "Record-Route: <sip:pcscf.ims.example;lr>\r\n" + dialog("", "1 INVITE") + alice +
                      "P-Asserted-Identity: \"Alice\" <sip:alice@ims.example>, <tel:+12025550142>\r\n" + kChargingVector +
                      "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n";
  const auto response = [&](const std::string& status, const std::string& more) { return "SIP/2.0 " + status + "\r\n" + more; };
  const auto to_bob = std::string("sip:bob@203.0.113.35:5060;transport=tcp");
  return {
      {milliseconds(0), message(invite, sdp("alice", "192.0.2.21", "49170", kTransferInit))},
      {milliseconds(27), message(response("100 Trying", via("i1") + dialog("", "1 INVITE")))},
      {milliseconds(912), message(response("180 Ringing", via("i1") + kRecordRoute + dialog(to_tag, "1 INVITE") + bob))},
      {milliseconds(2707), message(response("200 OK", via("i1") + kRecordRoute + dialog(to_tag, "1 INVITE") + bob +
                                                          "P-Asserted-Identity: \"Bob\" <sip:bob@ims.example>\r\n" + kChargingVector),
                                   sdp("bob", "203.0.113.35", "50260", kTransferResp))},
      {milliseconds(2790), message("ACK " + to_bob + " SIP/2.0\r\n" + via("a1") +
                                   "Max-Forwards: 69\r\nRoute: <sip:scscf.ims.example;lr>\r\n" + dialog(to_tag, "1 ACK"))},
      {milliseconds(64'150),
       message("BYE " + to_bob + " SIP/2.0\r\n" + via("b1") + "Max-Forwards: 69\r\nRoute: <sip:scscf.ims.example;lr>\r\n" +
               dialog(to_tag, "2 BYE") + kChargingVector)},
      {milliseconds(64'238), message(response("200 OK", via("b1") + dialog(to_tag, "2 BYE")))},
  };
}

std::string header_of(const std::string& message) { return message.substr(0, message.find("\r\n\r\n") + 2); }
std::string body_of(const std::string& message) { return message.substr(message.find("\r\n\r\n") + 4); }

}  // namespace sample
