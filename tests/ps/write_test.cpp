// PDUs made of values give the octets of the vectors.
#include <gtest/gtest.h>

#include "ps/records.hpp"
#include "ps/write.hpp"
#include "tests/ps/pdus.hpp"

namespace li::ps {
namespace {

using test::pdu_of;

TEST(Iri, TheVectorsAreWrittenAgain) {
  for (const std::string file : {"eps_par_keys_2_mixed", "eps_par_sip_bye_end", "umts_par_keys_2_mixed", "umts_par_start_established_keys",
                                 "hdr_usec_max", "hdr_neid", "hdr_cin_max", "hdr_no_dcc", "hdr_min", "iri_big"}) {
    const auto pdu = pdu_of("ps/" + file + ".ber");
    const auto found = items(pdu);
    std::vector<IriPayload> records;
    for (const auto& one : found) records.push_back({one.record->form, one.record->octets, {}});
    const auto written = encode_iri(pdu.header, records);
    ASSERT_TRUE(written) << file << ": " << written.error().message();
    EXPECT_TRUE(*written == pdu.octets) << file << ": " << to_hex(ByteView(*written).first(120));
  }
}

TEST(Iri, MembersOfTheHeader) {
  auto header = pdu_of("ps/hdr_min.ber").header;
  header.network_element_dns = "scscf1.ims.example";
  header.correlation = to_bytes(std::string_view("call-1"));
  header.micro_second_time_stamp = MicroSecondTimeStamp{1, 2};
  const auto record = items(pdu_of("ps/eps_par_keys_2_mixed.ber"))[0].record.value();
  const auto written = encode_iri(header, {{Form::eps, record.octets, "20261120093015Z"}}).value();
  EXPECT_EQ(decode(written).value().header, header);
  EXPECT_TRUE(items(decode(written).value())[0].record->octets == record.octets);
}

TEST(Iri, RefusalsNameTheMember) {
  auto header = pdu_of("ps/hdr_min.ber").header;
  const auto record = items(pdu_of("ps/eps_par_keys_2_mixed.ber"))[0].record.value();
  const auto message = [&](const std::vector<IriPayload>& records) {
    const auto written = encode_iri(header, records);
    return written ? std::string("ok") : written.error().message();
  };
  EXPECT_EQ(message({{Form::eps, ByteView(), {}}}), "no single record of EpsHI2Operations (TS 102 232-7 table A.2)");
  EXPECT_EQ(message({{Form::eps, record.octets, "now"}}), "payload.iRIPayloadSequence[0].timeStamp: not a GeneralizedTime (X.680 46)");
  EXPECT_EQ(message({{Form::eps, ByteView(record.octets).first(20), {}}}), "no single record of EpsHI2Operations (TS 102 232-7 table A.2)");
  auto nothing = record.octets;
  nothing[1] = 0;
  nothing.resize(2);
  EXPECT_EQ(message({{Form::eps, nothing, {}}}),
            "0x2: iRI-Report-record.hi2epsDomainId: mandatory member is missing (EpsHI2Operations, IRI-Parameters)");
  header.operator_identifier.clear();
  EXPECT_EQ(
      message({{Form::eps, record.octets, {}}}),
      "pSHeader.communicationIdentifier.networkIdentifier.operatorIdentifier: 0 octets, allowed 1..16 (LI-PS-PDU, NetworkIdentifier)");
}

TEST(Tri, TheVectorsAreWrittenAgain) {
  for (const std::string file : {"tri_keepalive", "tri_keepalive_response", "tri_cinreset", "tri_ack_request", "tri_first_segment"}) {
    const auto pdu = pdu_of("ps/" + file + ".ber");
    EXPECT_TRUE(encode_tri(pdu.header, *pdu.tri).value() == pdu.octets) << file;
  }
  const auto request = pdu_of("ps/tri_opt_request.ber");
  EXPECT_TRUE(encode_option_request(request.header, true).value() == request.octets);
  const auto none = pdu_of("ps/tri_opt_request_0.ber");
  EXPECT_TRUE(encode_option_request(none.header, false).value() == none.octets);
  EXPECT_FALSE(encode_tri(request.header, Tri::integrity_check));
  EXPECT_FALSE(encode_tri(request.header, Tri::unknown));
  const auto response = decode(encode_option_response(request.header, true, false).value()).value();
  EXPECT_EQ(response.tri, Tri::option_response);
}

}  // namespace
}  // namespace li::ps
