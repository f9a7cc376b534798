#include <gtest/gtest.h>

#include <sstream>

#include "tests/data/data.hpp"
#include "x2/json.hpp"

namespace li::x2 {
namespace {

// name | JSON | "ok", or the message
TEST(Json, Cases) {
  for (const auto& one : test::read_cases("x2/json.vec")) {
    const auto pdu = from_json(one.parts.at(0));
    EXPECT_EQ(pdu ? "ok" : pdu.error().message(), one.parts.at(1)) << one.place;
  }
}

TEST(Json, ReadsLinesArraysAndStopsAtText) {
  const auto good = to_json(keepalive(1));
  std::istringstream in(good + "\n[" + good + "," + good + "] " + to_json(keepalive(4), true) + "{\"version\":1} what");
  std::string outcome;
  read_json(in, [&](Result<Pdu>&& pdu, std::size_t number) {
    outcome += std::to_string(number) + (pdu ? " ok\n" : " " + pdu.error().message() + "\n");
    return true;
  });
  EXPECT_EQ(outcome, "1 ok\n2 ok\n3 ok\n4 ok\n5 version: is no object\n6 not JSON (RFC 8259)\n");
}

TEST(Json, ShortensIpv6AsRfc5952) {
  const auto shown = [](std::string_view hex) { return value_json(attribute(AttributeType::source_ipv6, test::octets_of(hex))); };
  EXPECT_EQ(shown("(00)*16"), "\"::\"");
  EXPECT_EQ(shown("(00)*15 01"), "\"::1\"");
  EXPECT_EQ(shown("20010DB8 (00)*12"), "\"2001:db8::\"");
  EXPECT_EQ(shown("20010DB8 0000 0001 0001 0001 0001 0001"), "\"2001:db8:0:1:1:1:1:1\"");
  EXPECT_EQ(shown("20010000 0000 0001 0000 0000 0000 0001"), "\"2001:0:0:1::1\"");
  EXPECT_EQ(shown("20010DB8 0000 0000 0001 0000 0000 0001"), "\"2001:db8::1:0:0:1\"");
}

TEST(Json, ProprietaryHasOwnerAndValue) {
  EXPECT_EQ(value_json(attribute(AttributeType::proprietary, test::octets_of("03 61622E 0102"))), R"({"owner":"ab.","value":"0102"})");
  EXPECT_EQ(value_json(attribute(AttributeType::proprietary, test::octets_of("09 6162"))), "");
}

}  // namespace
}  // namespace li::x2
