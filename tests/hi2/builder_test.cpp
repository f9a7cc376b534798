#include "hi2/validate.hpp"
#include "tests/hi2/records.hpp"

namespace li::test {
namespace {

using hi2::ImsEvent;

// --- what comes out ---

TEST(Builder, SipReportHoldsWhatWasGiven) {
  for (const auto module : kModules) {
    const auto record = built(sip(module).initiator(hi2::Initiator::originating_target));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->module(), module);
    EXPECT_EQ(record->type(), hi2::RecordType::report);
    EXPECT_EQ(as_text(record->lawful_interception_identifier()), "NL-0042");
    EXPECT_EQ(record->time_stamp().text, "20261120122001.204");
    EXPECT_EQ(record->time_stamp().winter_summer, hi2::WinterSummer::winter_time);
    EXPECT_EQ(record->ims_event(), ImsEvent::unfiltered_sip_message);
    EXPECT_EQ(as_text(*record->sip_message()), "BYE sip:bob@ims.example SIP/2.0\r\n\r\n");
    EXPECT_EQ(record->network_identifier()->operator_identifier, "31015");
    EXPECT_EQ(record->initiator(), hi2::Initiator::originating_target);
    EXPECT_EQ(record->party_information().at(0).sip_uri, "sip:alice@ims.example");
    EXPECT_TRUE(equal(*record->correlation_number(), kCorrelation));
    EXPECT_EQ(*record->correlation()->iri_to_iri, to_bytes(ByteView(kCorrelation)));
    EXPECT_TRUE(hi2::validate(*record).empty()) << hi2::validate(*record).front().message();
  }
}

// Octets worked out by hand from the tags of facts 4.3 and 4.4.
TEST(Builder, OctetsOfASmallKeyRecord) {
  const Bytes number = {0xAA};
  std::vector<hi2::CCKeyInfo> one;
  one.push_back({{0x01}, SecretBytes(Bytes{0x11, 0x22}), std::nullopt});
  auto builder = IriBuilder::report(Module::umts);
  builder.lawful_interception_identifier("A")
      .utc_time_stamp(kTime)
      .network_identifier("X")
      .correlation_number(number)
      .media_decryption_info(std::move(one));
  const auto octets = builder.encode();
  ASSERT_TRUE(octets) << hi2::to_string(octets.error());
  EXPECT_EQ(to_hex(*octets),
            "A43B"
            "80080400020204011001"                // hi2DomainId r16 version-1
            "970108"                              // iRIversion lastVersion
            "810141"                              // LIID
            "A30F810D3236313132303131323030315A"  // timeStamp.utcTime 261120112001Z
            "BA03800158"                          // networkIdentifier
            "9D0103"                              // iMSevent 3
            "BF23038101AA"                        // correlation iri-to-iri: too short for [18]
            "BF24093007810101"
            "82021122");  // mediaDecryption-info [36]
}

TEST(Builder, KeysBecomeCCKeyInfo) {
  for (const auto module : kModules) {
    const auto record = built(keys(module));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->ims_event(), ImsEvent::decryption_keys_available);
    const auto info = record->media_decryption_info();
    ASSERT_EQ(info.size(), 2U);
    EXPECT_EQ(info[0].cccsid, Bytes{1});
    EXPECT_TRUE(equal(info[0].cc_dec_key.reveal(), kKey));
    EXPECT_EQ(info[0].cc_salt->size(), 14U);
    EXPECT_FALSE(info[1].cc_salt);
    EXPECT_TRUE(hi2::validate(*record).empty());
  }
}

TEST(Builder, FailureRecord) {
  for (const auto module : kModules) {
    auto builder = bare(module);
    const auto record = built(builder.correlation_number(kCorrelation).media_sec_failure_indication());
    ASSERT_TRUE(record);
    EXPECT_EQ(record->media_sec_failure_indication(), 0);
    EXPECT_EQ(record->ims_event(), ImsEvent::decryption_keys_available);
    EXPECT_FALSE(record->has_media_decryption_info());
  }
}

