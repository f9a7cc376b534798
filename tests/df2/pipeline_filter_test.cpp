// What must not leave: contents of messages, keys in whatever clothes, other people's targets; and records too large for their way.
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "bench.hpp"
#include "hi2/builder.hpp"

namespace li::df2::test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* kIri = "scope = \"iri\"\n";
constexpr const char* kDecrypts = "network_decrypts = true\n";

// What the LEMF gets of a message that comes as these octets.
std::string shown(const std::string& octets, const std::string& warrant) {
  Bench bench;
  bench.warrant("LI-1", kXid, warrant);
  bench.send(bench.pdu(as_bytes(octets)));
  return std::string(as_text(*bench.received().at(0).record.sip_message()));
}

Sip with_body(const std::string& method, const std::string& body, const std::string& type) {
  auto sip = request(method, "1", "");
  sip.body = body;
  sip.type = type;
  return sip;
}

TEST(PipelineFilter, no_key_in_an_attribute_of_any_kind) {
  const Texts lines{
      "a=Crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n",
      "a=cRYPTO:1 AES_CM_128_HMAC_SHA1_80 INLINE:c2VjcmV0\r\n",
      "a=acap:1 crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n",
      "a=acap:2 key-mgmt:mikey c2VjcmV0\r\n",
      "a=KEY-MGMT:MIKEY c2VjcmV0\r\n",
      "k=clear:c2VjcmV0\r\n",
  };
  for (const auto& line : lines) {
    for (const auto* warrant : {kIri, kDecrypts}) {
      const auto sip = with_body("INVITE", sdp({{}}, line), "application/sdp");
      EXPECT_EQ(shown(sip.text(), warrant), with_body("INVITE", sdp({{}}), "application/sdp").text()) << line;
    }
  }
}

TEST(PipelineFilter, no_key_in_wrapped_descriptions) {
  const auto secret = sdp({{}}, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n");
  const auto encoded = to_base64(to_bytes(secret));
  const auto part = [](const std::string& headers, const std::string& body) {
    return "--b\r\n" + headers + "\r\n\r\n" + body + "\r\n--b--\r\n";
  };
  const auto inner = "INVITE sip:x SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n";
  const auto inner_encoded = "INVITE sip:x SIP/2.0\r\nContent-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const Texts bodies{
      part("Content-Type: application/sdp\r\nContent-Transfer-Encoding: base64", encoded),
      part("Content-Type: application/sdp\r\nContent-Encoding: x", encoded),
      part("Content-Type: message/sip", inner + secret),
      part("Content-Type: message/sip", inner_encoded + encoded),
      part("Content-Type: application/mikey", encoded),
  };
  for (const auto& body : bodies) {
    for (const auto* warrant : {kIri, kDecrypts}) {
      const auto text = shown(with_body("INVITE", body, "multipart/mixed;boundary=b").text(), warrant);
      EXPECT_EQ(text.find("c2VjcmV0"), std::string::npos) << body;
      EXPECT_EQ(text.find(encoded), std::string::npos) << body;
    }
  }
  // Nor in what is no SIP message.
  for (const auto& broken : {"INVITE sip:x SIP/2.0\r\n\r\n" + bodies[0], "INVITE sip:x SIP/2.0\r\n\r\n" + bodies[2]}) {
    const auto text = shown(broken, kDecrypts);
    EXPECT_TRUE(text.starts_with("INVITE sip:x"));
    EXPECT_EQ(text.find("c2VjcmV0"), std::string::npos);
    EXPECT_EQ(text.find(encoded), std::string::npos);
  }
}

TEST(PipelineFilter, iri_only_has_no_text_of_a_user) {
  const auto body =
      "--hidden secret\r\n--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\nsecret\r\n--c\r\nContent-Type: application/sdp"
      "\r\n\r\n" +
      sdp({{}}) + "\r\n--c--\r\nsecret\r\n--b--\r\n--secret";
  const Texts messages{
      with_body("INVITE", body, "multipart/mixed;boundary=b").text(),
      with_body("MESSAGE", sdp({{}}, "i=secret\r\n"), "application/sdp").text(),
      "MESSAGE sip:x SIP/2.0\rContent-Length: 6\r\rsecret",
      "MESSAGE sip:x SIP/2.0\r\nsecret text\r\nCall-ID: secret\r\n\r\n",
      "MESSAGE sip:x SIP/2.0\r\nContent-Length:\r\n 6\r\n\r\nsecret",
      "secret",
      "\r\nsecret SIP/2.0",
  };
  for (const auto& message : messages) EXPECT_EQ(shown(message, kIri).find("secret"), std::string::npos) << message;
  EXPECT_NE(shown(messages[0], kIri).find("m=audio"), std::string::npos);
}

