#include "capture/agreement.hpp"

#include <gtest/gtest.h>

#include "hi2/builder.hpp"
#include "ps/write.hpp"
#include "tests/ps/pdus.hpp"

namespace li::capture {
namespace {

using Found = std::vector<std::string>;

Found found_in(const std::string& name) { return disagreements(test::pdu_of("ps/" + name + ".ber")); }

TEST(Agreement, pdus_that_say_one_thing) {
  for (const auto* name : {"eps_par_keys_2_mixed", "eps_par_sip_invite_report", "eps_par_corr_both", "hdr_all_extipid", "hdr_min",
                           "hdr_time_local", "cc_voip", "cc_ip", "tri_keepalive"})
    EXPECT_EQ(found_in(name), Found{}) << name;
}

TEST(Agreement, what_differs_is_named) {
  EXPECT_EQ(found_in("iri_liid_differs"), Found{"its LIID is 'LIID-2026-000999', that of what is inside 'LIID-2026-000123'"});
  EXPECT_EQ(found_in("iri_type_differs"), Found{"its iRIType is END, the record a REPORT"});
  EXPECT_EQ(found_in("hdr_usec_zero"), Found{"its time and that of the record are 1795167015 s apart"});
}

TEST(Agreement, octets_that_differ) {
  auto pdu = test::pdu_of("ps/cc_voip.ber");
  pdu.header.lawful_interception_identifier.back() = '4';
  EXPECT_EQ(disagreements(pdu), Found{"its LIID is 'LIID-2026-000124', that of what is inside 'LIID-2026-000123'"});
}

constexpr TimePoint kTime{std::chrono::seconds(1'795'176'000)};

ps::Header header_of(std::string_view liid) {
  ps::Header header;
  header.lawful_interception_identifier = to_bytes(liid);
  header.authorization_country_code = "XX";
  header.operator_identifier = to_bytes("31015");
  header.time_stamp = "20261120120000.2Z";
  return header;
}

hi2::IriBuilder record_of(std::string_view liid) {
  auto record = hi2::IriBuilder::report(hi2::Module::eps);
  record.lawful_interception_identifier(liid).network_identifier("31015");
  return record;
}

Found found_in(const ps::Header& header, const std::vector<RecordBytes>& records) {
  std::vector<ps::IriPayload> payloads;
  for (const auto& record : records) payloads.push_back({ps::Form::eps, record, {}});
  return disagreements(ps::decode(ps::encode_iri(header, payloads).value()).value());
}

TEST(Agreement, octets_that_no_terminal_should_see) {
  const auto found = [](std::string_view outer, std::string_view inner) {
    return found_in(header_of(outer), {record_of(inner).utc_time_stamp(kTime).encode().value()});
  };
  EXPECT_EQ(found({"\0\1", 2}, {"\0\2", 2}), Found{"its LIID is '0x0001', that of what is inside '0x0002'"});
  EXPECT_EQ(found("LI-1", "\u202E1-IL"), Found{"its LIID is 'LI-1', that of what is inside '0xE280AE312D494C'"});
}

TEST(Agreement, of_many_a_few_are_told) {
  std::vector<RecordBytes> records;
  for (int i = 0; i < 1000; ++i) records.push_back(record_of("LI-" + std::to_string(i)).utc_time_stamp(kTime).encode().value());
  const auto found = found_in(header_of("LI-0"), records);
  ASSERT_EQ(found.size(), kMostTexts + 1);
  EXPECT_EQ(found[0], "its LIID is 'LI-0', that of what is inside 'LI-1'");
  EXPECT_EQ(found.back(), "and 995 more");
}

TEST(Agreement, local_times_agree_in_some_zone) {
  using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
  const auto found = [](TimePoint time, minutes zone) {
    return found_in(header_of("LI-1"), {record_of("LI-1").time_stamp(time, {zone, hi2::WinterSummer::winter_time}).encode().value()});
  };
  for (const auto zone : {minutes(0), minutes(60), minutes(-12 * 60), minutes(14 * 60), minutes(5 * 60 + 45), minutes(-210)}) {
    EXPECT_EQ(found(kTime, zone), Found{}) << zone.count();
    EXPECT_EQ(found(kTime + seconds(4), zone), Found{"its time and that of the record are 3 s apart, whatever the zone"}) << zone.count();
    EXPECT_EQ(found(kTime - seconds(4), zone), Found{"its time and that of the record are 4 s apart, whatever the zone"}) << zone.count();
  }
  EXPECT_EQ(found(kTime + hours(24), {}), Found{"its time and that of the record are 35999 s apart, whatever the zone"});
}

TEST(Agreement, networks_that_differ) {
  const auto record = hi2::IriBuilder::report(hi2::Module::eps)
                          .lawful_interception_identifier("LI-1")
                          .utc_time_stamp(kTime)
                          .network_identifier("31015")
                          .network_element_dns("cscf1.example")
                          .encode();
  ASSERT_TRUE(record);
  ps::Header header;
  header.lawful_interception_identifier = to_bytes("LI-1");
  header.authorization_country_code = "XX";
  header.operator_identifier = to_bytes("31016");
  header.network_element_dns = "cscf2.example";
  header.time_stamp = "20261120120001.2Z";
  const auto pdu = ps::decode(ps::encode_iri(header, {{ps::Form::eps, *record, {}}}).value()).value();
  EXPECT_EQ(disagreements(pdu), (Found{"its operator identifier is '31016', that of what is inside '31015'",
                                       "its network element is 'cscf2.example', that of what is inside 'cscf1.example'",
                                       "its time and that of the record are 1 s apart"}));
}

}  // namespace
}  // namespace li::capture
