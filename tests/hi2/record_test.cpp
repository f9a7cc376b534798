#include "hi2/record.hpp"

#include "tests/data/data.hpp"
#include "tests/hi2/records.hpp"

namespace li::test {
namespace {

hi2::IriRecord vector_record(const std::string& name) {
  auto record = hi2::decode(read_octets(data_path(name + ".ber")));
  if (!record) throw std::runtime_error(name + ": " + record.error().message());
  return std::move(*record);
}

TEST(Record, KeysOfAnIndependentEncoder) {
  for (const std::string module : {"umts", "eps"}) {
    const auto record = vector_record(module + "/keys_2_mixed");
    EXPECT_EQ(record.ims_event_name(), "decryptionKeysAvailable");
    const auto keys = record.media_decryption_info();
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(to_hex(keys[0].cccsid), record.at("mediaDecryption-info[0].cCCSID")->text());
    EXPECT_EQ(to_hex(keys[0].cc_dec_key.reveal()), record.at("mediaDecryption-info[0].cCDecKey")->text());
    EXPECT_EQ(keys[0].cc_dec_key.size(), 16U);
    EXPECT_TRUE(keys[0].cc_salt);
    EXPECT_FALSE(keys[1].cc_salt);
  }
}

TEST(Record, SegmentedAndIndefiniteReadAsPlain) {
  const auto plain = vector_record("umts/keys_2_mixed").media_decryption_info();
  for (const std::string name : {"umts/indef_keys", "umts/unknown_ext_before_255"})
    EXPECT_FALSE(vector_record(name).lawful_interception_identifier().empty()) << name;
  const auto segmented = vector_record("umts/seg_keys");
  EXPECT_EQ(as_text(segmented.lawful_interception_identifier()), "LIID-2026-000123");
  EXPECT_EQ(segmented.time_stamp().text, "261120093015Z");
  EXPECT_EQ(segmented.media_decryption_info().at(0).cc_dec_key.size(), plain.at(0).cc_dec_key.size());
}

TEST(Record, OctetsStayAsTheyCame) {
  for (const auto* name : {"umts/seg_sip_indef", "eps/nonmin_len_94", "eps/setof_unsorted", "umts/boolean_nonff"}) {
    const auto octets = read_octets(data_path(std::string(name) + ".ber"));
    const auto record = hi2::decode(octets);
    ASSERT_TRUE(record) << name;
    EXPECT_TRUE(equal(record->octets(), octets)) << name;
  }
}

TEST(Record, UnknownTlvsStay) {
  const auto before = vector_record("umts/unknown_ext_before_255");
  ASSERT_EQ(before.unknown().size(), 1U);
  EXPECT_EQ(before.unknown()[0].path, "");
  EXPECT_EQ(before.at("national-HI2-ASN1parameters.countryCode")->text(), "NL");
  const auto pani = vector_record("eps/unknown_ext_pani");
  const auto inside = pani.unknown();
  ASSERT_EQ(inside.size(), 2U);
  EXPECT_EQ(inside[0].path, "pANI-Header-Info[0]");
  EXPECT_EQ(to_hex(inside[0].tlv), "890101");
  EXPECT_EQ(vector_record("umts/unknown_choice").unknown().at(0).path, "networkIdentifier.network-Element-Identifier");
}

TEST(Record, PathsReachEveryMember) {
  const auto record = vector_record("umts/loc_cell");
  EXPECT_EQ(record.at("locationOfTheTarget.globalCellID")->text(), "00F110010019B0");
  EXPECT_EQ(record.at("timeStamp.utcTime")->text(), "261120093015Z");
  EXPECT_EQ(record.at("")->type, &hi2::parameters_type(Module::umts));
  EXPECT_TRUE(schema::is_constructed(record.at("locationOfTheTarget")->type->kind));
  EXPECT_EQ(record.at("locationOfTheTarget")->text(), "");
  for (const auto* wrong :
       {"locationOfTheTarget.eCGI", "nothing", "locationOfTheTarget[0]", "[", "[x]", "locationOfTheTarget..rAI", "timeStamp.localTime"}) {
    EXPECT_FALSE(record.at(wrong)) << wrong;
  }
  const auto parties = vector_record("umts/party_ten");
  EXPECT_EQ(parties.count("partyInformation"), 10U);
  EXPECT_TRUE(parties.at("partyInformation[9].party-Qualifier"));
  EXPECT_FALSE(parties.at("partyInformation[10]"));
  EXPECT_EQ(parties.at("partyInformation[9].party-Qualifier")->number(), 3);
}

TEST(Record, OffsetsAreThoseOfTheFile) {
  const auto record = vector_record("umts/minimal_report");
  EXPECT_EQ(record.at("hi2DomainId")->offset, 2U);
  EXPECT_EQ(record.at("timeStamp")->offset, 30U);
}

TEST(Record, CorrelationAlternatives) {
  EXPECT_TRUE(vector_record("umts/corr_iri_to_iri").correlation()->iri_to_iri);
  EXPECT_EQ(vector_record("umts/corr_iri_to_cc").correlation()->cc.size(), 3U);
  const auto both = vector_record("eps/corr_both").correlation();
  EXPECT_TRUE(both->iri_to_iri);
  EXPECT_FALSE(both->cc.empty());
  EXPECT_FALSE(vector_record("umts/minimal_report").correlation());
}

TEST(Record, NetworkElements) {
  EXPECT_TRUE(vector_record("umts/netid_dns").network_identifier()->network_element);
  EXPECT_TRUE(vector_record("umts/netid_ipv6").network_identifier()->network_element);
  EXPECT_FALSE(vector_record("umts/unknown_choice").network_identifier()->network_element);
}

TEST(Record, UnknownEventKeepsItsNumber) {
  const auto record = vector_record("umts/unknown_enum");
  EXPECT_EQ(static_cast<int>(*record.ims_event()), 99);
  EXPECT_FALSE(record.ims_event_name());
}

TEST(Record, RefusesWhatNamesNoModule) {
  const auto octets = from_hex("A40580032A0304");
  const auto record = hi2::decode(*octets);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().kind, ErrorKind::unknown);
  EXPECT_NE(record.error().text.find("1.2.3.4"), std::string::npos);
}

TEST(Record, AnErrorNamesOffsetPathAndClause) {
  const auto record = hi2::decode(read_octets(data_path("malformed/umts_key_no_csid.ber")));
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().message(),
            "0x3a: iRI-Report-record.mediaDecryption-info[0].cCCSID: mandatory member is missing (UmtsHI2Operations, CCKeyInfo)");
}

TEST(Record, CopiesOnlyWhenAsked) {
  static_assert(!std::is_copy_constructible_v<hi2::IriRecord>);
  const auto record = built(keys(Module::eps));
  const auto copy = record->copy();
  EXPECT_TRUE(equal(copy.octets(), record->octets()));
  EXPECT_EQ(copy.media_decryption_info().size(), 2U);
}

}  // namespace
}  // namespace li::test
