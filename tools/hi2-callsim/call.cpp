#include "hi2-callsim/call.hpp"

namespace li::callsim {

Call::Call(Stage& stage, CallSpec spec) : stage_(stage), spec_(std::move(spec)) {
  if (spec_.called_uri.empty()) spec_.called_uri = stage_.identity(spec_.callee);
  if (spec_.calling_uri.empty()) spec_.calling_uri = stage_.identity(spec_.caller);
  auto& dice = stage_.dice();
  if (spec_.icid.empty()) spec_.icid = dice.token(24);
  call_id_ = dice.token(16) + "@" + stage_.address(spec_.caller);
  caller_tag_ = dice.token(8);
  callee_tag_ = dice.token(8);
}

// RFC 3261 9.1 and 17.1.1.3: CANCEL, and ACK of a refusal, have the number and branch of their INVITE; ACK of a 2xx has the number only.
Call::Asked& Call::numbered(Side from, const std::string& method) {
  const auto invite = asked_.find("INVITE");
  const bool tied = method == "CANCEL" || method == "ACK";
  if (tied && invite == asked_.end()) throw std::logic_error(method + " without INVITE");
  auto& asked = asked_[method];
  asked.from = from;
  asked.in_dialog = method != "CANCEL" && (established_ || method == "ACK" || method == "PRACK" || method == "UPDATE");
  asked.cseq = tied ? invite->second.cseq : ++cseq_[from == Side::caller ? 0 : 1];
  asked.branch = tied && (method == "CANCEL" || !established_) ? invite->second.branch : "z9hG4bK" + stage_.dice().token(12);
  return asked;
}

SipText Call::message(const Asked& asked, const std::string& method, Side sender, const Body& body, const Headers& more,
                      bool to_tag) const {
  const auto other = asked.from == Side::caller ? Side::callee : Side::caller;
  const auto& from_tag = asked.from == Side::caller ? caller_tag_ : callee_tag_;
  const auto& other_tag = asked.from == Side::caller ? callee_tag_ : caller_tag_;
  SipText text;
  text.headers = {"Via: SIP/2.0/TCP " + stage_.address(name(asked.from)) + ":5060;branch=" + asked.branch,
                  "From: <" + uri(asked.from) + ">;tag=" + from_tag,
                  "To: <" + uri(other) + ">" + (to_tag ? ";tag=" + other_tag : ""),
                  "Call-ID: " + call_id_,
                  "CSeq: " + std::to_string(asked.cseq) + " " + method,
                  "P-Charging-Vector: icid-value=" + spec_.icid,
                  "Contact: <sip:" + stage_.address(name(sender)) + ":5060;transport=tcp>"};
  if (method != "ACK" && method != "CANCEL") text.headers.push_back("P-Asserted-Identity: " + asserted(sender));
  text.headers.insert(text.headers.end(), more.begin(), more.end());
  if (!body.text.empty()) text.content_type = body.type;
  text.body = body.text;
  return text;
}

// RFC 3325 9.1: one SIP URI and one tel URI.
std::string Call::asserted(Side side) const {
  if (name(side) != spec_.gateway) return "<" + uri(side) + ">";
  return "<" + stage_.identity(spec_.gateway) + ">, <" + spec_.number + ">";
}

void Call::send(const SipText& text, Side from, const Body& body) {
  how_.keys_in_sdp = body.keys_in_sdp;
  if (seen_) stage_.report(text, name(from), spec_.session, how_);
  how_ = {};
  last_ = text;
  last_from_ = from;
}

SipText Call::request(Side from, const std::string& method, const Body& body, const Headers& more) {
  const auto& asked = numbered(from, method);
  auto text = message(asked, method, from, body, more, asked.in_dialog);
  text.headers.insert(text.headers.begin() + 1, "Max-Forwards: 69");
  text.start_line = method + " " + uri(from == Side::caller ? Side::callee : Side::caller) + " SIP/2.0";
  send(text, from, body);
  return text;
}

SipText Call::response(int status, const std::string& phrase, const Body& body, const std::string& method, const Headers& more) {
  const auto& asked = asked_.at(method);
  const auto from = asked.from == Side::caller ? Side::callee : Side::caller;
  auto text = message(asked, method, from, body, more, status != 100);
  text.start_line = "SIP/2.0 " + std::to_string(status) + " " + phrase;
  if (method == "INVITE" && status >= 200 && status < 300) established_ = true;
  send(text, from, body);
  return text;
}

void Call::again() {
  how_.retransmission = true;
  Body body;
  body.keys_in_sdp = last_.body.find("inline:") != std::string::npos;
  send(last_, last_from_, body);
}

void Call::trying_and_ringing() {
  response(100, "Trying");
  response(180, "Ringing");
}

SipText Call::accept(const Body& answer, const Body& in_ack) {
  auto accepted = response(200, "OK", answer);
  request(asked_.at("INVITE").from, "ACK", in_ack);
  return accepted;
}

void Call::progress(const Body& answer) {
  const auto number = std::to_string(++rseq_);
  response(183, "Session Progress", answer, "INVITE", {"Require: 100rel", "RSeq: " + number});
  const auto invite = asked_.at("INVITE").cseq;
  request(Side::caller, "PRACK", {}, {"RAck: " + number + " " + std::to_string(invite) + " INVITE"});
  response(200, "OK", {}, "PRACK");
}

void Call::hang_up(Side from) {
  request(from, "BYE");
  response(200, "OK", {}, "BYE");
}

}  // namespace li::callsim
