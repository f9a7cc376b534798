#include "hi2-callsim/scenarios.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace li::callsim {

const std::vector<Scenario>& scenarios() {
  static const auto all = [] {
    std::vector<Scenario> made;
    for (auto part :
         {call_scenarios(), rekeying_scenarios(), warrant_scenarios(), network_scenarios(), attack_scenarios(), kms_scenarios()})
      made.insert(made.end(), part.begin(), part.end());
    return made;
  }();
  return all;
}

const Scenario* find_scenario(std::string_view name) {
  const auto& all = scenarios();
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  return at == all.end() ? nullptr : &*at;
}

// A UUID of version 4 in form, of the name in content.
x2::Xid xid_of(const std::string& name) {
  const auto digest = crypto::digest(crypto::Hash::sha256, as_bytes("hi2-callsim " + name));
  x2::Xid made{};
  std::copy_n(digest.begin(), made.size(), made.begin());
  made[6] = static_cast<std::uint8_t>(0x40 | (made[6] & 0x0f));
  made[8] = static_cast<std::uint8_t>(0x80 | (made[8] & 0x3f));
  return made;
}

std::vector<Terms> Scenario::warrants() const {
  auto made = needs.warrants;
  if (made.empty()) made.emplace_back();
  for (auto& one : made) one.liid = name + one.liid;
  return made;
}

Story play(const Scenario& scenario, const Settings& settings, Kmss& kmss, const Clock& clock, std::uint64_t seed) {
  Stage stage(settings, kmss, clock, {scenario.target, scenario.outcome, scenario.reason, seed, scenario.warrants().front().liid});
  scenario.play(stage);
  return std::move(stage.story);
}

}  // namespace li::callsim
