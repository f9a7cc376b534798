// The typed look at a PS-PDU, and the records in it.
#include <gtest/gtest.h>

#include "ps/records.hpp"
#include "schema/asn1c.hpp"
#include "tests/ps/pdus.hpp"

namespace li::ps {
namespace {

using test::pdu_of;
using test::pdus_of;

std::string text(const Bytes& octets) { return std::string(as_text(octets)); }

TEST(Decode, HeaderOfAKeyRecord) {
  const auto pdu = pdu_of("ps/eps_par_keys_2_mixed.ber");
  EXPECT_EQ(pdu.kind, PayloadKind::iri);
  EXPECT_FALSE(pdu.tri);
  const auto& header = pdu.header;
  EXPECT_EQ(text(header.lawful_interception_identifier), "LIID-2026-000123");
  EXPECT_EQ(header.authorization_country_code, "XX");
  EXPECT_EQ(text(header.operator_identifier), "00101");
  EXPECT_EQ(header.communication_identity_number, 7U);
  EXPECT_EQ(header.time_stamp, "20261120093015Z");
  EXPECT_FALSE(header.micro_second_time_stamp);
}

TEST(Decode, NumbersAtTheirEnds) {
  EXPECT_EQ(pdu_of("ps/hdr_cin_max.ber").header.communication_identity_number, 4294967295U);
  const auto stamp = pdu_of("ps/hdr_usec_u64.ber").header.micro_second_time_stamp;
  ASSERT_TRUE(stamp);
  EXPECT_EQ(stamp->seconds, 18446744073709551615U);
  const auto wrapped = pdus_of("ps/stream_wrap.ber");
  EXPECT_EQ(wrapped.at(1).header.sequence_number, 4294967295U);
  EXPECT_EQ(wrapped.at(2).header.sequence_number, 0U);
}

TEST(Decode, TriPayloadsAreNamed) {
  for (const auto& [file, name] : std::vector<std::pair<std::string, std::string_view>>{{"tri_keepalive", "keep-alive"},
                                                                                        {"tri_keepalive_response", "keep-aliveResponse"},
                                                                                        {"tri_cinreset", "cINReset"},
                                                                                        {"tri_opt_request", "optionRequest"},
                                                                                        {"tri_ack_request", "pDUAcknowledgementRequest"},
                                                                                        {"tri_signature", "integrityCheck"}}) {
    const auto pdu = pdu_of("ps/" + file + ".ber");
    EXPECT_EQ(name_of(pdu.kind), "tRIPayload");
    ASSERT_TRUE(pdu.tri);
    EXPECT_EQ(name_of(*pdu.tri), name);
  }
}

TEST(Items, RecordsComeOutAsSingleRecords) {
  for (const std::string file : {"eps_par_keys_2_mixed", "eps_rec_keys_2_mixed", "umts_par_keys_2_mixed", "umts_rec_keys_2_mixed"}) {
    const auto found = items(pdu_of("ps/" + file + ".ber"));
    ASSERT_EQ(found.size(), 1U);
    ASSERT_TRUE(found[0].record);
    const bool eps = file.starts_with("eps");
    EXPECT_EQ(found[0].record->form, eps ? Form::eps : Form::umts);
    EXPECT_EQ(found[0].name, eps ? "ePSIRI" : "uMTSIRI");
    EXPECT_EQ(found[0].iri_type, 4);
    EXPECT_EQ(found[0].record->octets[0], 0xA4);
    const auto read = schema::check(schema::get(eps ? "EpsIRIContent" : "UmtsIRIContent"), found[0].record->octets);
    EXPECT_TRUE(read) << read.error().message();
  }
  const auto parameters = items(pdu_of("ps/eps_par_keys_2_mixed.ber"));
  EXPECT_TRUE(parameters[0].record->octets == items(pdu_of("ps/eps_rec_keys_2_mixed.ber"))[0].record->octets);
}

TEST(Items, EveryRecordOfManyAndOfAnAggregate) {
  EXPECT_EQ(items(pdu_of("ps/eps_rec_seq_3.ber")).size(), 3U);
  EXPECT_EQ(items(pdu_of("ps/iri_two_keys.ber")).size(), 2U);
  const auto plain = items(pdu_of("ps/iri_ten.ber"));
  const auto indefinite = items(pdu_of("ps/indef_ten.ber"));
  ASSERT_EQ(plain.size(), 10U);
  ASSERT_EQ(indefinite.size(), 10U);
  std::size_t sip = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_EQ(plain[i].name, indefinite[i].name);
    EXPECT_EQ(plain[i].sip, indefinite[i].sip);
    sip += plain[i].sip ? 1 : 0;
    EXPECT_NE(plain[i].record.has_value(), plain[i].sip.has_value());
    if (!indefinite[i].record) continue;
    const auto& type = schema::get(indefinite[i].record->form == Form::eps ? "EpsIRIContent" : "UmtsIRIContent");
    EXPECT_TRUE(schema::plain_copy(type, indefinite[i].record->octets).value() == plain[i].record->octets);
  }
  EXPECT_GT(sip, 0U);
}

TEST(Items, ContentAndUnknownAlternatives) {
  const auto packets = items(pdu_of("ps/cc_voip.ber"));
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_EQ(packets[1].name, "voipCC-CC-PDU");
  const auto flat = items(pdu_of("ps/malformed/iri_flat.ber"));
  ASSERT_EQ(flat.size(), 1U);
  EXPECT_EQ(flat[0].name, "");
}

}  // namespace
}  // namespace li::ps
