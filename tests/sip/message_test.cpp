#include "sip/message.hpp"

#include <gtest/gtest.h>

#include "tests/sip/text.hpp"

namespace li::sip {
namespace {

TEST(Message, TortuousRequest) {
  const auto octets = file("tortuous.sip");
  const auto message = must(parse(octets));
  EXPECT_TRUE(message.is_request());
  EXPECT_EQ(message.method, "INVITE");
  EXPECT_EQ(message.request_uri, "sip:viveka@host.example:5060;transport=udp;unknownparam");
  EXPECT_EQ(message.call_id, "wsinv.ndaksdj@192.0.2.1");
  EXPECT_EQ(message.cseq, 9U);
  EXPECT_EQ(message.cseq_method, "INVITE");
  EXPECT_EQ(message.from.uri, "sip:jdrosen@EXAMPLE.com");
  EXPECT_EQ(message.from.tag, "98asjd8");
  EXPECT_EQ(message.to.uri, "sip:vivek@host.example");
  EXPECT_EQ(message.to.tag, "1918181833n");
  EXPECT_EQ(message.p_asserted_identity,
            (std::vector<std::string>{"sip:cullen@host.example", "tel:+14085264000", "sip:second@host.example;user=phone"}));
  EXPECT_EQ(message.branch, "390skdjuw");
  EXPECT_EQ(message.contact, "sip:jdrosen@example.com");
  EXPECT_EQ(message.icid, "Ayret,U0dm+6=");
  EXPECT_EQ(message.content_type, "application/sdp");
  EXPECT_TRUE(message.findings.empty());
  EXPECT_TRUE(equal(message.body, file("crypto_4568.sdp")));
  EXPECT_TRUE(equal(message.body, ByteView(octets).subspan(message.body_offset, message.body.size())));
}

TEST(Message, Response) {
  const auto message = must(parse(file("ok.sip")));
  EXPECT_FALSE(message.is_request());
  EXPECT_EQ(message.status, 200);
  EXPECT_EQ(message.phrase, "Tout va bien \xC3\xA9");
  EXPECT_EQ(message.method, "");
  EXPECT_EQ(message.cseq, 4294967295U);
  EXPECT_EQ(message.cseq_method, "invite-LIKE!");
  EXPECT_EQ(message.from.uri, "sips:alice@ims.example");
  EXPECT_EQ(message.to.uri, "tel:+1-201-555-0123;phone-context=ims.example");
  EXPECT_EQ(message.to.tag, "b2");
  EXPECT_EQ(message.branch, "z9hG4bK1");
  EXPECT_EQ(message.contact, "*");
  EXPECT_EQ(message.icid, "1234bc9876e");
  EXPECT_TRUE(equal(message.body, file("answer_4567.sdp")));  // no Content-Length
}

TEST(Message, HeadersByName) {
  const auto message = must(parse(file("tortuous.sip")));
  EXPECT_EQ(message.header("newfangledheader")->value, "newfangled value continued newfangled value");
  EXPECT_EQ(message.header("UnknownHeaderWithUnusualValue")->value, ";;,,;;,;");
  EXPECT_EQ(message.header("SUBJECT")->value, "");
  EXPECT_EQ(message.header("s"), message.header("Subject"));
  EXPECT_EQ(message.header("call-id")->name, "Call-ID");
  EXPECT_EQ(message.headers_named("v").size(), 2U);
  EXPECT_EQ(message.headers_named("P-Asserted-Identity").size(), 2U);
  EXPECT_EQ(message.header("Record-Route"), nullptr);
  EXPECT_TRUE(message.headers_named("").empty());
  const auto text = file("tortuous.sip");
  for (const auto& header : message.headers) EXPECT_NE(text[header.offset], ' ') << header.name;
  EXPECT_EQ(message.headers.front().offset, as_text(text).find("TO :"));
}

TEST(Message, LineFeedsAlone) {
  const auto message = must(parse(file("lf.sip")));
  EXPECT_EQ(message.method, "BYE");
  EXPECT_EQ(message.to.tag, "2");
  EXPECT_TRUE(message.body.empty());
}

TEST(Message, ContentLengthCuts) {
  EXPECT_EQ(as_text(message_of("MESSAGE sip:a@b SIP/2.0\\n{H}l: 2\\nContent-Length: 02\\n\\nabcd").body), "ab");
  EXPECT_EQ(as_text(message_of("MESSAGE sip:a@b SIP/2.0\\n{H}\\nabcd").body), "abcd");
  EXPECT_TRUE(message_of("MESSAGE sip:a@b SIP/2.0\\n{H}l: 0\\n\\nabcd").body.empty());
}

TEST(Message, RefusalsNameThePlace) {
  for (const auto& bad : test::read_cases("sip/message_bad.vec")) {
    const auto text = text_of(bad.parts.at(0));
    const auto message = parse(as_bytes(text));
    ASSERT_FALSE(message) << bad.place;
    EXPECT_EQ(message.error().message(), bad.parts.at(1)) << bad.place;
  }
}

TEST(Message, FindingsDoNotStopReading) {
  for (const auto& one : test::read_cases("sip/findings.vec")) {
    const auto message = message_of("INVITE sip:a@b SIP/2.0\\n{H}" + one.parts.at(0) + "\\n");
    ASSERT_EQ(message.findings.size(), 1U) << one.place;
    EXPECT_EQ(message.findings[0].message(), one.parts.at(1)) << one.place;
    EXPECT_EQ(message.call_id, "c") << one.place;
  }
}

TEST(Message, Kinds) {
  const auto kind = [](std::string text) { return parse(as_bytes(text_of(std::move(text)))).error().kind; };
  EXPECT_EQ(kind("INVITE sip:a@b SIP/2.0\\n{H}"), ErrorKind::truncated);
  EXPECT_EQ(kind("INVITE sip:a@b SIP/2.0\\n{H}l: 5\\n\\n"), ErrorKind::truncated);
  EXPECT_EQ(kind("INVITE sip:a@b SIP/3.0\\n{H}\\n"), ErrorKind::unexpected);
  EXPECT_EQ(kind("INVITE sip:a@b SIP/2.0\\n\\n"), ErrorKind::missing);
  EXPECT_EQ(kind("INVITE\\n"), ErrorKind::malformed);
}

TEST(Message, Limits) {
  const auto text = text_of("INVITE sip:a@b SIP/2.0\\n{H}m: <sip:a>,<sip:b>,<sip:c>\\n\\nabcd");
  const auto head = text.find("\r\n\r\n") + 4;
  const auto refused = [&](const Limits& limits) { return parse(as_bytes(text), limits).error().message(); };
  Limits limits;
  limits.header_octets = head;
  limits.body_octets = 4;
  limits.list_items = 2;
  EXPECT_TRUE(must(parse(as_bytes(text), limits)).findings.empty());
  limits.list_items = 1;
  EXPECT_EQ(must(parse(as_bytes(text), limits)).findings.at(0).message(), "0x5a: Contact with more items than the limit");
  limits.body_octets = 3;
  EXPECT_EQ(refused(limits), "0x78: a body beyond the limit");
  limits.header_octets = head - 1;
  EXPECT_EQ(refused(limits), "0x77: headers beyond the limit");
  limits.header_octets = 10;
  EXPECT_EQ(refused(limits), "0xa: a start line beyond the limit");
  EXPECT_EQ(parse(as_bytes(text)).value().contact, "sip:a");
}

TEST(Message, NothingEndlessInEndlessInput) {
  EXPECT_EQ(parse(Bytes(1 << 20, 'A')).error().kind, ErrorKind::limit);
  EXPECT_EQ(parse(Bytes(1 << 20, '\n')).error().kind, ErrorKind::truncated);
  auto text = text_of("INVITE sip:a@b SIP/2.0\\n{H}m: <sip:a>");
  for (int i = 0; i < 9000; ++i) text += ",<sip:a>";
  EXPECT_EQ(parse(as_bytes(text + "\r\n\r\n")).error().kind, ErrorKind::limit);
  text.resize(60'000);
  EXPECT_EQ(must(parse(as_bytes(text + "\r\n\r\n"))).findings.at(0).kind, ErrorKind::limit);
}

}  // namespace
}  // namespace li::sip