TEST(PipelineFilter, halves_of_a_running_session_hold_headers_alone) {
  const auto record = hi2::IriBuilder::report(hi2::Module::eps)
                          .lawful_interception_identifier("theirs")
                          .network_identifier("XX")
                          .utc_time_stamp(TimePoint())
                          .sip_message_header_offer(Sip().text() + "secret")
                          .sip_message_header_answer("SIP/2.0 200 Fine\r\nsecret")
                          .sdp_offer("secret")
                          .sdp_answer(sdp({{}}, "a=acap:1 crypto:1 A inline:secret\r\n"))
                          .encode();
  Bench bench;
  bench.warrant("LI-1", kXid, kIri);
  bench.send(bench.pdu(record.value(), x2::PayloadFormat::eps_iri_content));
  const auto received = bench.received();
  EXPECT_EQ(as_text(*received.at(0).record.sip_message_header_offer()), Sip().text());
  EXPECT_EQ(as_text(*received[0].record.sdp_answer()), sdp({{}}));
  EXPECT_EQ(as_text(received[0].pdu.octets).find("secret"), std::string::npos);
}

TEST(PipelineFilter, another_warrants_target_is_not_named) {
  Bench bench;
  bench.warrant("LI-1");
  bench.warrant("LI-2", kOtherXid, "targets = [\"sip:carol@home1.example\"]\n");
  Sip invite;
  invite.from = "sip:carol@home1.example";
  auto pdu = bench.pdu(as_bytes(invite.text()));
  auto xid = to_bytes(*x2::to_xid(kOtherXid));
  xid.resize(24);
  pdu.attributes.push_back(x2::attribute(x2::AttributeType::additional_xid, xid));
  pdu.attributes.push_back(
      x2::attribute(x2::AttributeType::matched_target_identifier, as_bytes("<sipUri>sip:carol@home1.example</sipUri>")));
  bench.send(pdu);
  const auto received = bench.received();
  ASSERT_EQ(received.size(), 2U);
  EXPECT_EQ(received[0].record.party_information().at(0).sip_uri, "sip:alice@home1.example");
  EXPECT_EQ(received[1].record.party_information().at(0).sip_uri, "sip:carol@home1.example");
}

TEST(PipelineFilter, a_large_message_is_cut_and_stops_nobody) {
  Bench bench;
  bench.warrant("LI-1");
  bench.send(bench.pdu(Bytes(16 * 1024 * 1024, 'x')));
  bench.send(Sip());
  const auto received = bench.received();
  ASSERT_EQ(received.size(), 2U);
  EXPECT_EQ(received[0].record.sip_message()->size(), 8U * 1024 * 1024);
  EXPECT_EQ(bench.reasons(), (Texts{"sip_malformed", "message_cut"}));
}

TEST(PipelineFilter, a_record_that_fits_no_pdu_is_told_and_stops_nobody) {
  Bench bench;
  bench.warrant("LI-1");
  bench.rules.destinations = {{"lemf", Form::ps}};
  const auto half = std::string(9 * 1024 * 1024, 'x');
  const auto record = hi2::IriBuilder::report(hi2::Module::eps)
                          .lawful_interception_identifier("theirs")
                          .network_identifier("XX")
                          .utc_time_stamp(TimePoint())
                          .sip_message_header_offer(Sip().text())
                          .sip_message_header_answer(response(200, Sip()).text())
                          .sdp_offer(half.substr(0, 4 * 1024 * 1024))
                          .sdp_answer(half)
                          .encode();
  ASSERT_TRUE(record);
  bench.send(bench.pdu(*record, x2::PayloadFormat::eps_iri_content));
  bench.send(Sip());
  EXPECT_FALSE(bench.received().empty());
}

TEST(PipelineFilter, keys_stand_in_any_description_of_a_message) {
  const std::string plain = sdp({{}}, {}, "RTP/AVP");
  const auto both = [](const std::string& decoy, const std::string& headers, const std::string& real) {
    return "--b\r\nContent-Type: application/sdp\r\nContent-Disposition: render;handling=optional\r\n\r\n" + decoy +
           "\r\n--b\r\nContent-Type: application/sdp\r\n" + headers + "\r\n" + real + "\r\n--b--\r\n";
  };
  const auto in_capitals = [](std::string text) { return text.replace(text.find("mikey"), 5, "MIKEY"); };
  for (const int way : {0, 1, 2, 3}) {
    Bench bench;
    bench.warrant("LI-1");
    Call call;
    auto ok = call.ok();
    for (auto* sip : {&call.invite, &ok}) {
      if (way == 3) {
        sip->body = in_capitals(sip->body);
        continue;
      }
      sip->type = "multipart/mixed;boundary=b";
      if (way == 0) sip->body = both(plain, "", sip->body);
      else if (way == 1) sip->body = both(plain, "Content-Disposition: early-session\r\n", sip->body);
      else sip->body = both(plain, "Content-Transfer-Encoding: base64\r\n", to_base64(to_bytes(sip->body)));
    }
    bench.send(call.invite);
    bench.send(ok);
    EXPECT_EQ(bench.asked.size(), 1U) << way;
  }
}

