#include "schema/redact.hpp"

#include <gtest/gtest.h>

#include "ber/writer.hpp"
#include "tests/data/data.hpp"
#include "tests/schema/forms.hpp"
#include "tests/schema/mikey_message.hpp"

namespace li::schema {
namespace {

using test::MikeyMessage;

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') out += text[i];
    else ++i, out += text[i] == 'r' ? '\r' : text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : '\0';
  }
  return out;
}

std::string masked(std::string_view text) { return std::string(as_text(mask(as_bytes(text), secrets_in(Secrecy::sip, as_bytes(text))))); }

TEST(Redact, Cases) {
  for (const auto& one : test::read_cases("schema/redact.vec"))
    EXPECT_EQ(masked(unescaped(one.parts.at(0))), unescaped(one.parts.at(1))) << one.place;
}

TEST(Redact, MaskedTextIsRecognized) {
  for (const auto& one : test::read_cases("schema/redact.vec")) {
    const auto before = unescaped(one.parts.at(0));
    const auto after = unescaped(one.parts.at(1));
    EXPECT_EQ(was_masked(Secrecy::sip, as_bytes(after)), before != after) << one.place;
    EXPECT_FALSE(was_masked(Secrecy::sip, as_bytes(before))) << one.place;
  }
}

TEST(Redact, KeysAreSecretAltogether) {
  const Bytes key{1, 2, 3};
  EXPECT_EQ(mask(key, secrets_in(Secrecy::key, key)), (Bytes{'*', '*', '*'}));
  EXPECT_TRUE(secrets_in(Secrecy::none, key).empty());
  EXPECT_TRUE(was_masked(Secrecy::key, as_bytes("***")));
  EXPECT_FALSE(was_masked(Secrecy::key, as_bytes("**1")));
  EXPECT_FALSE(was_masked(Secrecy::none, as_bytes("***")));
  EXPECT_FALSE(was_masked(Secrecy::key, {}));
}

// --- whole values ---

Bytes masked_value(const Type& type, ByteView octets) { return mask(octets, secrets_in_value(type, octets)); }
Bytes vector_octets(const std::string& name) { return test::read_octets(test::data_path(name)); }

TEST(RedactValue, HidesWhatTheFormsHide) {
  const auto& type = get("PS-PDU");
  for (const auto& row : test::read_table("ps/INDEX.tsv")) {
    if (row.at(1) == "stream" || row.at(0).starts_with("enc_")) continue;  // a container is hidden as a whole here
    const auto octets = vector_octets("ps/" + row.at(0) + ".ber");
    const auto hidden = masked_value(type, octets);
    ASSERT_TRUE(check(type, hidden)) << row.at(0);
    auto shown = test::json_of(type, hidden);
    // In the forms a key is asterisks; in octets it is the octet of an asterisk.
    auto expected = test::json_of(type, octets, Secrets::hide);
    for (std::size_t at = 0; (at = expected.find("**", at)) != std::string::npos; at += 2) expected.replace(at, 2, "2A");
    EXPECT_EQ(shown, expected) << row.at(0);
  }
}

TEST(RedactValue, SegmentsStaySegments) {
  const auto& type = get("UmtsIRIsContent");
  const auto hidden = masked_value(type, vector_octets("umts/seg_keys.ber"));
  EXPECT_TRUE(check(type, hidden));
  EXPECT_NE(test::json_of(type, hidden).find("\"cCDecKey\":\"2A2A"), std::string::npos);
}

TEST(RedactValue, AContainerInClearIsLookedInto) {
  const auto& type = get("PS-PDU");
  const auto octets = vector_octets("ps/enc_none.ber");
  const auto hidden = test::json_of(type, octets, Secrets::hide);
  EXPECT_NE(hidden, test::json_of(type, octets));
  EXPECT_EQ(hidden.find("1041C825FE53C782AD"), std::string::npos);  // the second key
  EXPECT_EQ(test::from_json(hidden).outcome(),
            "payload.encryptionContainer.encryptedPayload: the key was masked when this was decoded; decode again with --show-keys");
  const auto encrypted = vector_octets("ps/enc_aes192.ber");
  EXPECT_EQ(test::json_of(type, encrypted, Secrets::hide), test::json_of(type, encrypted));
}