TEST(Builder, KeysOfSomeSessionsBesideAFailure) {
  auto builder = keys(Module::umts);
  const auto record = built(builder.media_sec_failure_indication());
  ASSERT_TRUE(record);
  EXPECT_EQ(record->media_decryption_info().size(), 2U);
  EXPECT_EQ(record->media_sec_failure_indication(), 0);
}

TEST(Builder, StartOnARunningSession) {
  for (const auto module : kModules) {
    auto builder = bare(module);
    builder.sip_message_header_offer("INVITE x")
        .sip_message_header_answer("SIP/2.0 200 OK")
        .sdp_offer("v=0 offer")
        .sdp_answer("v=0 answer");
    const auto record = built(builder);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->ims_event(), ImsEvent::start_of_interception_for_ims_established_session);
    EXPECT_EQ(as_text(*record->sip_message_header_offer()), "INVITE x");
    EXPECT_EQ(as_text(*record->sip_message_header_answer()), "SIP/2.0 200 OK");
    EXPECT_EQ(as_text(*record->sdp_offer()), "v=0 offer");
    EXPECT_EQ(as_text(*record->sdp_answer()), "v=0 answer");
  }
}

// TS 29.002: IMSI 262011234567890 is 62 02 11 32 54 76 98 F0; MSISDN +491711234567 is 91 94 71 11 32 54 76.
TEST(Builder, IdentitiesInTheirCoding) {
  auto builder = sip(Module::eps);
  builder.observed_imsi("262011234567890")
      .observed_msisdn("+491711234567")
      .observed_imei("490154203237518")
      .observed_tel_uri("tel:+491711234567");
  const auto record = built(builder);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at("partyInformation[0].partyIdentity.imsi")->text(), "62021132547698F0");
  EXPECT_EQ(record->at("partyInformation[0].partyIdentity.msISDN")->text(), "91947111325476");
  EXPECT_EQ(record->at("partyInformation[0].partyIdentity.imei")->text(), "94104502237315F8");
  const auto party = record->party_information().at(0);
  EXPECT_EQ(party.imsi, "262011234567890");
  EXPECT_EQ(party.msisdn, "+491711234567");
  EXPECT_EQ(party.imei, "490154203237518");
  EXPECT_EQ(party.tel_uri, "tel:+491711234567");
}

TEST(Builder, CorrelationToContent) {
  auto builder = bare(Module::umts);
  const auto record = built(builder.correlation_number(kCorrelation).correlation_to_cc({{9, 9}, {1}, {3, 0}}).sip_message("x"));
  ASSERT_TRUE(record);
  const auto correlation = *record->correlation();
  EXPECT_EQ(correlation.iri_to_iri, to_bytes(ByteView(kCorrelation)));
  EXPECT_EQ(correlation.cc, (std::vector<Bytes>{{1}, {3, 0}, {9, 9}}));  // SET OF in the order of DER
  EXPECT_TRUE(record->at("correlation.both-IRI-CC"));
}

TEST(Builder, OtherMembersByTheirNames) {
  const Bytes number = {0x91, 0x94};
  auto builder = sip(Module::umts);
  const auto record =
      built(builder.member("servingSGSN-number", number).network_element_dns("pcscf1.ims.example").ims_event(ImsEvent::sip_header_only));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at("servingSGSN-number")->text(), "9194");
  EXPECT_EQ(record->network_identifier()->network_element, "pcscf1.ims.example");
  EXPECT_EQ(record->ims_event(), ImsEvent::sip_header_only);
}

TEST(Builder, TheHostsZoneIsNotAsked) {
  const auto before = sip(Module::umts).encode();
  ASSERT_EQ(setenv("TZ", "Asia/Kolkata", 1), 0);
  tzset();
  const auto after = sip(Module::umts).encode();
  unsetenv("TZ");
  tzset();
  EXPECT_EQ(*before, *after);
}

// --- what is refused: name, what spoils a good record, path, words of the text, clause ---

