// Each rule of the checklist with a good and a bad record. Bad ones come from the writer, which knows form but no rules.
#include "hi2/validate.hpp"

#include <sstream>

#include "schema/reading.hpp"
#include "tests/data/data.hpp"
#include "tests/hi2/records.hpp"

namespace li::test {
namespace {

using schema::Severity;

// A record from JSON members of IRI-Parameters.
Bytes record_of(Module module, const std::string& type, const std::string& members) {
  const bool umts = module == Module::umts;
  std::istringstream in("{\"" + std::string(umts ? "umtsiRIContent" : "epsiRIContent") + "\":{\"" + type + "\":{" + members + "}}}");
  Bytes octets;
  schema::read_json(
      in, [&](schema::Encoded&& record) { return octets = to_bytes(record.octets), true; },
      [](schema::ReadFailure&& failure) { return ADD_FAILURE() << failure.error.message(), true; });
  return octets;
}

std::string head(Module module) {
  return module == Module::umts
             ? R"("hi2DomainId":"0.4.0.2.2.4.1.16.1","lawfulInterceptionIdentifier":"41","timeStamp":{"utcTime":"261120110001Z"})"
             : R"("hi2epsDomainId":"0.4.0.2.2.4.8.16.1","lawfulInterceptionIdentifier":"41","timeStamp":{"utcTime":"261120110001Z"})";
}

const std::string kNetwork = R"(,"networkIdentifier":{"operator-Identifier":"3331"})";

Bytes report(const std::string& members, Module module = Module::umts) {
  return record_of(module, "iRI-Report-record", head(module) + members);
}

struct Rule {
  std::string row;
  Bytes good;
  Bytes bad;
  Severity severity;
  std::string path;
  std::string text;
  std::string clause;
};

Bytes hex(const std::string& digits) { return *from_hex(digits); }

const std::vector<Rule>& rules() {
  static const auto kEvent = [](const std::string& name, const std::string& more) {
    return report(R"(,"iMSevent":")" + name + "\"" + more + kNetwork);
  };
  static const std::string kKeys = R"(,"mediaDecryption-info":[{"cCCSID":"01","cCDecKey":"0102"}])";
  static const std::string kTied = R"(,"correlation":{"iri-to-iri":"01"})";
  static const std::string kStamp =
      R"("hi2DomainId":"0.4.0.2.2.4.1.16.1","lawfulInterceptionIdentifier":"41","initiator":"not-Available","timeStamp":)";
  static const auto kStamped = [](const std::string& stamp) { return record_of(Module::umts, "iRI-Report-record", kStamp + stamp); };
  static const auto kDomain = [](const std::string& oid) {
    return record_of(Module::umts, "iRI-Report-record",
                     R"("hi2DomainId":")" + oid +
                         R"(","lawfulInterceptionIdentifier":"41","initiator":"not-Available","timeStamp":{"utcTime":"261120110001Z"})");
  };
  static const auto kLiid = [](const std::string& liid) {
    return record_of(Module::umts, "iRI-Report-record",
                     R"("hi2DomainId":"0.4.0.2.2.4.1.16.1","lawfulInterceptionIdentifier":")" + liid +
                         R"(","initiator":"not-Available","timeStamp":{"utcTime":"261120110001Z"})");
  };
  static const Bytes kGood = report(R"(,"initiator":"not-Available")");
  static const std::vector<Rule> kRules = {
      {"1 outer tag", kGood, hex("A503800104"), Severity::error, "", "is no alternative of UmtsIRIContent", "UmtsHI2Operations"},
      {"1 order", kGood, read_octets(data_path("malformed/umts_order_swapped.ber")), Severity::error,
       "iRI-Report-record.lawfulInterceptionIdentifier", "missing", "IRI-Parameters"},
      {"2 domain absent", kGood, read_octets(data_path("malformed/umts_no_domain.ber")), Severity::error, "iRI-Report-record.hi2DomainId",
       "missing", "IRI-Parameters"},
      {"2 domain elsewhere", kGood, kDomain("1.2.3.4"), Severity::error, "iRI-Report-record.hi2DomainId", "is not below 0.4.0.2.2.4.1",
       "TS 33.108"},
      {"2 too many arcs", kDomain("0.4.0.2.2.4.1.2"), kDomain("0.4.0.2.2.4.1.16.1.5"), Severity::error, "iRI-Report-record.hi2DomainId",
       "one or two arcs", "TR 102 503"},
      {"2 unknown release", kDomain("0.4.0.2.2.4.1.12.9"), kDomain("0.4.0.2.2.4.1.12.10"), Severity::warning,
       "iRI-Report-record.hi2DomainId", "no registered release", "TR 102 503"},
      {"3 LIID size", kLiid(std::string(50, '4')), read_octets(data_path("malformed/eps_liid_26.ber")), Severity::error,
       "iRI-Report-record.lawfulInterceptionIdentifier", "26 octets", "LawfulInterceptionIdentifier"},
      {"3 LIID alphabet", kLiid("4E4C2D30"), kLiid("4E4C20FF"), Severity::warning, "iRI-Report-record.lawfulInterceptionIdentifier",
       "recommended alphabet", "TS 101 671 D.5"},
      {"4 time absent", kGood, read_octets(data_path("malformed/eps_no_time.ber")), Severity::error, "iRI-Report-record.timeStamp",
       "missing", "IRI-Parameters"},
      {"4 CHOICE not wrapped", kGood, read_octets(data_path("malformed/umts_time_implicit.ber")), Severity::error,
       "iRI-Report-record.timeStamp", "CHOICE is constructed", "X.690"},
      {"4 UTCTime", kGood, read_octets(data_path("malformed/eps_time_13th_month.ber")), Severity::error,
       "iRI-Report-record.timeStamp.utcTime", "not a UTCTime", "X.680"},
      {"4 winterSummer", kStamped(R"({"localTime":{"generalizedTime":"20261120120001","winterSummerIndication":"summerTime"}})"),
       kStamped(R"({"localTime":{"generalizedTime":"20261120120001","winterSummerIndication":3}})"), Severity::error,
       "iRI-Report-record.timeStamp.localTime.winterSummerIndication", "value 3", "TS 101 671 D.5"},
      {"4 local time with offset",
       kStamped(R"({"localTime":{"generalizedTime":"20261120120001.5","winterSummerIndication":"winterTime"}})"),
       kStamped(R"({"localTime":{"generalizedTime":"20261120120001Z","winterSummerIndication":"winterTime"}})"), Severity::warning,
       "iRI-Report-record.timeStamp.localTime.generalizedTime", "offset from UTC", "TS 101 671 D.5"},
      {"5 nothing optional", kGood, report(""), Severity::error, "iRI-Report-record", "without any optional parameter", "TS 33.108"},
      {"5 END is exempt", record_of(Module::umts, "iRI-End-record", head(Module::umts)),
       record_of(Module::umts, "iRI-Begin-record", head(Module::umts)), Severity::error, "iRI-Begin-record", "BEGIN record without",
       "TS 33.108"},
      {"6 IMS in REPORT", kEvent("unfilteredSIPmessage", ""),
       record_of(Module::umts, "iRI-Continue-record", head(Module::umts) + R"(,"iMSevent":"unfilteredSIPmessage")" + kNetwork),
       Severity::warning, "iRI-Continue-record.iMSevent", "CONTINUE record", "TS 101 671 H.1.1"},
      {"6 network identifier", kEvent("unfilteredSIPmessage", ""), report(R"(,"iMSevent":"unfilteredSIPmessage")"), Severity::warning,
       "iRI-Report-record.networkIdentifier", "mandatory for IMS", "TS 101 671 H.1.2"},
      {"8 keys or failure", kEvent("decryptionKeysAvailable", kKeys + kTied), kEvent("decryptionKeysAvailable", kTied), Severity::error,
       "iRI-Report-record.iMSevent", "neither", "TS 33.107 7A.7.2"},
      {"8 both", kEvent("decryptionKeysAvailable", R"(,"mediaSecFailureIndication":"genericFailure")" + kTied),
       kEvent("decryptionKeysAvailable", kKeys + kTied + R"(,"mediaSecFailureIndication":"genericFailure")"), Severity::warning,
       "iRI-Report-record.mediaSecFailureIndication", "beside keys", "TS 33.107 7A.7.2"},
      {"8 correlation", kEvent("decryptionKeysAvailable", kKeys + R"(,"gPRSCorrelationNumber":"0102030405060708")"),
       kEvent("decryptionKeysAvailable", kKeys), Severity::error, "iRI-Report-record.correlation", "tied to their session",
       "TS 33.107 7A.7.2"},
      {"9 offer or answer", kEvent("startOfInterceptionForIMSEstablishedSession", R"(,"sdpAnswer":"00")"),
       kEvent("startOfInterceptionForIMSEstablishedSession", ""), Severity::warning, "iRI-Report-record.iMSevent", "offer or answer",
       "TS 33.107 7A.3.1"},
      {"10 XCAP", kEvent("xCAPResponse", R"(,"xCAPmessage":"00")"), kEvent("xCAPResponse", ""), Severity::warning,
       "iRI-Report-record.xCAPmessage", "missing", "TS 33.108"},
      {"10 ccUnavailable", kEvent("ccUnavailable", R"(,"ccUnavailableReason":"roaming")"), kEvent("ccUnavailable", ""), Severity::warning,
       "iRI-Report-record.ccUnavailableReason", "missing", "TS 33.107 15.2.4"},
      {"11 EPS events", report(R"(,"iMSevent":"sMSOverIMS")" + kNetwork, Module::eps), report(R"(,"iMSevent":8)" + kNetwork),
       Severity::error, "iRI-Report-record.iMSevent", "EpsHI2Operations only", "TS 33.108 B.9"},
      {"12 CS ID", kEvent("decryptionKeysAvailable", kKeys + kTied),
       kEvent("decryptionKeysAvailable",
              R"(,"mediaDecryption-info":[{"cCCSID":"01","cCDecKey":"01"},{"cCCSID":"","cCDecKey":"01"}])" + kTied),
       Severity::error, "iRI-Report-record.mediaDecryption-info[1].cCCSID", "empty", "CCKeyInfo"},
      {"12 key", kEvent("decryptionKeysAvailable", kKeys + kTied),
       kEvent("decryptionKeysAvailable", R"(,"mediaDecryption-info":[{"cCCSID":"01","cCDecKey":""}])" + kTied), Severity::error,
       "iRI-Report-record.mediaDecryption-info[0].cCDecKey", "empty key", "CCKeyInfo"},
      {"12 key absent", kEvent("decryptionKeysAvailable", kKeys + kTied), read_octets(data_path("malformed/umts_key_no_deckey.ber")),
       Severity::error, "iRI-Report-record.mediaDecryption-info[0].cCDecKey", "missing", "CCKeyInfo"},
      {"13 qualifier", report(R"(,"partyInformation":[{"party-Qualifier":"gPRS-Target","partyIdentity":{"sip-uri":"00"}}])"),
       report(R"(,"partyInformation":[{"party-Qualifier":1,"partyIdentity":{"sip-uri":"00"}}])"), Severity::warning,
       "iRI-Report-record.partyInformation[0].party-Qualifier", "value 1", "PartyInformation"},
      {"13 identity", report(R"(,"partyInformation":[{"party-Qualifier":3,"partyIdentity":{"tel-uri":"00"}}])"),
       report(R"(,"partyInformation":[{"party-Qualifier":3,"partyIdentity":{}}])"), Severity::warning,
       "iRI-Report-record.partyInformation[0].partyIdentity", "no identity", "PartyInformation"},
      {"14 iRIversion", report(R"(,"iRIversion":"lastVersion","initiator":"not-Available")"),
       report(R"(,"iRIversion":"version6","initiator":"not-Available")"), Severity::info, "iRI-Report-record.iRIversion", "lastVersion(8)",
       "TS 33.108 B.3"},
      {"15 tag of the other module", report(R"(,"?1":"9F8114023031")"), report(R"(,"?1":"9F4C0101")"), Severity::warning,
       "iRI-Report-record.[76]", "it is roamingIndication", "TS 101 671 G"},
  };
  return kRules;
}