TEST(RedactValue, BehindDamageEverythingIsHidden) {
  const auto& type = get("EpsIRIContent");
  auto octets = vector_octets("eps/keys_2_mixed.ber");
  octets.resize(octets.size() - 30);
  const auto hidden = masked_value(type, octets);
  EXPECT_EQ(hidden.back(), '*');
  EXPECT_TRUE(secrets_in_value(type, as_bytes("INVITE sip:a@b SIP/2.0")).empty());
}

TEST(Redact, LongTextTakesLittleTime) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "a=key-mgmt:mikey ";
  EXPECT_EQ(masked(text).size(), text.size());
}

// --- MIKEY ---

const Bytes kKey = to_bytes("0123456789abcdef");

bool is_hidden(const MikeyMessage& message) {
  const auto line = "a=key-mgmt:mikey " + message.base64() + "\r\nm=audio";
  const auto shown = masked(line);
  const auto hidden = "a=key-mgmt:mikey " + std::string(message.base64().size(), '*') + "\r\nm=audio";
  EXPECT_TRUE(shown == line || shown == hidden) << shown;
  return shown == hidden;
}

TEST(RedactMikey, EncryptedKeysStayReadable) {
  for (const std::uint8_t encryption : Bytes{1, 2, 3}) EXPECT_FALSE(is_hidden(MikeyMessage(0).time().rand().kemac(encryption, kKey)));
  EXPECT_FALSE(is_hidden(MikeyMessage(1).time()));
  EXPECT_FALSE(is_hidden(MikeyMessage(0).time().rand().kemac(0, {})));  // NULL, and nothing in it
}

TEST(RedactMikey, KeysUnderNullEncryptionAreHidden) {
  EXPECT_TRUE(is_hidden(MikeyMessage(0).time().rand().kemac(0, kKey)));
  EXPECT_TRUE(is_hidden(MikeyMessage(2).kemac(0, kKey).time()));
  EXPECT_TRUE(is_hidden(MikeyMessage(0).kemac(1, kKey).kemac(0, kKey)));
}

// TICKET: type (2), subtype and version (4 bits each ...), TP data, ticket data with its own chain, initiator data.
MikeyMessage with_ticket(std::uint8_t encryption) {
  Bytes data{1, 0, 0};  // THDR: what follows, its length
  data.push_back(0);
  const auto kemac = MikeyMessage::kemac_body(encryption, kKey);
  data.insert(data.end(), kemac.begin(), kemac.end());
  Bytes body(7, 0);
  body.insert(body.end(), {0, 0});
  body.insert(body.end(), {static_cast<std::uint8_t>(data.size() >> 8), static_cast<std::uint8_t>(data.size())});
  body.insert(body.end(), data.begin(), data.end());
  body.insert(body.end(), {0, 0});
  return MikeyMessage(14).time().rand().payload(17, body);
}

TEST(RedactMikey, TicketsAreLookedInto) {
  EXPECT_FALSE(is_hidden(with_ticket(1)));
  EXPECT_TRUE(is_hidden(with_ticket(0)));
}

TEST(RedactMikey, WhatCantBeReadIsHidden) {
  EXPECT_TRUE(is_hidden(MikeyMessage(0).payload(20, kKey)));   // key data outside a KEMAC
  EXPECT_TRUE(is_hidden(MikeyMessage(0).payload(99, {})));     // an unknown payload
  EXPECT_TRUE(is_hidden(MikeyMessage(0).payload(11, {200})));  // a RAND that is cut
  EXPECT_TRUE(is_hidden(MikeyMessage(27)));                    // an unknown data type
}

// Every cut of a protected message is unreadable, and no cut crashes.
TEST(RedactMikey, CutsAreHidden) {
  const auto whole = MikeyMessage(0).time().rand().kemac(1, kKey).base64();
  for (std::size_t size = 4; size < whole.size(); size += 4) {
    const auto line = "a=key-mgmt:mikey " + whole.substr(0, size);
    EXPECT_NE(masked(line), line) << size;
  }
}