struct Refusal {
  std::string name;
  std::function<IriBuilder::Problems()> make;
  std::string path;
  std::string text;
  std::string clause;
};

IriBuilder no_liid() {
  auto builder = IriBuilder::report(Module::umts);
  builder.time_stamp(kTime, kWinter).network_identifier("31015").sip_message("x");
  return builder;
}

IriBuilder no_time() {
  auto builder = IriBuilder::report(Module::umts);
  builder.lawful_interception_identifier("A").network_identifier("31015").sip_message("x");
  return builder;
}

IriBuilder no_network() {
  auto builder = IriBuilder::report(Module::umts);
  builder.lawful_interception_identifier("A").time_stamp(kTime, kWinter).sip_message("x");
  return builder;
}

IriBuilder only_mandatory(IriBuilder builder) {
  builder.lawful_interception_identifier("A").time_stamp(kTime, kWinter);
  return builder;
}

IriBuilder one_key(Bytes session, Bytes key) {
  std::vector<hi2::CCKeyInfo> info;
  info.push_back({std::move(session), SecretBytes(key), std::nullopt});
  auto builder = bare(Module::umts);
  builder.correlation_number(kCorrelation).media_decryption_info(std::move(info));
  return builder;
}

const std::vector<Refusal>& refusals() {
  const auto report = [](const std::string& member) { return "iRI-Report-record." + member; };
  static const std::vector<Refusal> kRefusals = {
      {"no LIID", [] { return wrong(no_liid()); }, report("lawfulInterceptionIdentifier"), "missing", "TS 101 671 D.5"},
      {"empty LIID", [] { return wrong(sip(Module::umts).lawful_interception_identifier("")); }, report("lawfulInterceptionIdentifier"),
       "0 octets, allowed 1..25", "TS 101 671 D.5"},
      {"long LIID", [] { return wrong(sip(Module::umts).lawful_interception_identifier(std::string(26, 'x'))); },
       report("lawfulInterceptionIdentifier"), "26 octets, allowed 1..25", "TS 101 671 D.5"},
      {"no time", [] { return wrong(no_time()); }, report("timeStamp"), "missing", "TS 33.108"},
      {"no real time",
       [] {
         return wrong(sip(Module::umts).time_stamp({true, "261320110001Z", {}}));
       },
       report("timeStamp"), "not a time", "X.680"},
      {"no network identifier", [] { return wrong(no_network()); }, report("networkIdentifier"), "mandatory for IMS", "TS 101 671 H.1.2"},
      {"long operator", [] { return wrong(sip(Module::umts).network_identifier("310150")); },
       report("networkIdentifier.operator-Identifier"), "6 octets, allowed 1..5", "TS 101 671 D.5"},
      {"element without operator", [] { return wrong(no_network().network_element_dns("a.example")); },
       report("networkIdentifier.operator-Identifier"), "missing", "TS 101 671 D.5"},
      {"no optional parameter", [] { return wrong(only_mandatory(IriBuilder::continue_(Module::umts))); }, "iRI-Continue-record",
       "CONTINUE record without any optional", "TS 33.108"},
      {"IMS event in BEGIN", [] { return wrong(only_mandatory(IriBuilder::begin(Module::eps)).network_identifier("X").sip_message("x")); },
       "iRI-Begin-record.iMSevent", "REPORT", "TS 101 671 H.1.1"},
      {"not a SIP URI", [] { return wrong(sip(Module::umts).observed_sip_uri("alice@ims.example")); },
       report("partyInformation[0].partyIdentity.sip-uri"), "sip:", "RFC 3261"},
      {"not a TEL URI", [] { return wrong(sip(Module::umts).observed_tel_uri("+49171")); },
       report("partyInformation[0].partyIdentity.tel-uri"), "tel:", "RFC 3966"},
      {"short IMEI", [] { return wrong(sip(Module::umts).observed_imei("12345")); }, report("partyInformation[0].partyIdentity.imei"),
       "15 digits", "TS 23.003"},
      {"letters in IMSI", [] { return wrong(sip(Module::umts).observed_imsi("26201abc")); },
       report("partyInformation[0].partyIdentity.imsi"), "digits", "TS 23.003"},
      {"long MSISDN", [] { return wrong(sip(Module::umts).observed_msisdn("12345678901234567")); },
       report("partyInformation[0].partyIdentity.msISDN"), "16 digits", "TS 29.002"},
      {"keys without correlation", [] { return wrong(bare(Module::umts).media_decryption_info(two_keys())); }, report("correlation"),
       "tied to their session", "TS 33.107 7A.7.2"},
      {"failure without correlation", [] { return wrong(bare(Module::umts).media_sec_failure_indication()); }, report("correlation"),
       "tied to their session", "TS 33.107 7A.7.2"},
      {"event 3 with nothing",
       [] { return wrong(bare(Module::eps).correlation_number(kCorrelation).ims_event(ImsEvent::decryption_keys_available)); },
       report("iMSevent"), "neither", "TS 33.107 7A.7.2"},
      {"no keys in the list", [] { return wrong(bare(Module::eps).correlation_number(kCorrelation).media_decryption_info({})); },
       report("iMSevent"), "neither", "TS 33.107 7A.7.2"},
      {"key without CS ID", [] { return wrong(one_key({}, {1})); }, report("mediaDecryption-info[0].cCCSID"), "empty", "CCKeyInfo"},
      {"empty key", [] { return wrong(one_key({1}, {})); }, report("mediaDecryption-info[0].cCDecKey"), "empty key", "CCKeyInfo"},
      {"mid-session without offer",
       [] { return wrong(bare(Module::umts).ims_event(ImsEvent::start_of_interception_for_ims_established_session)); }, report("iMSevent"),
       "offer or answer", "TS 33.107 7A.3.1"},
      {"XCAP without message", [] { return wrong(bare(Module::umts).ims_event(ImsEvent::xcap_request)); }, report("xCAPmessage"), "missing",
       "TS 33.108"},
      {"ccUnavailable without reason", [] { return wrong(bare(Module::umts).ims_event(ImsEvent::cc_unavailable)); },
       report("ccUnavailableReason"), "missing", "TS 33.107 15.2.4"},
      {"SIP event without message", [] { return wrong(bare(Module::umts).ims_event(ImsEvent::sip_header_only)); }, report("sIPMessage"),
       "missing", "TS 101 671 H.1.3"},
      {"empty SIP message", [] { return wrong(bare(Module::umts).sip_message("")); }, report("sIPMessage"), "empty", "TS 101 671 H.1.3"},
      {"EPS event in UMTS", [] { return wrong(bare(Module::umts).ims_event(ImsEvent::sms_over_ims).member("servingSGSN-number", kKey)); },
       report("iMSevent"), "EpsHI2Operations only", "TS 33.108 B.9"},
      {"empty correlation", [] { return wrong(bare(Module::umts).sip_message("x").correlation_number({})); }, report("correlation"),
       "empty", "TS 33.107"},
      {"unknown season",
       [] {
         return wrong(sip(Module::umts).time_stamp(kTime, {std::chrono::minutes(0), static_cast<hi2::WinterSummer>(7)}));
       },
       report("timeStamp.localTime.winterSummerIndication"), "value 7", "TS 101 671 D.5"},
      {"UTC beyond two digits", [] { return wrong(sip(Module::umts).utc_time_stamp(kTime + std::chrono::days(365 * 40))); },
       report("timeStamp"), "1950 to 2049", "X.680"},
      {"unknown event", [] { return wrong(sip(Module::umts).ims_event(static_cast<ImsEvent>(99))); }, report("iMSevent"),
       "not in the enumeration", "IMSevent"},
      {"event by name", [] { return wrong(bare(Module::umts).correlation_number(kCorrelation).member("iMSevent", Bytes{3})); },
       report("iMSevent"), "neither", "TS 33.107"},
      {"line break in a URI", [] { return wrong(sip(Module::umts).observed_sip_uri("sip:\r\nx")); },
       report("partyInformation[0].partyIdentity.sip-uri"), "SIP URI", "RFC 3261"},
      {"long network element", [] { return wrong(sip(Module::umts).network_element_dns(std::string(26, 'a'))); },
       report("networkIdentifier.network-Element-Identifier.dNS-Format"), "26 octets", "TS 101 671 D.5"},
      {"misspelt member", [] { return wrong(sip(Module::umts).member("servingSgsnNumber", kKey)); }, "iRI-Report-record",
       "no member \"servingSgsnNumber\"", "IRI-Parameters"},
      {"member out of bounds", [] { return wrong(sip(Module::umts).member("servingSGSN-address", ByteView(kKey).first(2))); },
       report("servingSGSN-address"), "2 octets, allowed 5..17", "IRI-Parameters"},
      {"member twice", [] { return wrong(sip(Module::umts).member("sIPMessage", kKey)); }, report("sIPMessage"), "second time", "X.690"},
      {"reason with other characters", [] { return wrong(bare(Module::umts).cc_unavailable_reason("caf\xC3\xA9")); },
       report("ccUnavailableReason"), "PrintableString", "X.680"},
  };
  return kRefusals;
}

