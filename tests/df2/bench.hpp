// A pipeline with a spool in memory, a clock that stands still until it is moved, and calls with real MIKEY-TICKET exchanges.
#pragma once

#include <set>

#include "df2/pipeline.hpp"
#include "fake_spool.hpp"
#include "hi2/record.hpp"
#include "mikey/exchange.hpp"
#include "ps/records.hpp"

namespace li::df2::test {

inline constexpr const char* kXid = "3f1a2b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b";
inline constexpr const char* kOtherXid = "11111111-2222-4333-8444-555555555555";

/// How the pipeline is treated between events; none of it may change what comes out.
enum class Life {
  quiet,     ///< one pipeline throughout
  restored,  ///< a new one after each commit
  crashed    ///< each batch is lost once, and done again by a new one
};

struct Received {
  ps::Pdu pdu;
  hi2::IriRecord record;
};

struct Sip {
  std::string start = "INVITE sip:bob@home2.example SIP/2.0";
  std::string call_id = "call-1", cseq = "1 INVITE", branch = "z9hG4bK1", from_tag = "a", to_tag;
  std::string from = "sip:alice@home1.example", to = "sip:bob@home2.example";
  std::string more;  ///< header lines
  std::string type = "application/sdp", body;

  [[nodiscard]] std::string text() const;
};

[[nodiscard]] Sip request(const std::string& method, const std::string& cseq, const std::string& to_tag = "b");
[[nodiscard]] Sip response(int status, const Sip& request, const std::string& body = {}, const std::string& to_tag = "b");

/// One audio line, or more, keyed by what is given: base64 of a MIKEY message for each line.
std::string sdp(const std::vector<Bytes>& mikey, const std::string& extra = {}, const std::string& profile = "RTP/SAVP");
std::string session_level_sdp(const Bytes& mikey, std::size_t lines);

/// A call of Alice with Bob under a ticket of hers.
struct Call {
  mikey::test::Exchange exchange;
  Sip invite;

  explicit Call(const std::string& flags = "DEFGHIJNO", std::uint8_t random = 0x30, std::uint32_t csb_id = 0x0a0b0c02);
  [[nodiscard]] Sip ok(const std::string& to_tag = "b") const { return response(200, invite, sdp({exchange.transfer_resp}), to_tag); }
  /// The same call as another fork answers it.
  [[nodiscard]] Call fork() const;
  [[nodiscard]] mikey::CallKeys keys() const { return mikey::test::must(exchange.get_keys(exchange.alice)); }
};

class Bench {
 public:
  explicit Bench(Life life = Life::quiet) : life_(life) {}

  // Before the first event.
  std::string warrants_text;
  PipelineRules rules;
  /// Adds a warrant: LIID, XID, and lines of TOML that differ from the usual.
  void warrant(const std::string& liid, const std::string& xid = kXid, const std::string& more = {});

  TimePoint now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + std::chrono::hours(12);
  void send(const Sip& sip, x2::Direction direction = x2::Direction::from_target);
  void send(x2::Pdu pdu);
  [[nodiscard]] x2::Pdu pdu(ByteView payload, x2::PayloadFormat format = x2::PayloadFormat::sip);
  /// Moves the clock and lets timers run.
  void wait(std::chrono::milliseconds time);
  void answer(const std::string& id, std::variant<xk::GetKeysResponse, NoAnswer> answer, std::set<std::string> whose = {});
  void give(const std::string& id, const mikey::CallKeys& keys, std::set<std::string> whose = {});
  void refuse(const std::string& id, xk::Reason reason) { answer(id, xk::GetKeysResponse{id, reason}); }

  std::map<std::string, KeyQuestion> questions;  ///< all that were asked, by id
  std::vector<std::string> asked;                ///< their ids in order; once more when it is asked behind its answer
  std::vector<std::string> withdrawn, read;      ///< questions; LIIDs for which keys were read here
  bool no_trail = false;
  std::vector<Signal> signals;
  std::vector<std::string> keys_told;  ///< "asked", "got", "failed timeout"
  std::vector<std::string> dropped;
  std::vector<MediaKeys> media_keys;
  FakeSpool spool;

  [[nodiscard]] std::vector<Received> received(const std::string& destination = "lemf");
  /// A word for each record: "INVITE", "200", "header MESSAGE", "keys 1 2", "keys 1 + failure", "failure", "start"; with its LIID before
  /// it when it is not LI-1, and its session behind it when it is not the first that was seen: "keys 1 /2".
  [[nodiscard]] std::vector<std::string> story(const std::string& destination = "lemf");
  [[nodiscard]] std::vector<std::string> reasons(bool attacks_only = false) const;
  [[nodiscard]] std::size_t sessions();
  void restart();
  [[nodiscard]] Pipeline& pipeline();

 private:
  template <typename Work>
  void batch(Work work);
  void start();
  void collect();
  [[nodiscard]] Warrants warrants() const;

  Life life_;
  std::unique_ptr<Pipeline> pipeline_;
  bool muted_ = false;
  std::uint32_t number_ = 0;
  std::set<std::string> open_;
};

}  // namespace li::df2::test