TEST(RedactMikey, QuotedInAHeader) {
  const auto message = MikeyMessage(0).kemac(0, kKey).base64();
  EXPECT_EQ(masked("Key-Mgmt: mikey;data=\"" + message + "\";x").find(message), std::string::npos);
}

// --- every form of output ---

struct Form {
  std::string name;
  std::string (*show)(const Type&, ByteView, Secrets);
};
const Form kForms[] = {{"json", [](const Type& t, ByteView o, Secrets s) { return test::json_of(t, o, s); }},
                       {"indented", [](const Type& t, ByteView o, Secrets s) { return test::json_of(t, o, s, JsonForm::indented); }},
                       {"xer", test::xer_of},
                       {"text", test::text_of},
                       {"hex", test::hex_of}};

// Whether any four octets in a row of the secret show, as characters or in hexadecimal.
bool shows(const std::string& shown, ByteView secret) {
  for (std::size_t i = 0; i + 4 <= secret.size(); ++i) {
    const auto part = secret.subspan(i, 4);
    std::string spaced;
    for (const auto octet : part) spaced += to_hex(ByteView(&octet, 1)) + " ";
    for (const auto& text : {std::string(as_text(part)), to_hex(part), spaced}) {
      if (shown.find(text) != std::string::npos) return true;
    }
  }
  return false;
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

void expect_hidden(const Type& type, ByteView octets, ByteView secret) {
  for (const auto& form : kForms) {
    EXPECT_FALSE(shows(form.show(type, octets, Secrets::hide), secret)) << form.name << "\n" << form.show(type, octets, Secrets::hide);
    EXPECT_TRUE(shows(form.show(type, octets, Secrets::show), secret)) << form.name;
  }
}

TEST(RedactForms, MembersThatAreKeys) {
  for (const std::string module : {"umts", "eps"}) {
    const auto& type = get(module == "umts" ? "UmtsIRIsContent" : "EpsIRIsContent");
    const auto keys = test::read_octets(test::data_path(module + "/keys_2_mixed.ber"));
    for (const std::string secret :
         {"41C825FE53C782AD02532F13DD4FAFC5", "74A605BDF3358136434E033EDE2D", "2BE545EC0E9D64203DDEADAD9DB9BF6B"}) {
      if (module == "umts") expect_hidden(type, keys, test::octets_of(secret));
    }
    EXPECT_NE(test::json_of(type, keys, Secrets::hide).find("\"cCCSID\":\""), std::string::npos);
    EXPECT_NE(test::json_of(type, keys, Secrets::hide).find("\"cCDecKey\":\"********************************\""), std::string::npos);
    const auto ptc = test::read_octets(test::data_path(module + "/ptc.ber"));
    expect_hidden(type, ptc, as_bytes("c2VjcmV0LWtleS0wMTIz"));
    expect_hidden(type, ptc, as_bytes("c2FsdA=="));
  }
}

TEST(RedactForms, KeysInSegments) {
  for (const std::string module : {"umts", "eps"}) {
    const auto& type = get(module == "umts" ? "UmtsIRIsContent" : "EpsIRIsContent");
    const auto plain = test::read_octets(test::data_path(module + "/keys_2_mixed.ber"));
    const auto hidden = test::json_of(type, test::read_octets(test::data_path(module + "/seg_keys.ber")), Secrets::hide);
    EXPECT_NE(hidden.find("\"cCDecKey\":\"****"), std::string::npos) << hidden;
  }
}

const std::string kSecret = "SECRETkeyMATERIALqrstuvwxyz+/XYZQRSTUV==";

// A record whose `tag` holds `text`, in segments of that many octets; 0: in one piece.
Bytes record_with(std::string_view tag, std::string_view text, std::size_t segment) {
  ber::Writer out;
  const auto top = out.open({4, ber::TagClass::context});
  out.raw(test::octets_of("8008 0400 0202 0401 1001 8101 41 A30F 810D 3236313132303039333031355A"));
  const auto number = static_cast<std::uint32_t>(std::stoul(std::string(tag)));
  if (segment == 0) {
    out.primitive({number, ber::TagClass::context}, as_bytes(text));
  } else {
    const auto mark = out.open({number, ber::TagClass::context});
    for (; !text.empty(); text.remove_prefix(std::min(segment, text.size()))) out.primitive({4}, as_bytes(text.substr(0, segment)));
    out.close(mark);
  }
  out.close(top);
  const auto octets = out.take();
  return {octets.begin(), octets.end()};
}

TEST(RedactForms, SdesInEveryMemberAndSegment) {
  const auto text = "v=0\r\nm=audio 1 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + kSecret + "|2^20|1:4\r\n";
  for (const std::string tag : {"30", "38", "39", "40", "41"}) {
    for (const std::size_t segment : {0U, 1U, 7U, 16U, 71U, 80U, 100U}) {
      SCOPED_TRACE("tag " + tag + ", segments of " + std::to_string(segment));
      const auto octets = record_with(tag, text, segment);
      EXPECT_EQ(count_of(test::hex_of(get("UmtsIRIsContent"), octets, Secrets::hide), "** "), kSecret.size());
      if (segment == 0 || segment > 4) expect_hidden(get("UmtsIRIsContent"), octets, as_bytes(kSecret));
      EXPECT_NE(test::json_of(get("UmtsIRIsContent"), octets, Secrets::hide).find(to_hex(as_bytes("**|2^20|1:4"))), std::string::npos);
    }
  }
}

TEST(RedactForms, IntroductionAcrossSegments) {
  const auto text = "a=crypto:1 X inline:" + kSecret + "\r\n";
  for (std::size_t segment = 1; segment < text.size(); ++segment) {
    const auto octets = record_with("30", text, segment);
    for (const auto& form : kForms)
      EXPECT_FALSE(shows(form.show(get("UmtsIRIsContent"), octets, Secrets::hide), as_bytes(kSecret))) << form.name << segment;
    EXPECT_EQ(count_of(test::hex_of(get("UmtsIRIsContent"), octets, Secrets::hide), "** "), kSecret.size()) << segment;
  }
}

TEST(RedactForms, UnprotectedMikey) {
  const auto open = MikeyMessage(0).time().rand().kemac(0, kKey).base64();
  const auto locked = MikeyMessage(0).time().rand().kemac(1, kKey).base64();
  for (const std::size_t segment : {0U, 10U}) {
    const auto octets = record_with("40", "v=0\r\na=key-mgmt:mikey " + open + "\r\n", segment);
    expect_hidden(get("UmtsIRIsContent"), octets, as_bytes(open));
    const auto readable = record_with("40", "v=0\r\na=key-mgmt:mikey " + locked + "\r\n", segment);
    for (const auto& form : kForms)
      EXPECT_TRUE(shows(form.show(get("UmtsIRIsContent"), readable, Secrets::hide), as_bytes(locked))) << form.name;
  }
}

TEST(RedactForms, ClearKeysOfSdp) {
  expect_hidden(get("UmtsIRIsContent"), record_with("41", "v=0\r\nk=clear:" + kSecret + "\r\n", 0), as_bytes(kSecret));
  expect_hidden(get("UmtsIRIsContent"), record_with("41", "v=0\r\nk=base64:" + kSecret + "\r\n", 9), as_bytes(kSecret));
}

TEST(RedactForms, WhatIsHiddenIsRefusedOnTheWayBack) {
  const auto octets = record_with("40", "a=crypto:1 X inline:" + kSecret + "\r\n", 0);
  EXPECT_EQ(test::from_json(test::json_of(get("UmtsIRIsContent"), octets, Secrets::hide)).failures.at(0).error.kind, ErrorKind::redacted);
  EXPECT_EQ(test::from_xer(test::xer_of(get("UmtsIRIsContent"), octets, Secrets::hide)).failures.at(0).error.kind, ErrorKind::redacted);
  EXPECT_EQ(test::from_json(test::json_of(get("UmtsIRIsContent"), octets)).outcome(), to_hex(octets));
}

}  // namespace
}  // namespace li::schema