TEST(Builder, RefusesEachWithPathAndClause) {
  for (const auto& refusal : refusals()) {
    SCOPED_TRACE(refusal.name);
    const auto problems = refusal.make();
    ASSERT_EQ(problems.size(), 1U) << hi2::to_string(problems);
    const auto& problem = problems.front();
    EXPECT_EQ(problem.path, refusal.path);
    EXPECT_NE(problem.text.find(refusal.text), std::string::npos) << problem.text;
    EXPECT_NE(problem.clause.find(refusal.clause), std::string::npos) << problem.clause;
  }
}

TEST(Builder, TellsEverythingThatIsWrong) {
  auto builder = IriBuilder::report(Module::umts);
  const auto record = builder.observed_imei("1").observed_sip_uri("bob").media_decryption_info({}).build();
  ASSERT_FALSE(record);
  std::vector<std::string> paths;
  for (const auto& problem : record.error()) paths.push_back(problem.path);
  EXPECT_EQ(paths,
            (std::vector<std::string>{
                "iRI-Report-record.partyInformation[0].partyIdentity.imei", "iRI-Report-record.partyInformation[0].partyIdentity.sip-uri",
                "iRI-Report-record.lawfulInterceptionIdentifier", "iRI-Report-record.timeStamp", "iRI-Report-record.networkIdentifier",
                "iRI-Report-record.iMSevent", "iRI-Report-record.correlation"}));
  EXPECT_NE(hi2::to_string(record.error()).find("iRI-Report-record.timeStamp: missing (TS 33.108"), std::string::npos);
}

