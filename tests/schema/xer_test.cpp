#include <gtest/gtest.h>

#include <chrono>

#include "tests/data/data.hpp"
#include "tests/schema/forms.hpp"

namespace li::schema {
namespace {

using test::from_xer;

// A minimal record with elements behind its own.
std::string record(const std::string& elements) {
  return "<UmtsIRIsContent><umtsiRIContent><iRI-Report-record><hi2DomainId>0.4.0.2.2.4.1.16.1</hi2DomainId>"
         "<lawfulInterceptionIdentifier>4C</lawfulInterceptionIdentifier><timeStamp><utcTime>261120093015Z</utcTime></timeStamp>" +
         elements + "</iRI-Report-record></umtsiRIContent></UmtsIRIsContent>";
}
const Type& umts() { return get("UmtsIRIsContent"); }
std::string back(const Bytes& octets) { return test::xer_of(umts(), octets); }

TEST(XerRefusals, OfElements) {
  for (const auto& one : test::read_cases("schema/xer_members.vec"))
    EXPECT_EQ(from_xer(record(one.parts.at(0))).outcome(), one.parts.at(1)) << one.place;
}

TEST(XerRefusals, OfWholeTexts) {
  for (const auto& one : test::read_cases("schema/xer_whole.vec")) {
    const auto read = from_xer(one.parts.at(0));
    EXPECT_EQ(read.outcome(), one.parts.at(1)) << one.place;
    EXPECT_TRUE(read.records.empty()) << one.place;
  }
}

TEST(XerRefusals, EntityBombsTakeNoTime) {
  std::string bomb = "<!DOCTYPE a [<!ENTITY e0 \"aaaaaaaaaa\">";
  for (int i = 1; i < 20; ++i) {
    bomb += "<!ENTITY e" + std::to_string(i) + " \"";
    for (int j = 0; j < 10; ++j) bomb += "&e" + std::to_string(i - 1) + ";";
    bomb += "\">";
  }
  bomb += "]>" + record("<ccUnavailableReason>&e19;</ccUnavailableReason>");
  const auto start = std::chrono::steady_clock::now();
  const auto read = from_xer(bomb);
  EXPECT_TRUE(read.records.empty());
  EXPECT_FALSE(read.failures.empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(XerRefusals, DepthIsNoDanger) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_TRUE(from_xer(deep).failures.back().last);
  EXPECT_FALSE(from_xer(record(deep)).failures.empty());
}

TEST(XerRedacted, KeysAreRefusedWithTheirMember) {
  for (const auto& [elements, path] : std::vector<std::pair<std::string, std::string>>{
           {"<mediaDecryption-info><CCKeyInfo><cCCSID>01</cCCSID><cCDecKey>****</cCDecKey></CCKeyInfo></mediaDecryption-info>",
            "mediaDecryption-info[0].cCDecKey"},
           {"<ptcEncryption><cipher>A</cipher><key>**</key></ptcEncryption>", "ptcEncryption.key"},
           {"<sdpOffer>" + to_hex(as_bytes("a=crypto:1 X inline:****")) + "</sdpOffer>", "sdpOffer"}}) {
    const auto read = from_xer(record(elements));
    ASSERT_EQ(read.failures.size(), 1U);
    EXPECT_EQ(read.failures[0].error.kind, ErrorKind::redacted);
    EXPECT_EQ(read.failures[0].error.path, "iRI-Report-record." + path);
    EXPECT_NE(read.failures[0].error.text.find("--show-keys"), std::string::npos);
  }
}

// --- what is taken ---

TEST(Xer, DeclarationCommentsAndSpaceAreSkipped) {
  const auto plain = from_xer(record("<sIPMessage>41</sIPMessage>")).outcome();
  EXPECT_EQ(plain.substr(0, 2), "A4");
  EXPECT_EQ(from_xer("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + record("<sIPMessage>41</sIPMessage>")).outcome(), plain);
  EXPECT_EQ(from_xer("\n " + record("<!-- key -->\n  <sIPMessage>4<!-- -->1</sIPMessage>\n")).outcome(), plain);
  EXPECT_EQ(from_xer(record("<?pi x?><sIPMessage><![CDATA[41]]></sIPMessage>")).outcome(), plain);
  EXPECT_EQ(from_xer(record("<sIPMessage>&#52;1</sIPMessage>")).outcome(), plain);
}

TEST(Xer, ControlCharactersAreElements) {
  const auto read =
      from_xer(record("<ptcEncryption><cipher>a<nul/><is1/>b<cr/>&#13;c\td\ne &amp;&lt;&gt;&quot;&#39; "
                      "é😀</cipher><key>k</key><keyEncoding>b</keyEncoding></ptcEncryption>"));
  ASSERT_EQ(read.records.size(), 1U) << read.outcome();
  const std::string_view text(
      "a\0\x1F"
      "b\r\rc\td\ne &<>\"' é😀",
      24);
  EXPECT_NE(to_hex(read.records[0]).find(to_hex(as_bytes(text))), std::string::npos) << to_hex(read.records[0]);
  const auto shown = back(read.records[0]);
  EXPECT_NE(shown.find("a<nul/><is1/>b"), std::string::npos) << shown;
  EXPECT_EQ(from_xer(shown).outcome(), to_hex(read.records[0])) << shown;
}

TEST(Xer, EveryControlCharacterComesBack) {
  std::string text = "x";
  for (char c = 0; c < 0x20; ++c) text += c, text += 'x';
  text += "\x7F\xC2\x80\xEF\xBF\xBD";
  Bytes content = to_bytes(std::string_view(text));
  const auto json = test::from_json(
      R"({"umtsiRIContent":{"iRI-Report-record":{"hi2DomainId":"0.4.0.2.2.4.1.16.1","lawfulInterceptionIdentifier":"4C","timeStamp":{"utcTime":"261120093015Z"},"ptcEncryption":{"cipher":{"?":")" +
      to_hex(content) + R"("},"key":"k","keyEncoding":"b"}}}})");
  ASSERT_EQ(json.records.size(), 1U) << json.outcome();
  EXPECT_EQ(from_xer(back(json.records[0])).outcome(), to_hex(json.records[0])) << back(json.records[0]);
}

