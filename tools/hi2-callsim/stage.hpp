// hi2-callsim/stage.hpp: where a scenario plays: who takes part, and what the network function reports.
//
// Source:  TS 33.107 clause 7A.3 (every SIP message of the target is reported).
// Units:   as story.hpp.
// Errors:  CannotPlay.
// Owns:    the story and the phones; settings and KMSs must outlive it.
#pragma once

#include <map>
#include <memory>
#include <random>

#include "hi2-callsim/sip_text.hpp"
#include "hi2-callsim/story.hpp"

namespace li::callsim {

/// Numbers of SIP and RTP, the same for the same seed. Keys are none of them.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  [[nodiscard]] std::uint32_t number() { return static_cast<std::uint32_t>(engine_() >> 16U); }
  [[nodiscard]] std::string token(std::size_t letters);

 private:
  std::mt19937_64 engine_;
};

struct StageSettings {
  std::string target;  ///< by name
  Outcome outcome = Outcome::keys;
  std::string reason;
  std::uint64_t seed = 1;
  std::string liid;  ///< for records that are made here already
};

class Stage {
 public:
  Stage(const Settings& settings, Kmss& kmss, Clock clock, StageSettings stage);

  [[nodiscard]] Phone& phone(const std::string& name);
  [[nodiscard]] const std::string& identity(const std::string& name);
  [[nodiscard]] const std::string& target() const { return stage_.target; }
  [[nodiscard]] std::string address(const std::string& name) const;
  [[nodiscard]] std::uint16_t port();
  [[nodiscard]] unsigned next_round() { return rounds_++; }
  [[nodiscard]] Dice& dice() { return dice_; }

  struct How {
    bool retransmission = false;
    bool keys_in_sdp = false;
    std::chrono::milliseconds pause{0};
  };
  void report(const SipText& message, const std::string& from, const std::string& session, How how);
  void report_mid_session(const std::string& session, const SipText& offer, const SipText& answer);

  /// An exchange that is complete now, whose outcome the scenario says.
  void keyed(const std::string& session, const Sessions& keys, bool with_gateway = false);
  void failed(const std::string& session, const std::string& reason);
  /// One that does not look right: a failure record at once, and keys when the KMS finds it in order.
  void suspected(const std::string& session, const std::string& reason, const Sessions& keys);
  void signal(const std::string& reason);

  Story story;

 private:
  const Settings& settings_;
  Kmss& kmss_;
  Clock clock_;
  StageSettings stage_;
  Dice dice_;
  std::map<std::string, std::unique_ptr<Phone>> phones_;
  std::uint16_t next_port_ = 40'000;
  unsigned rounds_ = 0;
};

}  // namespace li::callsim