TEST(Builder, NoMessageShowsAKey) {
  const auto record = one_key({}, Bytes(kKey, kKey + 16)).build();
  ASSERT_FALSE(record);
  EXPECT_EQ(hi2::to_string(record.error()).find("E1F9"), std::string::npos);
}

TEST(Builder, KeysMakeAKeyRecordInAnyOrder) {
  auto builder = bare(Module::umts);
  const auto record = built(builder.correlation_number(kCorrelation).media_decryption_info(two_keys()).sip_message("x"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->ims_event(), ImsEvent::decryption_keys_available);
}

TEST(Builder, NoEmptyKeyListBesideAFailure) {
  auto builder = bare(Module::umts);
  const auto record = built(builder.correlation_number(kCorrelation).media_decryption_info({}).media_sec_failure_indication());
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->has_media_decryption_info());
}

TEST(Builder, ASetterCalledAgainMendsIt) {
  auto builder = sip(Module::umts);
  EXPECT_FALSE(builder.observed_imei("12").build());
  EXPECT_TRUE(built(builder.observed_imei("490154203237518")));
}

TEST(Builder, EndNeedsNoOptionalParameter) { EXPECT_TRUE(built(only_mandatory(IriBuilder::end(Module::umts)))); }

}  // namespace
}  // namespace li::test