TEST(Validate, EachRuleHasAGoodAndABadCase) {
  for (const auto& rule : rules()) {
    SCOPED_TRACE(rule.row);
    for (const auto& finding : hi2::validate(rule.good, Module::umts)) {
      EXPECT_FALSE(finding.path == rule.path && finding.text.find(rule.text) != std::string::npos)
          << "the good record: " << finding.message();
    }
    const auto findings = hi2::validate(rule.bad, Module::umts);
    const auto found = std::ranges::find_if(
        findings, [&](const auto& finding) { return finding.path == rule.path && finding.text.find(rule.text) != std::string::npos; });
    if (found == findings.end()) {
      ADD_FAILURE() << "not found among " << findings.size() << (findings.empty() ? "" : ": " + findings.front().message());
      continue;
    }
    EXPECT_EQ(found->severity, rule.severity);
    EXPECT_NE(found->clause.find(rule.clause), std::string::npos) << found->clause;
  }
}

// Row 15: a record of EpsHI2Operations under a domain identifier of UmtsHI2Operations.
TEST(Validate, MembersOfTheOtherModule) {
  auto octets = read_octets(data_path("eps/keys_2_mixed.ber"));
  const auto domain = from_hex("040002020408");
  auto at = std::search(octets.begin(), octets.end(), domain->begin(), domain->end());
  ASSERT_NE(at, octets.end());
  at[5] = 0x01;
  const auto findings = hi2::validate(octets);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_NE(findings[0].text.find("the members are those of EpsHI2Operations"), std::string::npos) << findings[0].text;
  EXPECT_EQ(findings[0].severity, Severity::error);
}

TEST(Validate, RecordsOfAnotherEncoderPass) {
  for (const std::string module : {"umts", "eps"}) {
    for (const auto* name : {"keys_correlated", "corr_both", "party_mobile_ids", "loc_civic", "sip_bye_end"}) {
      for (const auto& finding : hi2::validate(read_octets(data_path(module + "/" + name + ".ber")))) {
        EXPECT_NE(finding.severity, Severity::error) << module << "/" << name << ": " << finding.message();
      }
    }
  }
}

TEST(Validate, FindingsComeInTheOrderOfTheRecord) {
  const auto findings = hi2::validate(report(R"(,"iRIversion":"version3","partyInformation":[{"party-Qualifier":1,"partyIdentity":{}}])"));
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_LT(findings[0].offset, findings[1].offset);
  EXPECT_LT(findings[1].offset, findings[2].offset);
}

}  // namespace
}  // namespace li::test
