// tests/callsim/world.hpp: KMSs of two domains without network, and everybody who takes part in scenarios.
#pragma once

#include "hi2-callsim/scenarios.hpp"
#include "tests/kms/lab.hpp"

namespace li::callsim::test {

struct World : Kmss {
  kms::test::Lab home1{"home1.example"}, home2{"home2.example"};
  Settings settings;

  World();
  Result<Bytes> post(const std::string& kms, ByteView message, Kind kind) override;
  [[nodiscard]] Story play(const Scenario& scenario, std::uint64_t seed = 1);
};

/// One for all tests of the program.
[[nodiscard]] World& world();

}  // namespace li::callsim::test
