#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/data/data.hpp"
#include "tests/schema/forms.hpp"

namespace li::schema {
namespace {

using test::from_json;

// A minimal record with members behind its own.
std::string record(const std::string& members) {
  return R"({"umtsiRIContent":{"iRI-Report-record":{"hi2DomainId":"0.4.0.2.2.4.1.16.1","lawfulInterceptionIdentifier":"4C","timeStamp":{"utcTime":"261120093015Z"})" +
         (members.empty() ? "" : "," + members) + "}}}";
}
const Type& umts() { return get("UmtsIRIsContent"); }
std::string back(const Bytes& octets) { return test::json_of(umts(), octets); }

TEST(JsonRefusals, OfMembers) {
  for (const auto& one : test::read_cases("schema/json_members.vec"))
    EXPECT_EQ(from_json(record(one.parts.at(0))).outcome(), one.parts.at(1)) << one.place;
}

TEST(JsonRefusals, OfWholeTexts) {
  for (const auto& one : test::read_cases("schema/json_whole.vec")) {
    const auto read = from_json(one.parts.at(0));
    EXPECT_EQ(read.outcome(), one.parts.at(1)) << one.place;
    EXPECT_TRUE(read.records.empty()) << one.place;
  }
}

// --- masked keys ---

void expect_redacted(const std::string& members, const std::string& path) {
  const auto read = from_json(record(members));
  ASSERT_EQ(read.failures.size(), 1U) << members;
  const auto& error = read.failures[0].error;
  EXPECT_EQ(error.kind, ErrorKind::redacted) << error.message();
  EXPECT_EQ(error.path, "iRI-Report-record." + path);
  EXPECT_NE(error.text.find("--show-keys"), std::string::npos) << error.text;
}

TEST(JsonRedacted, KeysAreRefusedWithTheirMember) {
  expect_redacted(R"("mediaDecryption-info":[{"cCCSID":"01","cCDecKey":"********"}])", "mediaDecryption-info[0].cCDecKey");
  expect_redacted(R"("mediaDecryption-info":[{"cCCSID":"01","cCDecKey":"02"},{"cCCSID":"01","cCDecKey":"02","cCSalt":"**"}])",
                  "mediaDecryption-info[1].cCSalt");
  expect_redacted(R"("ptcEncryption":{"cipher":"A","key":"****","keyEncoding":"b"})", "ptcEncryption.key");
  expect_redacted(R"("ptcEncryption":{"cipher":"A","key":"k","keyEncoding":"b","salt":"*"})", "ptcEncryption.salt");
}

TEST(JsonRedacted, KeysInSipAreRefusedWithTheirMember) {
  const auto line = to_hex(as_bytes("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:************|2^20\r\n"));
  for (const std::string member : {"sIPMessage", "sipMessageHeaderOffer", "sipMessageHeaderAnswer", "sdpOffer", "sdpAnswer"}) {
    expect_redacted("\"" + member + "\":\"" + line + "\"", member);
  }
}

TEST(JsonRedacted, AsterisksElsewhereAreCharacters) {
  const auto contact = to_hex(as_bytes("REGISTER sip:a SIP/2.0\r\nContact: *\r\n\r\n"));
  EXPECT_EQ(from_json(record("\"sIPMessage\":\"" + contact + "\"")).records.size(), 1U);
  EXPECT_EQ(from_json(record(R"("ptcEncryption":{"cipher":"***","key":"*a*","keyEncoding":"**"})")).records.size(), 1U);
}

// No message may show what stood in a secret member.
TEST(JsonRefusals, DoNotShowKeys) {
  for (const std::string value : {"\"SECRETSECRET\"", "\"5345435245545", "{\"SECRET\":1}", "\"SECRET\\u00zz\"", "\"SECRET\n\""}) {
    const auto read = from_json(record("\"mediaDecryption-info\":[{\"cCCSID\":\"01\",\"cCDecKey\":" + value + "}]"));
    ASSERT_FALSE(read.failures.empty()) << value;
    if (value.find('{') == std::string::npos) {
      EXPECT_EQ(read.outcome().find("SECRET"), std::string::npos) << read.outcome();
    }
  }
}

// --- what is taken ---

TEST(Json, OrderOfMembersDoesNotMatter) {
  const std::string in_order = record(R"("initiator":"originating-Target","iMSevent":"sIPheaderOnly","sIPMessage":"41")");
  const std::string mixed =
      R"({"umtsiRIContent":{"iRI-Report-record":{"sIPMessage":"41","timeStamp":{"utcTime":"261120093015Z"},"iMSevent":"sIPheaderOnly","lawfulInterceptionIdentifier":"4C","initiator":"originating-Target","hi2DomainId":"0.4.0.2.2.4.1.16.1"}}})";
  EXPECT_EQ(from_json(in_order).records.size(), 1U);
  EXPECT_EQ(from_json(mixed).outcome(), from_json(in_order).outcome());
}

TEST(Json, OrderDoesNotMatterForAnyVector) {
  for (const std::string name : {"start_established_keys", "ptc", "packet_summary", "loc_extended", "sip_offer_answer"}) {
    const auto text = test::read_text(test::data_path("umts/" + name + ".json"));
    const auto sorted = nlohmann::json::parse(text).dump();  // nlohmann sorts members by name
    EXPECT_NE(sorted, text) << name;
    EXPECT_EQ(from_json(sorted).outcome(), to_hex(test::read_octets(test::data_path("umts/" + name + ".ber")))) << name;
  }
}

TEST(Json, UnknownTlvsStayBehindTheirNeighbour) {
  const auto first = from_json(record(R"("sIPMessage":"41","?1":"9F2101AA","iMSevent":"sIPheaderOnly")"));
  ASSERT_EQ(first.records.size(), 1U) << first.outcome();
  const auto shown = back(first.records[0]);
  EXPECT_NE(shown.find(R"("iMSevent":"sIPheaderOnly","sIPMessage":"41","?1":"9F2101AA")"), std::string::npos) << shown;
  EXPECT_EQ(from_json(shown).outcome(), to_hex(first.records[0]));
}

TEST(Json, StringsThatAreNoneKeepTheirOctets) {
  const auto read = from_json(record(R"("ccUnavailableReason":{"?":"61FF62"})"));
  ASSERT_EQ(read.records.size(), 1U) << read.outcome();
  EXPECT_NE(back(read.records[0]).find(R"("ccUnavailableReason":{"?":"61FF62"})"), std::string::npos);
  EXPECT_EQ(check(umts(), read.records[0])->size(), 1U);
}

TEST(Json, ControlCharactersAreEscaped) {
  const auto read = from_json(record(R"("ptcEncryption":{"cipher":"a\u0000\u001f\n\"\\\u007fé€😀","key":"k","keyEncoding":"b"})"));
  ASSERT_EQ(read.records.size(), 1U) << read.outcome();
  const auto shown = back(read.records[0]);
  EXPECT_NE(shown.find(R"("cipher":"a\u0000\u001f\n\"\\\u007fé€😀")"), std::string::npos) << shown;
  EXPECT_EQ(from_json(shown).outcome(), to_hex(read.records[0]));
}

// A flow summary with a number in its unbounded members.
std::string summary(const std::string& number) {
  auto text = test::read_text(test::data_path("umts/packet_summary.json"));
  const std::string old = "\"sumOfPacketSizes\":4294967296";
  return text.replace(text.find(old), old.size(), "\"sumOfPacketSizes\":" + number);
}

TEST(Json, NumbersKeepAllTheirDigits) {
  for (const std::string number : {"0", "127", "128", "255", "256", "-1", "-128", "-129", "9007199254740993", "9223372036854775807",
                                   "-9223372036854775808", "9223372036854775808", "18446744073709551615"}) {
    const auto read = from_json(summary(number));
    ASSERT_EQ(read.records.size(), 1U) << number << ": " << read.outcome();
    EXPECT_EQ(back(read.records[0]) + "\n", summary(number) + (summary(number).ends_with('\n') ? "" : "\n"));
  }
}

TEST(Json, NumbersBeyond64BitsAreOctets) {
  EXPECT_TRUE(from_json(summary("18446744073709551616")).records.empty());
  const auto read = from_json(summary(R"({"?":"010000000000000000"})"));
  ASSERT_EQ(read.records.size(), 1U) << read.outcome();
  EXPECT_NE(back(read.records[0]).find(R"("sumOfPacketSizes":{"?":"010000000000000000"})"), std::string::npos);
  EXPECT_EQ(from_json(back(read.records[0])).outcome(), to_hex(read.records[0]));
}

TEST(Json, UnknownEnumeratorsAreNumbers) {
  const auto read = from_json(record(R"("iMSevent":4711)"));
  ASSERT_EQ(read.records.size(), 1U) << read.outcome();
  EXPECT_NE(back(read.records[0]).find("\"iMSevent\":4711"), std::string::npos);
  EXPECT_EQ(from_json(record(R"("iMSevent":2)")).outcome(), from_json(record(R"("iMSevent":"sIPheaderOnly")")).outcome());
}

TEST(Json, DefaultIsLeftOut) {
  const auto explicitly = test::read_octets(test::data_path("umts/default_explicit.ber"));
  const auto shown = back(explicitly);
  EXPECT_EQ(shown.find("mapDatum"), std::string::npos);
  EXPECT_EQ(from_json(shown).records.at(0).size() + 3, explicitly.size());
}

// --- many records ---

TEST(JsonStream, LinesObjectsAndArrays) {
  const auto one = record("");
  for (const std::string& text : {one + "\n" + one + "\n", one + one, " [" + one + ",\n" + one + "] ", "\r\n\t" + one + "\r\n\r\n" + one}) {
    const auto read = from_json(text);
    EXPECT_EQ(read.records.size(), 2U) << text;
    EXPECT_TRUE(read.failures.empty()) << text;
  }
  EXPECT_TRUE(from_json("").records.empty());
  EXPECT_TRUE(from_json("[]").failures.empty());
}

TEST(JsonStream, BadLineThenGoodLine) {
  const auto good = record("");
  for (const std::string bad : {"{\"x\":{}}", "nonsense", "{\"umtsiRIContent\":{\"iRI-Report-record\":{\"a\":1}}} trailing"}) {
    const auto read = from_json(good + "\n" + bad + "\n" + good + "\n");
    EXPECT_EQ(read.lines, (std::vector<std::size_t>{1, 3})) << bad;
    ASSERT_EQ(read.failures.size(), 1U) << bad;
    EXPECT_EQ(read.failures[0].line, 2U) << bad;
    EXPECT_FALSE(read.failures[0].last) << bad;
  }
}

TEST(JsonStream, BehindDamageOverSeveralLinesTheNextBraceCounts) {
  const auto read = from_json(record("") + "\n{\n\"umtsiRIContent\":\nx}\n  {}\n" + record(""));
  EXPECT_EQ(read.lines, (std::vector<std::size_t>{1, 6}));
  ASSERT_EQ(read.failures.size(), 1U);
  EXPECT_EQ(read.failures[0].line, 4U);
}

// A line that was cut shows only on the next one, which is read again from its start.
TEST(JsonStream, ACutLineDoesNotTakeTheNextOneWithIt) {
  for (const std::string cut : {"{\"umtsiRIContent\":", "{", "{\"umtsiRIContent\":{\"iRI-Report-record\":"}) {
    const auto read = from_json(record("") + "\n" + cut + "\n" + record("") + "\n" + record(""));
    EXPECT_EQ(read.lines, (std::vector<std::size_t>{1, 3, 4})) << cut;
    EXPECT_EQ(read.failures.size(), 1U) << cut;
  }
}

TEST(JsonStream, SpecialFormsThatAreNone) {
  for (const std::string bad :
       {R"("sIPMessage":{"?":{"?":"00"},"?":"01"})", R"("sIPMessage":{"?":{"?":"00"},"x":[1]})", R"("sIPMessage":{"?":[1]})",
        R"("sIPMessage":{"?":"00"})", R"("ccUnavailableReason":{"?":"00","?":"01"})", R"("ccUnavailableReason":{"?":"00","length":3})",
        R"("?1":"810158")", R"("?1":"9D0101")", R"("?1":"890101","?1":"890101")", R"("?foo":"890101")", R"("?":"890101")",
        R"("networkIdentifier":{"?1":"890101","operator-Identifier":"31"})"}) {
    const auto read = from_json(record(bad) + "\n" + record(""));
    EXPECT_EQ(read.records.size(), 1U) << bad;
    EXPECT_EQ(read.failures.size(), 1U) << bad;
  }
}

TEST(JsonStream, EndsWhenAsked) {
  EXPECT_EQ(from_json("{\"x\":{}}\n{\"x\":{}}\n" + record(""), false).failures.size(), 1U);
  std::istringstream in(record("") + record(""));
  std::size_t records = 0;
  read_json(
      in, [&](Encoded&&) { return ++records, false; }, [](ReadFailure&&) { return true; });
  EXPECT_EQ(records, 1U);
}

TEST(JsonStream, DepthIsNoDanger) {
  const auto read = from_json(std::string(1'000'000, '['));
  EXPECT_EQ(read.failures.size(), 1U);
  std::string deep = R"({"umtsiRIContent":{"iRI-Report-record":{"a":)";
  for (int i = 0; i < 100'000; ++i) deep += R"({"a":)";
  EXPECT_EQ(from_json(deep).failures.size(), 1U);
}

}  // namespace
}  // namespace li::schema
