// asn1c's own decoder and encoder as the referee: on every vector they give the value that the walk gives.
#include <gtest/gtest.h>

#include "hi2/module.hpp"
#include "schema/asn1c.hpp"
#include "tests/data/data.hpp"
#include "tests/support/canonical.hpp"

namespace li::test {
namespace {

using hi2::Module;
using schema::Struct;

struct Verdict {
  bool same_value = false;
  bool same_octets = false;
  std::string why;
};

Verdict ask(const schema::Type& type, ByteView octets) {
  const auto value = Struct::decode(type, octets);
  if (!value) return {false, false, value.error().message()};
  const auto encoded = value->encode();
  if (!encoded) return {false, false, encoded.error().message()};
  const auto copy = schema::plain_copy(type, octets);
  if (!copy) return {false, false, copy.error().message()};
  return {canonical(type, *encoded) == canonical(type, *copy), equal(*encoded, octets), {}};
}

// Listed defects of asn1c (facts of asn1c, 4): the unknown alternative of a CHOICE has no place in its structs.
bool beyond_asn1c(const std::string& name) { return name == "unknown_choice"; }

// Classes other than these hold one record a file; streams are tested by the reader.
void compare_named(Module module, const std::string& folder) {
  std::size_t compared = 0;
  for (const auto& row : read_table(folder + "/INDEX.tsv")) {
    if (row.at(1) == "stream") continue;
    SCOPED_TRACE(folder + "/" + row.at(0));
    const auto octets = read_octets(data_path(folder + "/" + row.at(0) + ".ber"));
    const auto verdict = ask(hi2::contents_type(module), octets);
    if (beyond_asn1c(row.at(0))) {
      EXPECT_FALSE(verdict.why.empty());
      continue;
    }
    EXPECT_TRUE(verdict.same_value) << verdict.why;
    EXPECT_TRUE(verdict.same_octets || row.at(1) != "der");
    ++compared;
  }
  EXPECT_GT(compared, 80U);
}

void compare_random(Module module, const std::string& folder) {
  const auto octets = read_octets(data_path(folder + "/random.ber"));
  std::size_t at = 0;
  std::size_t compared = 0;
  for (; at < octets.size(); ++compared) {
    const auto rest = ByteView(octets).subspan(at);
    const auto size = ber::measure(rest);
    ASSERT_TRUE(size);
    const auto verdict = ask(hi2::contents_type(module), rest.first(*size));
    EXPECT_TRUE(verdict.same_value) << folder << " at " << at << ": " << verdict.why;
    EXPECT_TRUE(verdict.same_octets) << folder << " at " << at;
    at += *size;
  }
  EXPECT_EQ(compared, 300U);
}

TEST(Referee, NamedVectors) {
  compare_named(Module::umts, "umts");
  compare_named(Module::eps, "eps");
}

TEST(Referee, RandomVectors) {
  compare_random(Module::umts, "umts");
  compare_random(Module::eps, "eps");
}

TEST(Referee, TheDoorRefusesWhatTheWalkRefuses) {
  const auto hang = read_octets(data_path("hang-48-octets.ber"));  // on which asn1c's own decoder never returns
  const auto value = Struct::decode(hi2::contents_type(Module::umts), hang);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().offset, 0x28U);
}

TEST(Referee, TimesLeaveWithTheirOctetsInAnyZone) {
  const auto octets = read_octets(data_path("umts/time_local_winter.ber"));
  for (const auto* zone : {"UTC", "Europe/Berlin", "Asia/Kolkata"}) {
    ASSERT_EQ(setenv("TZ", zone, 1), 0);
    tzset();
    EXPECT_TRUE(ask(hi2::contents_type(Module::umts), octets).same_octets) << zone;
  }
  unsetenv("TZ");
  tzset();
}

}  // namespace
}  // namespace li::test
