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

TEST(Agreement, networks_that_differ) {
  constexpr TimePoint kTime{std::chrono::seconds(1'795'176'000)};
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
