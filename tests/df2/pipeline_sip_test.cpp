// SIP messages to records: what is reported, for whom, under which correlation.
#include <gtest/gtest.h>

#include "bench.hpp"

namespace li::df2::test {
namespace {

using Story = std::vector<std::string>;

Sip response(int status, const Sip& request, const std::string& to_tag = "b") {
  auto sip = request;
  sip.start = "SIP/2.0 " + std::to_string(status) + " Fine";
  sip.to_tag = to_tag;
  sip.body.clear();
  return sip;
}

Sip request(const std::string& method, const std::string& cseq, const std::string& to_tag = "b") {
  Sip sip;
  sip.start = method + " sip:bob@home2.example SIP/2.0";
  sip.cseq = cseq + " " + method;
  sip.branch = "z9hG4bK" + method + cseq;
  sip.to_tag = to_tag;
  return sip;
}

TEST(PipelineSip, each_message_a_record) {
  for (const auto life : {Life::quiet, Life::restored, Life::crashed}) {
    Bench bench(life);
    bench.warrant("LI-1");
    Sip invite;
    invite.body = sdp({{}});
    bench.send(invite);
    bench.send(response(200, invite), x2::Direction::to_target);
    bench.send(request("ACK", "1"));
    bench.send(request("BYE", "2"));
    bench.send(response(200, request("BYE", "2")));
    EXPECT_EQ(bench.story(), (Story{"INVITE", "200", "ACK", "BYE", "200"}));
    EXPECT_TRUE(bench.signals.empty());
    const auto received = bench.received();
    for (std::uint32_t i = 0; i < received.size(); ++i) EXPECT_EQ(received[i].pdu.header.sequence_number, i);
  }
}

TEST(PipelineSip, what_a_record_says) {
  Bench bench;
  bench.rules.zone = "Europe/Amsterdam";
  bench.warrant("LI-1");
  Sip invite;
  invite.body = sdp({{}});
  auto pdu = bench.pdu(as_bytes(invite.text()));
  pdu.attributes.push_back(x2::timestamp({1795172401, 204'000'000}));
  bench.send(pdu);
  const auto received = bench.received();
  ASSERT_EQ(received.size(), 1U);
  const auto& [frame, record] = received[0];
  EXPECT_EQ(as_text(*record.sip_message()), invite.text());
  EXPECT_EQ(record.ims_event(), hi2::ImsEvent::unfiltered_sip_message);
  EXPECT_EQ(record.initiator(), hi2::Initiator::originating_target);
  EXPECT_EQ(record.time_stamp().text, "20261120120001.204");
  EXPECT_EQ(record.time_stamp().winter_summer, hi2::WinterSummer::winter_time);
  EXPECT_EQ(record.network_identifier()->operator_identifier, "OP01");
  EXPECT_EQ(record.network_identifier()->network_element, "scscf1.example");
  ASSERT_EQ(record.party_information().size(), 1U);
  EXPECT_EQ(record.party_information()[0].sip_uri, "sip:alice@home1.example");
  EXPECT_FALSE(record.party_information()[0].tel_uri);
  EXPECT_EQ(record.correlation_number()->size(), 8U);
  EXPECT_EQ(as_text(frame.header.lawful_interception_identifier), "LI-1");
  EXPECT_EQ(as_text(frame.header.operator_identifier), "OP01");
  EXPECT_EQ(frame.header.network_element_dns, "scscf1.example");
  EXPECT_EQ(frame.header.authorization_country_code, "NL");
  EXPECT_EQ(frame.header.delivery_country_code, "NL");
  EXPECT_EQ(frame.header.time_stamp, "20261120110001.204Z");
  EXPECT_EQ(frame.header.communication_identity_number, 1U);
  EXPECT_TRUE(equal(*frame.header.correlation, *record.correlation_number()));
}

}  // namespace
}  // namespace li::df2::test
