// PS-PDUs and HI3 PDUs of an independent ASN.1 implementation, whole values, both ways.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/data/data.hpp"
#include "tests/schema/forms.hpp"

namespace li::ps {
namespace {

using nlohmann::json;
using test::data_path;

struct Vector {
  std::string folder;
  std::string name;
  std::string kind;

  [[nodiscard]] const schema::Type& type() const { return schema::get(folder == "ps" ? "PS-PDU" : "Voip-CC-PDU"); }
  [[nodiscard]] Bytes octets() const { return test::read_octets(data_path(folder + "/" + name + ".ber")); }
  [[nodiscard]] std::string text() const {
    return test::read_text(data_path(folder + "/" + name + (kind == "stream" ? ".jsonl" : ".json")));
  }
};

std::vector<Vector> vectors() {
  std::vector<Vector> found;
  for (const std::string folder : {"ps", "hi3"}) {
    for (const auto& row : test::read_table(folder + "/INDEX.tsv")) found.push_back({folder, row.at(0), row.at(1)});
  }
  found.push_back({"ps", "random", "stream"});
  return found;
}

std::string name_of(const testing::TestParamInfo<Vector>& one) {
  auto name = one.param.folder + "_" + one.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.folder << "/" << vector.name; }

// "?1", "?2" ...: TLVs that the vectors leave out.
json without_unknown(const json& value) {
  if (!value.is_structured()) return value;
  auto kept = value.is_array() ? json::array() : json::object();
  for (const auto& [name, inner] : value.items()) {
    if (value.is_array()) kept.push_back(without_unknown(inner));
    else if (name.size() < 2 || name[0] != '?') kept[name] = without_unknown(inner);
  }
  return kept;
}

std::vector<Bytes> pdus_in(ByteView octets) {
  std::vector<Bytes> pdus;
  while (!octets.empty()) {
    const auto size = ber::measure(octets).value();
    pdus.push_back(to_bytes(octets.first(size)));
    octets = octets.subspan(size);
  }
  return pdus;
}

class Vectors : public testing::TestWithParam<Vector> {};
INSTANTIATE_TEST_SUITE_P(All, Vectors, testing::ValuesIn(vectors()), name_of);

TEST_P(Vectors, DecodeToTheirValueWithoutFindings) {
  const auto& vector = GetParam();
  std::istringstream lines(vector.text());
  std::string line;
  for (const auto& pdu : pdus_in(vector.octets())) {
    ASSERT_TRUE(std::getline(lines, line));
    const auto findings = schema::check(vector.type(), pdu);
    ASSERT_TRUE(findings) << findings.error().message();
    for (const auto& finding : *findings) ADD_FAILURE() << finding.message();
    EXPECT_EQ(without_unknown(json::parse(test::json_of(vector.type(), pdu))), json::parse(line));
  }
  EXPECT_FALSE(std::getline(lines, line) && !line.empty());
}

TEST_P(Vectors, JsonEncodesToTheSameOctets) {
  const auto& vector = GetParam();
  if (vector.kind == "ber" || vector.name == "stream_hash_nonmin") return;  // another form, or TLVs that the JSON has not
  const auto read = test::from_json(vector.text());
  EXPECT_TRUE(read.failures.empty()) << read.outcome();
  EXPECT_TRUE(read.records == pdus_in(vector.octets()));
}

TEST_P(Vectors, ComeBackThroughJsonAndXer) {
  const auto& vector = GetParam();
  for (const auto& pdu : pdus_in(vector.octets())) {
    const auto shown = test::json_of(vector.type(), pdu);
    const auto through_json = test::from_json(shown);
    const auto through_xer = test::from_xer(test::xer_of(vector.type(), pdu));
    ASSERT_EQ(through_json.records.size(), 1U) << through_json.outcome();
    ASSERT_EQ(through_xer.records.size(), 1U) << through_xer.outcome();
    EXPECT_TRUE(through_json.records[0] == through_xer.records[0]);
    EXPECT_EQ(test::json_of(vector.type(), through_json.records[0]), shown);
  }
}

struct Malformed {
  std::string folder;
  std::vector<std::string> row;
};
std::vector<Malformed> malformed() {
  std::vector<Malformed> found;
  for (const std::string folder : {"ps", "hi3"}) {
    for (const auto& row : test::read_table(folder + "/malformed/MANIFEST.tsv")) found.push_back({folder, row});
  }
  return found;
}

// A stream of PDUs with nothing between them.
std::optional<Error> error_in(const schema::Type& type, ByteView octets) {
  while (!octets.empty()) {
    const auto size = ber::measure(octets);
    if (!size) return size.error();
    if (const auto read = schema::check(type, octets.first(*size)); !read) return read.error();
    octets = octets.subspan(*size);
  }
  return {};
}

TEST(MalformedVectors, AreRefusedAsTheManifestsSay) {
  for (const auto& [folder, row] : malformed()) {
    const auto error = error_in(schema::get(row.at(1)), test::read_octets(data_path(folder + "/malformed/" + row.at(0))));
    if (row.at(2) == "reject" && !error) ADD_FAILURE() << folder << "/" << row.at(0) << ": " << row.at(5);
  }
}

}  // namespace
}  // namespace li::ps
