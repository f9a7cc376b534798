// PDUs of an encoder written for this purpose, checked against a Java implementation: whole values, both ways.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/data/data.hpp"
#include "x2/codec.hpp"
#include "x2/json.hpp"

namespace li::x2 {
namespace {

using nlohmann::json;
using test::data_path;

struct Vector {
  std::string name;
  std::string kind;
  std::size_t pdus;
};

std::vector<Vector> vectors() {
  std::vector<Vector> found;
  for (const auto& row : test::read_table("x2/INDEX.tsv")) found.push_back({row.at(0), row.at(1), std::stoul(row.at(2))});
  return found;
}
void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.name; }

struct Read {
  std::vector<Pdu> pdus;
  std::optional<Error> error;
  std::size_t pending = 0;
};

// In pieces of `piece` octets, as a connection may bring them.
Read read_stream(ByteView octets, std::size_t piece) {
  Stream stream;
  Read read;
  for (std::size_t at = 0; at < octets.size() && !read.error; at += piece) {
    stream.feed(octets.subspan(at, std::min(piece, octets.size() - at)));
    while (true) {
      auto pdu = stream.next();
      if (!pdu) read.error = pdu.error();
      if (!pdu || !*pdu) break;
      read.pdus.push_back(std::move(**pdu));
    }
  }
  read.pending = stream.pending();
  return read;
}

class Vectors : public testing::TestWithParam<Vector> {};
INSTANTIATE_TEST_SUITE_P(All, Vectors, testing::ValuesIn(vectors()), [](const auto& one) { return one.param.name; });

TEST_P(Vectors, DecodeToTheirValueAndComeBack) {
  const auto& vector = GetParam();
  const auto octets = test::read_octets(data_path("x2/" + vector.name + ".bin"));
  const auto read = read_stream(octets, octets.size());
  ASSERT_FALSE(read.error) << read.error->message();
  EXPECT_EQ(read.pending, 0U);
  ASSERT_EQ(read.pdus.size(), vector.pdus);
  std::istringstream lines(test::read_text(data_path("x2/" + vector.name + (vector.kind == "stream" ? ".jsonl" : ".json"))));
  Bytes again;
  Bytes from_text;
  for (const auto& pdu : read.pdus) {
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(json::parse(to_json(pdu)), json::parse(line));
    EXPECT_EQ(json::parse(to_json(pdu, true)), json::parse(line));
    const auto encoded = encode(pdu).value();
    again.insert(again.end(), encoded.begin(), encoded.end());
    const auto parsed = from_json(line);
    ASSERT_TRUE(parsed) << parsed.error().message();
    const auto through = encode(*parsed).value();
    from_text.insert(from_text.end(), through.begin(), through.end());
    EXPECT_TRUE(findings(pdu).empty()) << findings(pdu).front();
  }
  EXPECT_TRUE(again == octets);
  EXPECT_TRUE(from_text == octets);
}

TEST_P(Vectors, CutAnywhereTheStreamGivesTheSamePdus) {
  const auto octets = test::read_octets(data_path("x2/" + GetParam().name + ".bin"));
  const auto whole = read_stream(octets, octets.size());
  for (const std::size_t piece : {1U, 7U, 39U, 1460U}) {
    const auto read = read_stream(octets, piece);
    EXPECT_FALSE(read.error);
    EXPECT_TRUE(read.pdus == whole.pdus) << piece;
  }
}

TEST(Malformed, IsRefusedAsTheManifestSays) {
  std::size_t refused = 0;
  for (const auto& row : test::read_table("x2/malformed/MANIFEST.tsv")) {
    SCOPED_TRACE(row.at(0) + ": " + row.at(5));
    const auto octets = test::read_octets(data_path("x2/malformed/" + row.at(0)));
    const auto read = read_stream(octets, 512);
    const bool rejected = read.error || read.pending > 0;
    if (row.at(2) == "reject") {
      EXPECT_TRUE(rejected);
      refused += rejected ? 1 : 0;
    } else {
      EXPECT_FALSE(rejected) << (read.error ? read.error->message() : "pending");
      for (const auto& pdu : read.pdus) {
        const auto encoded = encode(pdu).value();
        EXPECT_TRUE(equal(encoded, octets));
      }
    }
  }
  EXPECT_EQ(refused, 32U);
}

// What is lenient there and not a matter of the payload's own form has a finding.
TEST(Malformed, LenientOnesHaveFindings) {
  for (const auto& row : test::read_table("x2/malformed/MANIFEST.tsv")) {
    if (row.at(2) != "lenient") continue;
    const bool inside = row.at(0).starts_with("payload_") && row.at(0) != "payload_owner.bin";
    const auto pdu = decode(test::read_octets(data_path("x2/malformed/" + row.at(0))));
    ASSERT_TRUE(pdu) << row.at(0);
    EXPECT_EQ(findings(*pdu).empty(), inside) << row.at(0) << ": " << row.at(5);
  }
}

}  // namespace
}  // namespace li::x2
