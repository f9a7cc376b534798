// hi2-callsim/scenarios.hpp: calls by name, for every branch of what a DF2/MF must do.
//
// Source:  TS 33.107 clauses 7A.1.A, 7A.3, 7A.7, 7A.9.
// Units:   none.
// Errors:  play() gives CannotPlay.
// Owns:    plain values.
#pragma once

#include "hi2-callsim/call.hpp"
#include "hi2-callsim/stage.hpp"

namespace li::callsim {

/// What a scenario needs of the system around it, for whoever sets that up.
struct Needs {
  std::vector<Terms> warrants = {};  ///< one without anything else unless said; LIIDs follow from the name
  std::string stub = {};             ///< mode of `hi2-callsim xk-stub` between DF2 and KMS
  bool allow_unprotected = false;    ///< of hi2-df2
  bool gateways = false;             ///< hosts of gateway and mrf are gateways of hi2-df2
  bool not_listed = false;           ///< the target is not on the KMS's LI list
  std::vector<std::string> ues = {"alice", "bob"};
};

/// The XID of what has that name.
[[nodiscard]] x2::Xid xid_of(const std::string& name);

struct Scenario {
  std::string name, description;
  void (*play)(Stage&) = nullptr;
  std::string target = "alice";
  Outcome outcome = Outcome::keys;  ///< of the exchanges that the scenario calls answered
  std::string reason = {};
  Needs needs = {};

  [[nodiscard]] x2::Xid xid() const { return xid_of(name); }
  [[nodiscard]] std::vector<Terms> warrants() const;
};

/// All of them, in the order of the documentation.
[[nodiscard]] const std::vector<Scenario>& scenarios();
[[nodiscard]] const Scenario* find_scenario(std::string_view name);

// What they are made of, a file each.
[[nodiscard]] std::vector<Scenario> call_scenarios();
[[nodiscard]] std::vector<Scenario> rekeying_scenarios();
[[nodiscard]] std::vector<Scenario> warrant_scenarios();
[[nodiscard]] std::vector<Scenario> network_scenarios();
[[nodiscard]] std::vector<Scenario> attack_scenarios();
[[nodiscard]] std::vector<Scenario> kms_scenarios();

/// A call with a ticket; offer in INVITE, answer in 200. `ends` hangs up.
void play_call(Stage& stage, const CallSpec& spec, Call::Side ends = Call::Side::caller);
/// The same, Alice to Bob.
void play_basic(Stage& stage);
/// The same with keys in the SDP.
void play_sdes(Stage& stage);

[[nodiscard]] Story play(const Scenario& scenario, const Settings& settings, Kmss& kmss, const Clock& clock, std::uint64_t seed);

}  // namespace li::callsim
