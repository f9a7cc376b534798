// Records of an independent ASN.1 implementation, whole values, both ways.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "tests/data/data.hpp"
#include "tests/schema/forms.hpp"

namespace li::schema {
namespace {

using nlohmann::json;
using test::data_path;

struct Vector {
  std::string module;
  std::string name;
  std::string kind;

  [[nodiscard]] const Type& type() const { return get(module == "umts" ? "UmtsIRIsContent" : "EpsIRIsContent"); }
  [[nodiscard]] Bytes octets() const { return test::read_octets(data_path(module + "/" + name + ".ber")); }
  [[nodiscard]] std::string text() const {
    return test::read_text(data_path(module + "/" + name + (kind == "stream" ? ".jsonl" : ".json")));
  }
};

std::vector<Vector> vectors() {
  std::vector<Vector> found;
  for (const std::string module : {"umts", "eps"}) {
    for (const auto& row : test::read_table(module + "/INDEX.tsv")) found.push_back({module, row.at(0), row.at(1)});
  }
  return found;
}

std::string name_of(const testing::TestParamInfo<Vector>& info) { return info.param.module + "_" + info.param.name; }
void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.module << "/" << vector.name; }

// "?1", "?2" ...: TLVs that the vectors leave out.
bool is_unknown(const std::string& name) { return name.size() > 1 && name[0] == '?'; }

json without_unknown(const json& value) {
  if (!value.is_structured()) return value;
  auto kept = value.is_array() ? json::array() : json::object();
  for (const auto& [name, inner] : value.items()) {
    if (value.is_array()) kept.push_back(without_unknown(inner));
    else if (!is_unknown(name)) kept[name] = without_unknown(inner);
  }
  return kept;
}

// Records one after the other, zero octets around them.
std::vector<Bytes> records_in(ByteView octets) {
  std::vector<Bytes> records;
  while (!octets.empty()) {
    if (octets[0] == 0) {
      octets = octets.subspan(1);
      continue;
    }
    const auto size = ber::measure(octets, {64, SIZE_MAX, SIZE_MAX}).value();
    records.push_back(to_bytes(octets.first(size)));
    octets = octets.subspan(size);
  }
  return records;
}

class Vectors : public testing::TestWithParam<Vector> {};
INSTANTIATE_TEST_SUITE_P(All, Vectors, testing::ValuesIn(vectors()), name_of);

TEST_P(Vectors, DecodeToTheirValue) {
  const auto& vector = GetParam();
  const auto records = records_in(vector.octets());
  std::istringstream lines(vector.text());
  std::string line;
  for (const auto& record : records) {
    ASSERT_TRUE(std::getline(lines, line));
    const auto ours = json::parse(test::json_of(vector.type(), record));
    EXPECT_EQ(without_unknown(ours), json::parse(line));
    EXPECT_EQ(json::parse(test::json_of(vector.type(), record, Secrets::show, JsonForm::indented)), ours);
  }
  EXPECT_FALSE(std::getline(lines, line) && !line.empty());
}

TEST_P(Vectors, HaveNoFindings) {
  for (const auto& record : records_in(GetParam().octets())) {
    const auto findings = check(GetParam().type(), record);
    ASSERT_TRUE(findings);
    for (const auto& finding : *findings) ADD_FAILURE() << finding.message();
  }
}

// octets -> JSON -> octets and octets -> XER -> octets; in DER and with unknown TLVs nothing may change.
TEST_P(Vectors, ComeBackThroughJsonAndXer) {
  const auto& vector = GetParam();
  constexpr std::string_view kOtherForm[] = {"indef_", "nonmin_", "seg_", "default_explicit", "boolean_nonff", "unknown_ext_indef"};
  const bool same = std::ranges::none_of(kOtherForm, [&](auto prefix) { return vector.name.starts_with(prefix); });
  for (const auto& record : records_in(vector.octets())) {
    const auto shown = test::json_of(vector.type(), record);
    const auto through_json = test::from_json(shown);
    const auto through_xer = test::from_xer(test::xer_of(vector.type(), record));
    ASSERT_EQ(through_json.records.size(), 1U) << through_json.outcome();
    ASSERT_EQ(through_xer.records.size(), 1U) << through_xer.outcome();
    EXPECT_TRUE(through_json.records[0] == through_xer.records[0]);
    if (same) {
      EXPECT_TRUE(through_json.records[0] == record) << to_hex(through_json.records[0]);
    } else {
      EXPECT_EQ(test::json_of(vector.type(), through_json.records[0]), shown);
    }
  }
}

TEST_P(Vectors, JsonEncodesToTheSameOctets) {
  const auto& vector = GetParam();
  if (vector.kind == "ber") return;  // these have another form, or TLVs that the JSON has not
  const auto read = test::from_json(vector.text());
  EXPECT_TRUE(read.failures.empty()) << read.outcome();
  EXPECT_TRUE(read.records == records_in(vector.octets()));
}

// The annotated form has every octet of the record once, in order.
TEST_P(Vectors, HexShowsEveryOctet) {
  for (const auto& record : records_in(GetParam().octets())) {
    std::istringstream rows(test::hex_of(GetParam().type(), record));
    std::string digits;
    for (std::string row; std::getline(rows, row);) {
      ASSERT_EQ(std::stoul(row.substr(0, 8), nullptr, 16), digits.size() / 2) << row;
      for (std::size_t at = 10; at < 58 && at + 1 < row.size() && row[at] != ' '; at += 3) digits += row.substr(at, 2);
    }
    EXPECT_EQ(digits, to_hex(record));
  }
}

TEST_P(Vectors, TextHasALineForEachMember) {
  for (const auto& record : records_in(GetParam().octets())) {
    const auto text = test::text_of(GetParam().type(), record);
    EXPECT_EQ(std::ranges::any_of(text, [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; }), false);
    if (record.size() > 10) {
      EXPECT_NE(text.find("lawfulInterceptionIdentifier"), std::string::npos);
    }
  }
}

// Values whose other encodings stand in another file.
TEST(VectorTwins, OtherFormsEncodeToTheSameOctets) {
  for (const std::string module : {"umts", "eps"}) {
    for (const auto& [other, plain] : std::vector<std::pair<std::string, std::string>>{{"indef_invite", "sip_invite_report"},
                                                                                       {"indef_keys", "keys_2_mixed"},
                                                                                       {"indef_seq_3", "seq_3"},
                                                                                       {"indef_ptc", "ptc"},
                                                                                       {"indef_outer_only", "keys_correlated"},
                                                                                       {"indef_loc_civic", "loc_civic"},
                                                                                       {"seg_sip", "sip_invite_report"},
                                                                                       {"seg_sip_nested", "sip_invite_report"},
                                                                                       {"seg_sip_empty", "sip_empty_message"}}) {
      const Vector odd{module, other, "ber"};
      const auto read = test::from_json(test::json_of(odd.type(), odd.octets()));
      EXPECT_EQ(read.outcome(), to_hex(Vector{module, plain, "der"}.octets())) << module << "/" << other;
    }
  }
}

TEST(UnknownTlvs, StayAsTheyCameInARecordMadeDefinite) {
  const Vector vector{"umts", "unknown_ext_indef", "ber"};
  const auto outcome = test::from_json(test::json_of(vector.type(), vector.octets())).outcome();
  EXPECT_TRUE(outcome.ends_with("BF822C8080036E6577A1800C056669656C6402010700000000")) << outcome;
  EXPECT_TRUE(outcome.starts_with("A4819B8008")) << outcome;
}

class RandomVectors : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, RandomVectors, testing::Values("umts", "eps"), [](const auto& one) { return one.param; });

TEST_P(RandomVectors, DecodeAndComeBack) {
  const Vector vector{GetParam(), "random", "stream"};
  const auto octets = vector.octets();
  std::istringstream places(test::read_text(data_path(vector.module + "/random.idx")));
  std::istringstream lines(vector.text());
  std::size_t offset = 0;
  std::size_t size = 0;
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    ASSERT_TRUE(places >> offset >> size);
    const auto record = ByteView(octets).subspan(offset, size);
    SCOPED_TRACE("record " + std::to_string(count) + " at " + std::to_string(offset));
    const auto findings = check(vector.type(), record);
    ASSERT_TRUE(findings) << findings.error().message();
    const auto shown = test::json_of(vector.type(), record);
    EXPECT_EQ(json::parse(shown), json::parse(line));
    EXPECT_EQ(test::from_json(line).outcome(), to_hex(record));
    EXPECT_EQ(test::from_json(shown).outcome(), to_hex(record));
    EXPECT_EQ(test::from_xer(test::xer_of(vector.type(), record)).outcome(), to_hex(record));
  }
  EXPECT_EQ(count, 300U);
}

}  // namespace
}  // namespace li::schema
