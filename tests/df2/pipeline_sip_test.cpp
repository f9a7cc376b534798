// SIP messages to records: what is reported, for whom, under which correlation.
#include <gtest/gtest.h>

#include "bench.hpp"

namespace li::df2::test {
namespace {

using Story = std::vector<std::string>;

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

TEST(PipelineSip, who_is_observed) {
  struct Case {
    std::string header, matched, sip, tel;
  };
  const std::vector<Case> cases{
      {"", "", "sip:alice@home1.example", ""},
      {"P-Asserted-Identity: <sip:alice@HOME1.example;user=phone>, <tel:+31-611-111-111>\r\n", "", "sip:alice@home1.example",
       "tel:+31611111111"},
      {"", "<telUri>tel:+31622222222</telUri>", "sip:alice@home1.example", "tel:+31622222222"},
      {"", "<E164Number>31622222222</E164Number>", "sip:alice@home1.example", "tel:+31622222222"},
      {"", "<sipUri>sip:a&amp;b@x.example</sipUri>", "sip:a&b@x.example", ""},
      {"", "<imsi>204081234567890</imsi>", "sip:alice@home1.example", ""},
  };
  for (const auto& one : cases) {
    Bench bench;
    bench.warrant("LI-1", kXid,
                  "targets = [\"sip:alice@home1.example\", \"tel:+31611111111\", \"tel:+31622222222\", \"sip:a&b@x.example\"]\n");
    Sip invite;
    invite.more = one.header;
    auto pdu = bench.pdu(as_bytes(invite.text()));
    if (!one.matched.empty()) pdu.attributes.push_back(x2::attribute(x2::AttributeType::matched_target_identifier, as_bytes(one.matched)));
    bench.send(pdu);
    const auto party = bench.received().at(0).record.party_information().at(0);
    EXPECT_EQ(party.sip_uri.value_or(""), one.sip) << one.header << one.matched;
    EXPECT_EQ(party.tel_uri.value_or(""), one.tel) << one.header << one.matched;
  }
}

TEST(PipelineSip, who_is_observed_when_nothing_is_named) {
  Bench bench;
  bench.warrant("LI-1", kXid, "targets = [\"sip:x@y.example\", \"tel:+31611111111\", \"urn:gsma:imei:49015420-323751-8\"]\n");
  bench.send(Sip());
  auto party = bench.received().at(0).record.party_information().at(0);
  EXPECT_EQ(party.sip_uri, "sip:x@y.example");
  EXPECT_EQ(party.tel_uri, "tel:+31611111111");
  EXPECT_EQ(party.imei.value_or("").substr(0, 14), "49015420323751");
  Sip named;
  named.call_id = "other";
  named.more = "Contact: <sip:1@192.0.2.1>;+sip.instance=\"<urn:gsma:imei:49015420-323751-0>\"\r\n";
  bench.send(named);
  party = bench.received().at(1).record.party_information().at(0);
  EXPECT_FALSE(party.sip_uri);
  EXPECT_EQ(party.imei.value_or("").substr(0, 14), "49015420323751");
}

TEST(PipelineSip, retransmissions) {
  for (const bool keep : {false, true}) {
    Bench bench(Life::restored);
    bench.warrant("LI-1", kXid, keep ? "keep_retransmissions = true\n" : "");
    const Sip invite;
    for (int i = 0; i < 3; ++i) bench.send(invite);
    for (int i = 0; i < 2; ++i) bench.send(response(180, invite));
    auto other_branch = invite;
    other_branch.branch = "z9hG4bK2";
    bench.send(other_branch);
    const auto story = keep ? Story{"INVITE", "INVITE", "INVITE", "180", "180", "INVITE"} : Story{"INVITE", "180", "INVITE"};
    EXPECT_EQ(bench.story(), story);
    EXPECT_EQ(bench.dropped.size(), keep ? 0U : 3U);
  }
}

TEST(PipelineSip, one_correlation_for_forks_and_legs) {
  for (const auto life : {Life::quiet, Life::restored, Life::crashed}) {
    Bench bench(life);
    bench.warrant("LI-1");
    Sip invite;
    invite.more = "P-Charging-Vector: icid-value=\"abc\"\r\n";
    bench.send(invite);
    bench.send(response(180, invite, {}, "b"));
    bench.send(response(180, invite, {}, "c"));
    auto leg = invite;
    leg.call_id = "call-2";
    bench.send(leg);
    auto later = response(200, leg);
    later.more.clear();
    bench.send(later);
    auto stranger = invite;
    stranger.call_id = "call-3";
    stranger.more.clear();
    bench.send(stranger);
    EXPECT_EQ(bench.story(), (Story{"INVITE", "180", "180", "INVITE", "200", "INVITE /2"}));
    const auto received = bench.received();
    EXPECT_NE(received[0].pdu.header.communication_identity_number, received[5].pdu.header.communication_identity_number);
    EXPECT_EQ(received[5].pdu.header.sequence_number, 0U);
  }
}

TEST(PipelineSip, several_warrants_and_destinations) {
  Bench bench(Life::restored);
  bench.rules.destinations = {{"lemf", Form::ps}, {"files", Form::file}};
  bench.warrant("LI-1");
  bench.warrant("LI-2", kXid, "module = \"umts\"\ndeliver_to = [\"lemf\", \"files\"]\n");
  bench.warrant("LI-3", kOtherXid);
  bench.send(Sip());
  EXPECT_EQ(bench.story(), (Story{"INVITE", "LI-2 INVITE"}));
  EXPECT_EQ(bench.received()[1].record.module(), hi2::Module::umts);
  const auto files = bench.spool.read("files", 0, 10, SIZE_MAX);
  ASSERT_EQ(files->size(), 1U);
  EXPECT_TRUE(equal(hi2::decode(files->at(0).octets)->octets(), bench.received()[1].record.octets()));

  auto pdu = bench.pdu(as_bytes(Sip().text()));
  auto more = to_bytes(*x2::to_xid(kOtherXid));
  more.resize(24);
  pdu.attributes.push_back(x2::attribute(x2::AttributeType::additional_xid, more));
  bench.send(pdu);
  EXPECT_EQ(bench.story(), (Story{"INVITE", "LI-2 INVITE", "LI-3 INVITE"}));  // for the others it is a retransmission
}

TEST(PipelineSip, nothing_without_a_warrant) {
  Bench bench;
  bench.warrant("LI-1");
  bench.warrant("LI-2", kOtherXid, "valid_until = \"2026-11-20T12:00:00Z\"\n");
  auto pdu = bench.pdu(as_bytes(Sip().text()));
  pdu.xid = *x2::to_xid(kOtherXid);
  bench.send(pdu);
  pdu.xid[0] ^= 1;
  bench.send(pdu);
  EXPECT_TRUE(bench.spool.entries.empty());
  EXPECT_TRUE(bench.spool.states.empty());
  EXPECT_EQ(bench.reasons(), (Story{"not_valid", "unknown_xid"}));
}

TEST(PipelineSip, resent_lost_and_conflicting_pdus) {
  Bench bench(Life::restored);
  bench.warrant("LI-1");
  const auto first = bench.pdu(as_bytes(Sip().text()));
  bench.send(first);
  bench.send(first);
  EXPECT_EQ(bench.dropped, Story{"repeated"});
  auto another = request("OPTIONS", "7", "");
  another.call_id = "call-2";
  auto conflicting = first;
  conflicting.payload = to_record_bytes(as_bytes(another.text()));
  bench.send(conflicting);
  static_cast<void>(bench.pdu({}));  // lost
  another.call_id = "call-3";
  bench.send(another);
  auto of_another_point = first;
  of_another_point.attributes.push_back(x2::attribute(x2::AttributeType::interception_point_id, as_bytes("ip2")));
  another.call_id = "call-4";
  of_another_point.payload = to_record_bytes(as_bytes(another.text()));
  bench.send(of_another_point);
  EXPECT_EQ(bench.story(), (Story{"INVITE", "OPTIONS /2", "OPTIONS /3", "OPTIONS /4"}));
  EXPECT_EQ(bench.reasons(), (Story{"x2_conflict", "x2_gap"}));
}

TEST(PipelineSip, what_cannot_be_read_is_reported_as_it_came) {
  Bench bench;
  bench.warrant("LI-1");
  bench.send(Sip());
  for (const std::string text : {"INVITE\r\nCall-ID: call-1\r\n\r\nbody", "\x01\x02", "BYE sip:x SIP/2.0\r\ni:  new\r\n\r\n"})
    bench.send(bench.pdu(as_bytes(text)));
  EXPECT_EQ(bench.story(), (Story{"INVITE", "INVITE", "\x01\x02 /2", "BYE /3"}));
  EXPECT_EQ(bench.reasons(), (Story{"sip_malformed", "sip_malformed", "sip_malformed"}));
  EXPECT_FALSE(bench.received()[2].pdu.header.communication_identity_number);
}

TEST(PipelineSip, other_formats_are_told) {
  Bench bench;
  bench.warrant("LI-1");
  bench.send(bench.pdu(as_bytes("x"), x2::PayloadFormat::radius));
  bench.send(bench.pdu(as_bytes("x"), x2::PayloadFormat::eps_iri_content));
  EXPECT_EQ(bench.reasons(), (Story{"unsupported_format", "unsupported_format"}));
}

}  // namespace
}  // namespace li::df2::test