TEST(PipelineFilter, a_description_that_cannot_be_read_is_told) {
  Bench bench;
  bench.warrant("LI-1");
  auto sip = with_body("INVITE", "\x1f\x8b", "application/sdp");
  sip.more = "Content-Encoding: gzip\r\n";
  bench.send(sip);
  bench.send(with_body("UPDATE", "no description", "application/sdp"));
  EXPECT_EQ(bench.reasons(), (Texts{"sdp_unread", "sdp_unread"}));
}

hi2::IriBuilder of_another(const std::string& liid) {
  auto builder = hi2::IriBuilder::report(hi2::Module::eps);
  builder.lawful_interception_identifier(liid).network_identifier("XX").utc_time_stamp(TimePoint()).observed_sip_uri("sip:x@y.example");
  return builder;
}

TEST(PipelineFilter, records_of_other_events_go_on_under_our_head) {
  const auto xcap = of_another("theirs").xcap_message("<x/>").ims_event(hi2::ImsEvent::xcap_request).encode().value();
  const auto unavailable = of_another("theirs").correlation_number(Bytes(8, 7)).cc_unavailable_reason("no agreement").encode().value();
  const auto header = of_another("theirs").sip_message(Sip().text()).ims_event(hi2::ImsEvent::sip_header_only).encode().value();
  Bench bench;
  bench.warrant("LI-1");
  for (const auto& record : {xcap, unavailable, header}) bench.send(bench.pdu(record, x2::PayloadFormat::eps_iri_content));
  const auto received = bench.received();
  ASSERT_EQ(received.size(), 3U);
  EXPECT_EQ(as_text(*received[0].record.xcap_message()), "<x/>");
  EXPECT_EQ(received[0].record.ims_event(), hi2::ImsEvent::xcap_request);
  EXPECT_EQ(received[1].record.cc_unavailable_reason(), "no agreement");
  EXPECT_EQ(received[2].record.ims_event(), hi2::ImsEvent::sip_header_only);
  EXPECT_EQ(as_text(*received[2].record.sip_message()), Sip().text());
  for (const auto& [pdu, record] : received) {
    EXPECT_EQ(as_text(record.lawful_interception_identifier()), "LI-1");
    EXPECT_EQ(record.network_identifier()->operator_identifier, "OP01");
    EXPECT_EQ(record.party_information().at(0).sip_uri, "sip:alice@home1.example");
  }
  EXPECT_FALSE(received[1].record.correlation_number());
  EXPECT_TRUE(bench.reasons().empty());
  Bench iri;
  iri.warrant("LI-1", kXid, kIri);
  for (const auto& record : {xcap, header}) iri.send(iri.pdu(record, x2::PayloadFormat::eps_iri_content));
  EXPECT_EQ(iri.story(), Texts{"header INVITE"});
  EXPECT_EQ(iri.reasons(), Texts{"record_withheld"});
}

TEST(PipelineFilter, what_happened_in_time_may_come_late) {
  struct Case {
    std::chrono::minutes happened, arrives;  // from the end of the warrant
    std::size_t records;
    Texts reasons;
    std::chrono::minutes late{60};
  };
  using std::chrono::minutes;
  const std::vector<Case> cases{
      {minutes(-2), minutes(-1), 1, {}},
      {minutes(-1), minutes(30), 1, {}},
      {minutes(-1), minutes(60), 0, {"not_valid"}},
      {minutes(1), minutes(2), 0, {"not_valid"}},
      {minutes(1), minutes(-1), 0, {"not_valid"}},
      {minutes(-61), minutes(-1), 0, {"not_valid"}},
      {minutes(-1), minutes(60), 1, {}, minutes(61)},
      {minutes(-1), minutes(61), 0, {"not_valid"}, minutes(61)},
      {minutes(-1), minutes(0), 0, {"not_valid"}, minutes(0)},
  };
  for (const auto& one : cases) {
    Bench bench;
    bench.rules.late_events = one.late;
    bench.warrant("LI-1", kXid, "valid_from = \"2026-11-20T12:00:00Z\"\nvalid_until = \"2026-11-20T13:00:00Z\"\n");
    const auto end = bench.now + minutes(60);
    bench.now = end + one.arrives;
    auto pdu = bench.pdu(as_bytes(Sip().text()));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>((end + one.happened).time_since_epoch()).count();
    pdu.attributes.push_back(x2::timestamp({static_cast<std::uint32_t>(seconds), 0}));
    bench.send(pdu);
    EXPECT_EQ(bench.received().size(), one.records) << one.happened.count();
    EXPECT_EQ(bench.reasons(), one.reasons) << one.happened.count() << " " << one.arrives.count();
  }
}

}  // namespace
}  // namespace li::df2::test
