#include <gtest/gtest.h>

#include "hi2/module.hpp"

namespace li::test {
namespace {

using hi2::Module;

struct Case {
  const char* what;
  const char* record;
  std::optional<Module> module;
  bool registered;
};

// The domain identifier alone decides; `record` may end behind it.
const Case kCases[] = {
    {"UMTS r16 version-1", "A40A80080400020204011001", Module::umts, true},
    {"EPS r16 version-1", "A30A80080400020204081001", Module::eps, true},
    {"EPS r17 version-0", "A10A80080400020204081100", Module::eps, true},
    {"EPS r12 version 55", "A10A80080400020204080C37", Module::eps, true},
    {"UMTS before release 5", "A209800704000202040102", Module::umts, true},
    {"UMTS r17, not registered", "A40A80080400020204011100", Module::umts, false},
    {"UMTS r9, never registered", "A40A80080400020204010901", Module::umts, false},
    {"no release arcs", "A4088006040002020401", Module::umts, false},
    {"aggregate of EPS", "300CA40A80080400020204081001", Module::eps, true},
    {"indefinite aggregate", "3080A48080080400020204081001", Module::eps, true},
    {"conference",
     "A40A8008040002020"
     "40A1001",
     std::nullopt, false},
    {"TS 101 671",
     "A40880060400020201"
     "12",
     std::nullopt, false},
    {"another OID", "A40580032A0304", std::nullopt, false},
    {"no domain identifier",
     "A4038101"
     "41",
     std::nullopt, false},
    {"cut inside the OID", "A40A800804000202", std::nullopt, false},
    {"empty aggregate", "3000", std::nullopt, false},
    {"nothing", "", std::nullopt, false},
};

TEST(Module, IsToldByTheDomainIdentifier) {
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.what);
    const auto octets = from_hex(one.record);
    ASSERT_TRUE(octets);
    const auto domain = hi2::look(*octets);
    EXPECT_EQ(domain.module, one.module);
    EXPECT_EQ(domain.registered, one.registered);
  }
}

TEST(Module, Names) {
  EXPECT_EQ(hi2::name(Module::umts), "UmtsHI2Operations");
  EXPECT_EQ(hi2::name(Module::eps), "EpsHI2Operations");
  EXPECT_EQ(hi2::module_by_name("umts"), Module::umts);
  EXPECT_EQ(hi2::module_by_name("eps"), Module::eps);
  EXPECT_EQ(hi2::module_by_name("UMTS"), std::nullopt);
}

TEST(Module, TypesAreOfTheirModule) {
  EXPECT_EQ(hi2::parameters_type(Module::umts).module, "UmtsHI2Operations");
  EXPECT_EQ(hi2::parameters_type(Module::eps).module, "EpsHI2Operations");
  EXPECT_NE(&hi2::parameters_type(Module::umts), &hi2::parameters_type(Module::eps));
  EXPECT_EQ(hi2::parameters_type(Module::eps).name, "IRI-Parameters");
}

}  // namespace
}  // namespace li::test
