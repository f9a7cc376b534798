// hi2-callsim/call.hpp: one SIP session, message by message, as the target's CSCF sees it.
//
// Source:  RFC 3261 clauses 8, 12, 17; RFC 3262 (reliable provisional responses); RFC 3325; RFC 7315 5.6 (icid).
// Units:   as story.hpp.
// Errors:  CannotPlay.
// Owns:    its dialog's numbers; the stage must outlive it.
#pragma once

#include "hi2-callsim/stage.hpp"

namespace li::callsim {

struct CallSpec {
  std::string caller = "alice", callee = "bob";
  std::string session = "call";  ///< label
  std::string called_uri;        ///< Request-URI and To, where they are not the callee's identity
  std::string calling_uri;       ///< From and P-Asserted-Identity, likewise
  std::string icid;              ///< else a new one
  std::string number;            ///< tel URI that is asserted beside the gateway's identity
  std::string gateway;           ///< by name: who asserts it
};

struct Body {
  std::string text;
  std::string type = "application/sdp";
  bool keys_in_sdp = false;
};

class Call {
 public:
  Call(Stage& stage, CallSpec spec);

  enum class Side { caller, callee };
  using Headers = std::vector<std::string>;

  SipText request(Side from, const std::string& method, const Body& body = {}, const Headers& more = {});
  /// To the last request of `method`, from the end that got it.
  SipText response(int status, const std::string& phrase, const Body& body = {}, const std::string& method = "INVITE",
                   const Headers& more = {});
  /// The last message once more.
  void again();
  /// The callee's next early dialog.
  void fork() { callee_tag_ = stage_.dice().token(8); }
  /// What follows is not reported until it is seen again.
  void seen(bool seen) { seen_ = seen; }
  /// Before the next message.
  void pause(std::chrono::milliseconds time) { how_.pause = time; }

  // What most calls have.
  SipText invite(const Body& offer, const Headers& more = {}) { return request(Side::caller, "INVITE", offer, more); }
  void trying_and_ringing();
  /// 200, which is returned, and ACK.
  SipText accept(const Body& answer, const Body& in_ack = {});
  void hang_up(Side from = Side::caller);
  /// A reliable provisional response, its PRACK and the 200.
  void progress(const Body& answer);

  [[nodiscard]] const std::string& icid() const { return spec_.icid; }
  [[nodiscard]] const std::string& session() const { return spec_.session; }
  [[nodiscard]] const CallSpec& spec() const { return spec_; }

 private:
  struct Asked {
    std::uint32_t cseq = 0;
    std::string branch;
    Side from = Side::caller;
    bool in_dialog = false;
  };
  [[nodiscard]] const std::string& name(Side side) const { return side == Side::caller ? spec_.caller : spec_.callee; }
  [[nodiscard]] const std::string& uri(Side side) const { return side == Side::caller ? spec_.calling_uri : spec_.called_uri; }
  [[nodiscard]] Asked& numbered(Side from, const std::string& method);
  [[nodiscard]] SipText message(const Asked& asked, const std::string& method, Side sender, const Body& body, const Headers& more,
                                bool to_tag) const;
  [[nodiscard]] std::string asserted(Side side) const;
  void send(const SipText& text, Side from, const Body& body);

  Stage& stage_;
  CallSpec spec_;
  std::string call_id_, caller_tag_, callee_tag_;
  std::uint32_t cseq_[2] = {0, 100};
  std::uint32_t rseq_ = 0;
  bool established_ = false, seen_ = true;
  std::map<std::string, Asked> asked_;
  Stage::How how_;
  SipText last_;
  Side last_from_ = Side::caller;
};

}  // namespace li::callsim