TEST(Xer, TextThatXmlCantHoldIsOctets) {
  for (const std::string octets : {"61FF62", "EFBFBE", "61EFBFBF62"}) {
    const auto read = from_xer(record("<ptcEncryption><cipher><octets xmlns=\"urn:hi2kit:xer\">" + octets +
                                      "</octets></cipher><key>k</key><keyEncoding>b</keyEncoding></ptcEncryption>"));
    ASSERT_EQ(read.records.size(), 1U) << octets << ": " << read.outcome();
    EXPECT_NE(back(read.records[0]).find("urn:hi2kit:xer\">" + octets + "<"), std::string::npos) << back(read.records[0]);
    EXPECT_EQ(from_xer(back(read.records[0])).outcome(), to_hex(read.records[0]));
  }
}

TEST(Xer, UnknownTlvsStandInOurNamespace) {
  const auto read = from_xer(record("<h:unknown xmlns:h=\"urn:hi2kit:xer\">9F822C0141</h:unknown>"));
  ASSERT_EQ(read.records.size(), 1U) << read.outcome();
  EXPECT_TRUE(to_hex(read.records[0]).ends_with("9F822C0141"));
  EXPECT_NE(back(read.records[0]).find("<unknown xmlns=\"urn:hi2kit:xer\">9F822C0141</unknown>"), std::string::npos);
}

TEST(Xer, LinesEndBehindEachElement) {
  const auto shown = back(test::read_octets(test::data_path("umts/ptc.ber")));
  std::istringstream lines(shown);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find_first_not_of(' ');
    EXPECT_EQ(line.find("  ", first), std::string::npos) << line;
  }
}

TEST(XerStream, DocumentsOneBehindTheOther) {
  const auto one = record("");
  const auto read = from_xer(one + "\n" + one + one);
  EXPECT_EQ(read.records.size(), 3U);
  EXPECT_TRUE(read.failures.empty());
  EXPECT_TRUE(from_xer("").records.empty());
}

TEST(XerStream, GoesOnBehindABadRecord) {
  const auto good = record("");
  for (const auto& bad : {record("<a/>"), record("<sIPMessage>4</sIPMessage>"), std::string("<Other><umtsiRIContent/></Other>"),
                          std::string("<UmtsIRIsContent/>")}) {
    const auto read = from_xer(good + "\n" + bad + "\n" + good);
    EXPECT_EQ(read.lines, (std::vector<std::size_t>{1, 3})) << bad;
    ASSERT_EQ(read.failures.size(), 1U) << bad;
    EXPECT_EQ(read.failures[0].line, 2U) << bad;
    EXPECT_FALSE(read.failures[0].last) << bad;
  }
}

TEST(XerStream, CantGoOnBehindWhatIsNoXml) {
  const auto read = from_xer(record("") + std::string(2000, '\n') + "<a><b></a>\n" + record(""));
  ASSERT_FALSE(read.failures.empty());
  EXPECT_TRUE(read.failures.back().last);
  EXPECT_EQ(read.records.size(), 1U);
}

TEST(XerStream, EndsWhenAsked) {
  EXPECT_EQ(from_xer("<x/><x/>" + record(""), false).failures.size(), 1U);
  std::istringstream in(record("") + record(""));
  std::size_t records = 0;
  read_xer(
      in, [&](Encoded&&) { return ++records, false; }, [](ReadFailure&&) { return true; });
  EXPECT_EQ(records, 1U);
}

}  // namespace
}  // namespace li::schema
